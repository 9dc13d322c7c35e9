import { expect } from '@jest/globals';
import sharp from 'sharp';
import { byId, onlyJson, type Step, type Steps } from './steps.mts';

const photo = byId("={{ $('Store').last().json.handle }}");
/** A real image: what is stored as the photo consists of random bytes. */
const screenshot = byId("={{ $('Screenshot').first().json.handle }}");
const document = byId("={{ $('Store').first().json.handle }}");

/** An operation that outputs an image of this width and height. */
const image = (operation: string, parameters: object, size: [number, number]): Step => ({
	does: `image.${operation}`,
	parameters: {
		...{ source: 'file', file: screenshot, output: 'file', binaryPropertyName: 'data' },
		...parameters,
	},
	async check(items, { bytesOf }) {
		const { width, height } = await sharp(await bytesOf(items[0], 'data')).metadata();
		expect([width, height]).toEqual(size);
	},
});

/** Two files, the larger one in parts; one is overwritten, stored from a URL and deleted. */
export const filestack: Steps = {
	Store: {
		does: 'file.store',
		parameters: {
			source: 'binary',
			binaryPropertyName: 'document, photo',
			storage: 'S3',
			options: { thresholdMb: 5, partSizeMb: 5, path: 'customers/' },
		},
		check(items, { files }) {
			expect(items.map(({ json }) => [json.name, json.sha256, json.size])).toEqual([
				[files.document.name, files.document.sha256, files.document.content.length],
				[files.photo.name, files.photo.sha256, files.photo.content.length],
			]);
			expect(items[1].json.parts).toBe(2);
		},
	},
	Overwrite: {
		does: 'file.overwrite',
		parameters: {
			file: document,
			source: 'binary',
			binaryPropertyName: 'photo',
			options: { verify: true },
		},
		after: 'Files',
		check(items, { files, itemsOf }) {
			expect(onlyJson(items)).toMatchObject({
				handle: itemsOf('Store')[0].json.handle,
				sha256: files.photo.sha256,
				verified: true,
			});
		},
	},
	'Get Hashes': {
		does: 'file.getHashes',
		parameters: { file: photo, hashes: ['md5', 'sha256', 'sha512'] },
		check(items, { files }) {
			expect(onlyJson(items)).toMatchObject({
				sha256: files.photo.sha256,
				md5: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
				sha512: expect.stringMatching(/^[0-9a-f]{128}$/) as unknown,
			});
		},
	},
	'Get Metadata': {
		does: 'file.getMetadata',
		parameters: { file: photo, fields: [] },
		check(items, { files }) {
			expect(onlyJson(items)).toMatchObject({
				name: files.photo.name,
				mimeType: files.photo.type,
				uploadedAt: expect.stringMatching(/Z$/) as unknown,
			});
		},
	},
	'Get Storage': {
		does: 'file.getStorage',
		parameters: { file: photo },
		check(items) {
			expect(onlyJson(items)).toMatchObject({
				location: 'S3',
				path: expect.stringMatching(/^customers\//) as unknown,
			});
		},
	},
	Download: {
		does: 'file.download',
		parameters: { file: photo, binaryPropertyName: 'copy', options: { verify: true } },
		async check(items, { files, bytesOf }) {
			expect(onlyJson(items)).toMatchObject({ sha256: files.photo.sha256, verified: true });
			expect((await bytesOf(items[0], 'copy')).equals(files.photo.content)).toBe(true);
		},
	},
	'Create Signed': {
		does: 'link.createSigned',
		parameters: { file: photo, linkTo: 'cdn', expiry: 'minutes', expiresInMinutes: 10 },
		async check(items, { files, sha256Behind }) {
			const { url } = onlyJson(items);
			expect(await sha256Behind(String(url))).toBe(files.photo.sha256);
			await expect(sha256Behind(String(url).replace(/security=[^/]*\//, ''))).rejects.toThrow();
		},
	},
	'Store from URL': {
		does: 'file.store',
		parameters: {
			source: 'url',
			url: "={{ $('Create Signed').first().json.url }}",
			storage: 'S3',
			options: { fileName: 'copy.png' },
		},
		async check(items, { files, stateOf }) {
			const { handle } = onlyJson(items);
			const stored = (await stateOf('files')).find(({ id }) => id === handle);
			expect(stored).toMatchObject({ size: files.photo.content.length });
		},
	},
	'Create Policy': {
		does: 'policy.create',
		parameters: { calls: ['read', 'stat'], expiry: 'minutes', expiresInMinutes: 10 },
		check(items) {
			const { policy, signature, call, expiresAt } = onlyJson(items);
			expect(JSON.parse(Buffer.from(String(policy), 'base64url').toString())).toEqual({
				call,
				expiry: Date.parse(String(expiresAt)) / 1000,
			});
			expect(signature).toMatch(/^[0-9a-f]{64}$/);
		},
	},
	Screenshot: {
		does: 'website.takeScreenshot',
		parameters: {
			...{ pageUrl: 'https://example.com', mode: 'window', width: 400, height: 300 },
			output: 'stored',
		},
		check(items) {
			expect(onlyJson(items)).toMatchObject({ mimeType: 'image/png' });
		},
	},
	'Get Size': {
		does: 'image.getSize',
		parameters: { source: 'file', file: screenshot },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ width: 400, height: 300 });
		},
	},
	'Detect Faces': {
		does: 'image.detectFaces',
		parameters: { source: 'file', file: screenshot },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ count: 1 });
		},
	},
	Resize: {
		does: 'image.resize',
		parameters: {
			...{ source: 'file', file: screenshot, width: 100, height: 100, fit: 'crop' },
			...{ align: 'center', output: 'link', expiry: 'minutes', expiresInMinutes: 10 },
		},
		async check(items, { sha256Behind }) {
			expect(await sha256Behind(String(onlyJson(items).url))).toHaveLength(64);
		},
	},
	Crop: image('crop', { left: 0, top: 0, width: 50, height: 40 }, [50, 40]),
	Rotate: image('rotate', { by: 'angle', deg: 90 }, [300, 400]),
	'Apply Filter': image('applyFilter', { filter: 'monochrome' }, [400, 300]),
	'Convert Format': image('convert', { format: 'webp', quality: 80 }, [400, 300]),
	Transform: image(
		'transform',
		{ specifySteps: 'text', stepsText: 'resize=width:200/output=format:jpg' },
		[200, 150],
	),
	'Create Animation': {
		does: 'image.createAnimation',
		parameters: {
			...{ filesFrom: 'list', files: "={{ Array(2).fill($('Screenshot').first().json.handle) }}" },
			...{ delay: 500, output: 'file', binaryPropertyName: 'data' },
		},
		check(items) {
			expect(onlyJson(items)).toMatchObject({ mimeType: 'image/gif' });
		},
	},
	'Create Collage': {
		does: 'image.createCollage',
		parameters: {
			...{ filesFrom: 'list', files: "={{ Array(2).fill($('Screenshot').first().json.handle) }}" },
			...{ width: 600, height: 400, output: 'stored' },
		},
		check(items) {
			expect(onlyJson(items)).toMatchObject({ mimeType: 'image/png' });
		},
	},
	'Convert Document': {
		does: 'document.convert',
		parameters: { source: 'file', file: screenshot, format: 'pdf', output: 'stored' },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ mimeType: 'application/pdf' });
		},
	},
	Merge: {
		does: 'document.merge',
		parameters: {
			...{ filesFrom: 'list', output: 'stored' },
			files: "={{ Array(3).fill($('Convert Document').first().json.handle) }}",
		},
		check(items) {
			expect(onlyJson(items)).toMatchObject({ mimetype: 'application/pdf' });
		},
	},
	'Extract Pages': {
		does: 'document.extractPages',
		parameters: {
			...{ source: 'file', file: byId('={{ $json.handle }}'), pages: '1, 3' },
			output: 'stored',
		},
		check(items) {
			expect(onlyJson(items)).toMatchObject({ mimetype: 'application/pdf' });
		},
	},
	'Get Info': {
		does: 'document.getInfo',
		parameters: { source: 'file', file: byId('={{ $json.handle }}') },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ pages: 2 });
		},
	},
	'Create ZIP': {
		does: 'archive.createZip',
		parameters: {
			...{ filesFrom: 'items', itemFile: '={{ $json.handle }}', output: 'file' },
			binaryPropertyName: 'data',
		},
		check(items) {
			expect(onlyJson(items)).toMatchObject({ name: 'archive.zip' });
		},
	},
	Analyze: {
		does: 'file.analyze',
		parameters: { source: 'file', file: screenshot, analyses: ['sfw', 'tags'] },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ sfw: true });
		},
	},
	'Analyze Sentiment': {
		does: 'text.analyzeSentiment',
		parameters: { text: 'Great, thanks!' },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ sentiment: 'positive' });
		},
	},
	'Convert Video': {
		does: 'video.convert',
		parameters: { file: screenshot, preset: 'h264', wait: true, maxWaitMinutes: 2 },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ status: 'completed', finished: true });
		},
	},
	'Video Status': {
		does: 'video.getStatus',
		parameters: { uuid: '={{ $json.jobId }}' },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ finished: true });
		},
	},
	'Run Workflow': {
		does: 'workflow.run',
		parameters: {
			...{ source: 'file', file: screenshot, workflowId: 'w-1' },
			...{ wait: true, maxWaitMinutes: 2 },
		},
		check(items) {
			expect(onlyJson(items)).toMatchObject({ finished: true });
		},
	},
	'Workflow Status': {
		does: 'workflow.getStatus',
		parameters: { jobId: '={{ $json.jobId }}' },
		check(items) {
			expect(onlyJson(items)).toMatchObject({ finished: true, workflowId: 'w-1' });
		},
	},
	Delete: {
		does: 'file.delete',
		parameters: { file: document },
		async check(items, { itemsOf, stateOf }) {
			const [deleted, kept] = itemsOf('Store').map(({ json }) => json.handle);
			expect(onlyJson(items)).toMatchObject({ deleted: true, handle: deleted });
			const handles = (await stateOf('files')).map(({ id }) => id);
			expect(handles).toContain(kept);
			expect(handles).not.toContain(deleted);
		},
	},
};
