import sharp from 'sharp';
import { PhotoStack } from './filestackPhoto.mts';
import { handleOf, type Stack, type Stored } from './filestackSupport.mts';

let photos: PhotoStack;
let stack: Stack;
let handle: string;
beforeAll(async () => {
	photos = await PhotoStack.start();
	({ stack, handle } = photos);
});
afterAll(async () => await photos.stop());

describe('image tasks', () => {
	test.each<[string, number, number, string?]>([
		['resize=width:200,height:200', 200, 150],
		['resize=width:800,height:800', 800, 600],
		['resize=width:800,height:800,fit:max', 400, 300],
		['resize=width:200,height:200,fit:crop', 200, 200],
		['resize=width:100,height:300,fit:scale', 100, 300],
		['resize=width:100/resize=width:50', 50, 38],
		['crop=dim:[350,250,200,200]', 50, 50],
		['rotate=deg:90', 300, 400],
		['rotate=deg:45', 495, 495],
		['rotate=deg:exif', 400, 300],
		['border=width:20', 440, 340],
		['circle', 300, 300, 'png'],
		['circle=background:white', 300, 300],
		['border=width:20,color:ffffff', 440, 340],
		['rounded_corners=radius:max', 400, 300, 'png'],
		['upscale', 800, 600],
		['shadow', 420, 320],
		['polaroid=rotate:0', 430, 360],
		['crop_faces', 100, 100],
		['pjpg=quality:50', 400, 300],
		['output=format:png', 400, 300, 'png'],
		['output=format:webp,quality:50', 400, 300, 'webp'],
		['flip/flop/monochrome/negative/redeye', 400, 300],
		['blur=amount:3/sharpen/modulate=hue:90', 400, 300],
		['blackwhite/sepia=tone:50', 400, 300],
		['pixelate=amount:10/oil_paint=amount:2', 400, 300],
		['vignette/enhance/no_metadata/compress', 400, 300],
		['torn_edges=background:white/quality=value:10', 400, 300],
		['blur_faces/pixelate_faces', 400, 300],
		['partial_blur=objects:[[0,0,50,50],[390,290,50,50]]', 400, 300],
		['partial_pixelate=objects:[[10,10,50,50]]', 400, 300],
	])('%s', async (tasks, width, height, format = 'jpeg') => {
		expect(await photos.sizeOf(`${tasks}/${handle}`)).toEqual([width, height, format]);
	});

	test('run in the order of the path', async () => {
		const cropped = await photos.sizeOf(`resize=width:100/crop=dim:[0,0,90,90]/${handle}`);
		const resized = await photos.sizeOf(`crop=dim:[0,0,90,90]/resize=width:100/${handle}`);
		expect([cropped, resized]).toEqual([
			[90, 75, 'jpeg'],
			[100, 100, 'jpeg'],
		]);
	});

	test('show the requested part', async () => {
		const path = (align: string) => `resize=width:10,height:300,fit:crop,align:${align}/${handle}`;
		const color = async (align: string) => {
			const { dominant } = await sharp((await photos.get(path(align))).data).stats();
			return dominant.r > dominant.b ? 'red' : 'blue';
		};
		expect([await color('left'), await color('[top,right]')]).toEqual(['red', 'blue']);
	});

	test('make an animation of several images', async () => {
		const other = await photos.newSquare('square.png', 90);
		const framesOf = async (task: string) => {
			const { data, headers } = await photos.get(`${task}/[${handle},${other},${handle}]`);
			expect(headers['content-type']).toBe('image/gif');
			const { pages, width, pageHeight, delay, loop } = await sharp(data, {
				animated: true,
			}).metadata();
			return [pages, width, pageHeight, delay?.[0], loop];
		};
		expect(await framesOf('animate')).toEqual([3, 400, 300, 1000, 0]);
		expect(await framesOf('animate=delay:200,loop:2,width:100,height:100')).toEqual([
			...[3, 100, 100, 200, 2],
		]);
		expect((await photos.get(`animate=width:1801/[${handle},${other}]`)).status).toBe(400);
		expect((await photos.get(`flip/[${handle},${other}]`)).status).toBe(400);
	});

	test('use other files', async () => {
		const mark = await photos.newSquare('mark.png', 50);
		const { data } = await photos.get(`watermark=file:${mark},position:[top,left]/${handle}`);
		const [pixel] = await sharp(data)
			.extract({ left: 10, top: 10, width: 1, height: 1 })
			.raw()
			.toBuffer()
			.then((bytes) => [[...bytes]]);
		expect(pixel[1]).toBeGreaterThan(200);
		expect(
			await photos.sizeOf(`collage=files:[${mark},${handle}],width:600,height:400/${handle}`),
		).toEqual([600, 400, 'jpeg']);
	});

	test('are available in Base64 form', async () => {
		const json = JSON.stringify([{ name: 'resize', params: { width: 50 } }]);
		const { policy, signature } = stack.sign();
		const tasks = JSON.stringify([
			...(JSON.parse(json) as object[]),
			{ name: 'security', params: { policy, signature } },
		]);
		const encode = (text: string) => Buffer.from(text).toString('base64url');
		const url = `${stack.origins.cdn}/b64/${encode(tasks)}/b64://${encode(handle)}`;
		const { data } = await stack.http.get<Buffer>(url, { responseType: 'arraybuffer' });
		expect((await sharp(data).metadata()).width).toBe(50);
	});

	test.each([
		['resize=heigt:100', 'invalid parameter `heigt` for `resize` task'],
		['resize=width:10001', 'invalid parameter `width` for `resize` task'],
		['resize', 'invalid parameter `width` for `resize` task'],
		['blur=amount:1.5', 'invalid parameter `amount` for `blur` task'],
		['border=color:nosuchcolor', 'Invalid parameter: color'],
		['border=color:#000', 'invalid parameter `color` for `border` task'],
		['resize=width:10000,height:10000,fit:scale/border', 'Output size limit exceeded'],
	])('reject %s', async (tasks, message) => {
		const { status, data } = await photos.get(`${encodeURI(tasks).replace('#', '%23')}/${handle}`);
		expect([status, data.toString()]).toEqual([400, message]);
	});

	test('reject files that are not images', async () => {
		const text = await stack.handle('hello', { filename: 'a.txt' });
		const { status, data } = await photos.get(`resize=width:10/${text}`);
		expect([status, data.toString()]).toEqual([400, 'Unsupported input format']);
	});

	test('need the calls convert and read', async () => {
		for (const call of [['read'], ['convert'], ['store']]) {
			expect((await photos.get(`flip/${handle}`, { call })).status).toBe(403);
		}
		expect((await photos.get(`flip/${handle}`, { call: ['read', 'convert'] })).status).toBe(200);
		expect((await photos.get(`flip/${handle}`, { handle: 'A'.repeat(20) })).status).toBe(403);
	});

	test('are stored as a new file', async () => {
		const call = ['read', 'convert', 'store'];
		const path = `resize=width:40/store=filename:"a, b.jpg",path:"x/"/${handle}`;
		const data = (await photos.getJson(path, { call })) as Stored;
		expect(data).toMatchObject({ filename: 'a, b.jpg', type: 'image/jpeg' });
		expect('handle' in data).toBe(false);
		expect((await sharp(await stack.bytes(handleOf(data.url))).metadata()).width).toBe(40);
		expect((await photos.get(path, { call: ['read', 'convert'] })).status).toBe(403);
	});
});
