import type { IDataObject } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf, outputOf } from '../../support/engine';
import { credentialsOf, filestack, Recorder } from '../../support/filestack';
import { Sandbox } from '../../support/sandbox';

const text = { name: 'hello.txt', type: 'text/plain', bytes: Buffer.from('hello') };
let sandbox: Sandbox;
const recorder = new Recorder();

beforeAll(async () => {
	await binaryData();
	sandbox = await Sandbox.start();
	await recorder.start();
});
afterAll(async () => await Promise.all([sandbox.stop(), recorder.stop()]));
beforeEach(async () => {
	await sandbox.reset();
	recorder.seen.length = 0;
	recorder.answer = () => ({ body: { url: 'https://cdn.filestackcontent.com/HANDLE', size: 5 } });
});

const record = async (parameters: IDataObject = {}, file = text, credentials = {}) =>
	await filestack(recorder.credentials(credentials), 'file', 'store', parameters, {
		input: [await itemWith({ data: file })],
	});

describe('hostile values', () => {
	const HOSTILE = [
		'../../x?y=1#z',
		'%2F%2e%2e',
		'a\r\nX-Evil: 1',
		'n\u0000l',
		'🎉 "q" \'s\'',
		'x'.repeat(300),
	];

	it.each(HOSTILE)('%j reaches the service as data', async (value) => {
		const options = { fileName: value, path: value, container: value, mimeType: value };
		outputOf(await record({ options }));
		const [request] = recorder.seen;
		expect(request.path).toBe('/api/store/S3');
		expect(request.headers).not.toHaveProperty('x-evil');
		const { filename, path, container, mimetype } = request.query;
		expect([filename, path, container, mimetype]).toEqual([value, value, value, value]);
	});

	it('half of a UTF-16 pair is replaced', async () => {
		outputOf(await record({ options: { fileName: '={{ "a\\uD800b" }}' } }));
		expect(recorder.seen[0].query.filename).toBe('a\uFFFDb');
	});

	it.each(HOSTILE)('%j as the storage changes no path', async (storage) => {
		errorOf(
			await filestack(
				credentialsOf(sandbox),
				'file',
				'store',
				{ storage },
				{ input: [await itemWith({ data: text })] },
			),
		);
		const [{ path }] = await sandbox.requests();
		expect(path.split('/')).toHaveLength(4);
	});
});
