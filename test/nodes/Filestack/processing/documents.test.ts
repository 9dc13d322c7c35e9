/** Documents, archives and screenshots of web pages. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';

import { bytesOf, errorOf, outputOf } from '../../../support/engine';
import { filestack, newHandle, useFilestackServer } from '../../../support/filestack';
import { DEFAULTS, NOTE, processing } from '../../../support/filestackProcessing';
import { unzipTexts } from '../../../support/unzip';
import { useSandbox } from '../../../support/useSandbox';

const CDN = 'https://cdn.filestackcontent.com';

const sandbox = useSandbox();
const recorder = useFilestackServer();
let pdf: string;
let text: string;

beforeAll(async () => {
	const document = await PDFDocument.create();
	for (let page = 0; page < 3; page += 1) document.addPage([200, 300]);
	const bytes = Buffer.from(await document.save());
	pdf = await newHandle(sandbox, { name: 'invoice.pdf', type: 'application/pdf', bytes });
	text = await newHandle(sandbox, NOTE);
});

const run = async (operation: string, parameters: IDataObject, more = {}) =>
	await processing(sandbox, operation, parameters, more);

describe('Document', () => {
	it('is converted to PDF', async () => {
		const word = { name: 'Angebot.docx', type: 'application/x-unknown', bytes: Buffer.from('x') };
		const file = await newHandle(sandbox, word);
		const options = { pageformat: 'a5', pageorientation: 'landscape' };
		const [{ json, binary }] = outputOf(
			await run('document.convert', { file, format: 'pdf', options }),
		);
		expect(json).toMatchObject({ name: 'Angebot.pdf', mimeType: 'application/pdf' });
		const [page] = (await PDFDocument.load(await bytesOf(binary!.data))).getPages();
		expect(page.getSize()).toEqual({ width: 595, height: 420 });
	});

	it('is converted to an image of a page', async () => {
		const parameters = { file: pdf, format: 'png', page: 3, options: { density: 144 } };
		const [{ json, binary }] = outputOf(await run('document.convert', parameters));
		expect(json.name).toBe('invoice.png');
		expect((await sharp(await bytesOf(binary!.data)).metadata()).width).toBe(400);
	});

	it('is converted to text', async () => {
		const [{ binary }] = outputOf(await run('document.convert', { file: text, format: 'txt' }));
		expect(String(await bytesOf(binary!.data))).toBe('Total: 12 EUR');
	});

	it('reports a conversion that Filestack does not support', async () => {
		const error = errorOf(await run('document.convert', { file: pdf, format: 'xlsx' }));
		expect(error.message).toBe('Filestack responded: Unsupported conversion');
		expect(error.description).toContain('cannot convert a file of this type');
		const stored = errorOf(
			await run('document.convert', { file: pdf, format: 'xlsx', output: 'stored' }),
		);
		expect(stored.message).toMatch(
			/^Filestack responded with 400: store: the result is not a file/,
		);
	});

	it.each([
		['2', 1],
		['1, 3', 2],
		['1 3', 2],
		['1 - 2, 3', 3],
		['2-', 2],
		['-2', 2],
		['1-3, 1', 4],
		['={{ [1, "2-3"] }}', 3],
		['={{ 3 }}', 1],
	])('has the pages “%s” extracted', async (pages, count) => {
		const parameters = { file: pdf, pages, options: { pageformat: 'a5' } };
		const [{ json, binary }] = outputOf(await run('document.extractPages', parameters));
		expect(json).toMatchObject({ name: 'invoice.pdf', mimeType: 'application/pdf' });
		const extracted = (await PDFDocument.load(await bytesOf(binary!.data))).getPages();
		expect(extracted).toHaveLength(count);
		expect(extracted[0].getSize()).toEqual({ width: 420, height: 595 });
	});

	it.each(['0', '3-1', 'a', '1,', '-', '1]/flip/[2'])('has no pages “%s”', async (pages) => {
		const error = errorOf(await run('document.extractPages', { file: pdf, pages }));
		expect(error.message).toBe('The field “Pages” is not valid');
		expect(error.description).toContain('each a page number or a range such as 3-5 or 8-');
		expect(await sandbox.requests()).toEqual([]);
	});

	it('lacks pages after its end', async () => {
		const error = errorOf(await run('document.extractPages', { file: pdf, pages: '2-9' }));
		expect(error.message).toBe(
			'Filestack responded with 400: invalid parameter `pages` for `pdfconvert` task',
		);
		expect(error.description).toContain('Correct the parameter named in the message');
	});

	it('is merged with others in order, with an output for all input items', async () => {
		const canvas = { width: 40, height: 30, channels: 3, background: 'red' } as const;
		const bytes = await sharp({ create: canvas }).png().toBuffer();
		const scan = await newHandle(sandbox, { name: 'scan.png', type: 'image/png', bytes });
		const input = [scan, pdf, scan].map((handle) => ({ json: { handle } }));
		const parameters = { filesFrom: 'items', itemFile: '={{ $json.handle }}' };
		const output = outputOf(await run('document.merge', parameters, { input }));
		expect(output).toHaveLength(1);
		expect(output[0].pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(output[0].json).toMatchObject({
			name: 'document.pdf',
			mimeType: 'application/pdf',
		});
		const merged = await PDFDocument.load(await bytesOf(output[0].binary!.data));
		expect(merged.getPages().map((page) => page.getWidth())).toEqual([40, 200, 200, 200, 40]);
	});

	it('that is neither a PDF nor an image cannot be merged', async () => {
		const error = errorOf(
			await run('document.merge', { filesFrom: 'list', files: `${pdf}\n${text}` }),
		);
		expect(error.message).toBe('Filestack responded with 400: Unsupported input format');
		expect(error.description).toContain('Check the type of the source');
	});

	it('has a number of pages and their size', async () => {
		const [{ json }] = outputOf(await run('document.getInfo', { file: pdf }));
		expect(json).toEqual({ handle: pdf, pages: 3, width: 200, height: 300 });
	});
});

describe('Archive: Create ZIP', () => {
	it('combines the files of 100 input items, in order', async () => {
		const numbers = Array.from({ length: 100 }, (_, index) => index);
		const handles: string[] = [];
		for (const index of numbers) {
			const bytes = Buffer.from(String(index));
			handles.push(await newHandle(sandbox, { name: `${99 - index}.txt`, bytes }));
		}
		const input: INodeExecutionData[] = handles.map((handle) => ({ json: { handle } }));
		const parameters = { filesFrom: 'items', itemFile: '={{ $json.handle }}' };
		const output = outputOf(await run('archive.createZip', parameters, { input }));
		expect(output).toHaveLength(1);
		expect(output[0].pairedItem).toEqual(numbers.map((item) => ({ item })));
		expect(output[0].json).toMatchObject({ name: 'archive.zip', mimeType: 'application/zip' });
		expect(await unzipTexts(await bytesOf(output[0].binary!.data))).toEqual(
			numbers.map((index) => [`${99 - index}.txt`, String(index)]),
		);
	});

	it('combines the files of a list, for each input item', async () => {
		const parameters = {
			filesFrom: 'list',
			files: `${text}\n${pdf}`,
			options: { fileName: 'a.zip' },
		};
		const input = [{ json: {} }, { json: {} }];
		const output = outputOf(await run('archive.createZip', parameters, { input }));
		expect(output.map(({ json }) => json.name)).toEqual(['a.zip', 'a.zip']);
		const entries = await unzipTexts(await bytesOf(output[1].binary!.data));
		expect(entries.map(([name]) => name)).toEqual(['note.txt', 'invoice.pdf']);
	});

	it('is stored in Filestack', async () => {
		const parameters = { filesFrom: 'list', files: text, output: 'stored' };
		const [{ json }] = outputOf(await run('archive.createZip', parameters));
		expect(json).toMatchObject({
			mimeType: 'application/zip',
			handle: expect.any(String) as string,
		});
	});

	it.each([
		[['a]/flip/[b'], 'The field “Files” has a value that is not a handle or URL'],
		[['ftp://e.com/x'], 'The field “Files” is not a valid URL'],
		[[], 'The field “Files” is empty'],
		[['H1', 'undefined'], 'The field “Files” has a value that is not a handle or URL'],
		[['https://e.com/a,https://e.com/b'], 'The field “Files” has several URLs in one line'],
		[['H1,https://e.com/b'], 'The field “Files” has several URLs in one line'],
		[Array.from({ length: 101 }, () => 'H'), 'The field “Files” has 101 files'],
	])('rejects the files %j', async (files, message) => {
		const list = `={{ ${JSON.stringify(files)} }}`;
		const error = errorOf(await run('archive.createZip', { filesFrom: 'list', files: list }));
		expect(error.message).toBe(message);
	});

	it('names the input item without a file', async () => {
		const input = [{ json: { handle: text } }, { json: {} }];
		const parameters = { filesFrom: 'items', itemFile: '={{ $json.handle }}' };
		const error = errorOf(await run('archive.createZip', parameters, { input }));
		expect(error.message).toBe('The field “File of Each Item” is empty');
		expect(error.context?.itemIndex).toBe(1);
	});

	it('does not contain a file that a URL names in quotation marks', async () => {
		const zip = async (itemFile: string) =>
			await run('archive.createZip', { filesFrom: 'items', itemFile });
		recorder.respond({ body: 'own' });
		const [{ binary }] = outputOf(await zip(`${recorder.url}/x","${pdf}`));
		const entries = await unzipTexts(await bytesOf(binary!.data));
		expect(entries.map(([, content]) => content)).toEqual(['own']);
		const stored = await run('file.getMetadata', { file: text, fields: [] });
		const error = errorOf(
			await zip(`src://sandbox/${String(outputOf(stored)[0].json.key)}","${pdf}`),
		);
		expect(error.message).toBe('The field “File of Each Item” is not a valid URL');
	});

	it('of too many long URLs is an error that says so', async () => {
		const files = Array.from({ length: 100 }, (_, n) => `https://e.com/${'x'.repeat(90)}/${n}`);
		const parameters = { filesFrom: 'list', files: files.join('\n') };
		const error = errorOf(await run('archive.createZip', parameters));
		expect(error.message).toMatch(
			/^The request to Filestack is too long: its URL has 1\d{4} characters$/,
		);
		expect(error.description).toMatch(/^At most 8192 are possible\. Use fewer/);
		expect(error.message).not.toContain('eyJ');
	});

	it('contains each of the URLs that are separated by spaces', async () => {
		recorder.respond({ headers: { 'content-type': 'application/zip' }, body: 'PK' });
		const files = 'https://e.com/a https://e.com/b,  src://a/my file.jpg';
		const parameters = { ...DEFAULTS, filesFrom: 'list', files };
		outputOf(await filestack(recorder.credentials(), 'archive', 'createZip', parameters));
		const [, list] = /\/zip\/(.*)$/.exec(recorder.requests[0].path)!;
		expect(decodeURIComponent(list)).toBe(
			'["https://e.com/a","https://e.com/b","src://a/my file.jpg"]',
		);
	});

	it('contains the result of a URL with tasks, not the original file', async () => {
		const files = [
			`${CDN}/resize=width:9/HANDLE`,
			`${CDN}/AKEYz/security=p:a,s:b/flip/HANDLE`,
			`${CDN}/security=p:a,s:b/cache=false/HANDLE`,
			`https://www.filestackapi.com/api/file/HANDLE?dl=true`,
			`${CDN}/HANDLE/metadata`,
		];
		recorder.respond({ headers: { 'content-type': 'application/zip' }, body: 'PK' });
		const parameters = { ...DEFAULTS, filesFrom: 'list', files: files.join('\n') };
		outputOf(await filestack(recorder.credentials(), 'archive', 'createZip', parameters));
		const [, list] = /\/zip\/(.*)$/.exec(recorder.requests[0].path)!;
		expect(decodeURIComponent(list)).toBe(`["${files[0]}","${files[1]}",HANDLE,HANDLE,HANDLE]`);
	});
});

it('Website: Take Screenshot returns an image of the requested size', async () => {
	const parameters = {
		pageUrl: 'https://example.com/a?b=c#d',
		...{ mode: 'window', width: 640, height: 480 },
		options: { agent: 'mobile', delay: 0 },
	};
	const [{ json, binary }] = outputOf(await run('website.takeScreenshot', parameters));
	expect(json).toMatchObject({ name: 'screenshot.png', mimeType: 'image/png' });
	const { width, height } = await sharp(await bytesOf(binary!.data)).metadata();
	expect([width, height]).toEqual([640, 480]);
});
