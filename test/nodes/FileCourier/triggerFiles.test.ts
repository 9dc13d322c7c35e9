/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { binaryData, bytesOf } from '../../support/engine';
import { useTrigger } from '../../support/fileCourierTrigger';
import { type TestResponse, TestServer } from '../../support/testServer';

const trigger = useTrigger();
let host: TestServer;
let responses: Record<string, TestResponse>;

beforeEach(async () => {
	host = new TestServer();
	responses = {
		'/a.pdf': { body: 'first' },
		'/b.pdf': { body: 'second' },
		'/c.pdf': { body: 'third' },
	};
	await host.respondByUrl(responses, { status: 404, body: 'gone' }).start();
});
afterEach(async () => await host.stop());

const NAMES = ['a.pdf', 'b.pdf', 'c.pdf'];

const delivery = (files: unknown = NAMES.map((name) => ({ name, url: `${host.url}/${name}` }))) =>
	JSON.stringify({
		event: 'files.delivered',
		timestamp: '2026-11-01T00:00:00Z',
		data: { request_id: 'req_1', files },
	});

const activate = async (options: IDataObject = {}) =>
	await trigger.activate({ download: true, binaryPropertyName: 'data', options });

const requestsFor = (name: string) => host.requests.filter(({ url }) => url === `/${name}`).length;

const downloads = () =>
	trigger.server.runs.flat().map(({ json }) => {
		const { downloaded, downloadError } = json.file as IDataObject;
		return [downloaded, downloadError];
	});

/** Counts the files that n8n has stored for deliveries whose execution has no ID yet. */
async function storedCopies(): Promise<number> {
	const [{ binary }] = trigger.server.runs.flat();
	const folder = dirname((await binaryData()).getPath(binary!.data.id!));
	return readdirSync(folder).filter((name) => !name.endsWith('.metadata')).length;
}

it('outputs a file in a field whose name has no spaces around it, which no node would find', async () => {
	await trigger.activate({ download: true, binaryPropertyName: ' data\n', options: {} });
	await trigger.deliver(delivery());
	const [{ json, binary }] = trigger.server.runs.flat();
	expect(Object.keys(binary!)).toEqual(['data']);
	expect(json.file).toMatchObject({ binaryPropertyName: 'data' });
});

it.each(['file', 'delivery'])(
	'outputs a file in a field with the name “__proto__”, with one item per %s',
	async (output) => {
		const parameters = { download: true, output, binaryPropertyName: '__proto__', options: {} };
		await trigger.activate(parameters);
		await trigger.deliver(delivery());
		const [{ binary }] = trigger.server.runs.flat();
		expect(Object.keys(binary!)[0]).toBe('__proto__');
	},
);

it.each([400, 401, 402, 403, 404, 405, 406, 409, 410, 416, 418, 451])(
	'downloads the other files if the host rejects one with %i',
	async (status) => {
		responses['/b.pdf'] = { status, body: '{"error":"No more"}' };
		await activate();
		expect((await trigger.deliver(delivery())).status).toBe(200);
		const reason = expect.stringMatching(
			new RegExp(`^The file host responded with ${status}: No more\\. `),
		);
		expect(downloads()).toEqual([
			[true, undefined],
			[false, reason],
			[true, undefined],
		]);
		expect(trigger.server.runs[0][1].json.file).toMatchObject({ url: `${host.url}/b.pdf` });
		expect(trigger.server.runs[0][1].binary).toBeUndefined();
	},
);

it.each([500, 501, 507, 302])(
	'asks FileCourier to deliver again if the host responds %i to one file',
	async (status) => {
		responses['/b.pdf'] = { status };
		await activate();
		expect((await trigger.deliver(delivery())).status).toBe(503);
		responses['/b.pdf'] = { body: 'second' };
		expect((await trigger.deliver(delivery())).status).toBe(200);
		const binaries = trigger.server.runs[0].map(({ binary }) => binary!.data);
		expect(await Promise.all(binaries.map(async (one) => String(await bytesOf(one))))).toEqual([
			'first',
			'second',
			'third',
		]);
	},
);

it('downloads and stores a file only once, however often the delivery fails', async () => {
	responses['/c.pdf'] = { status: 500 };
	await activate();
	for (let n = 0; n < 4; n++) expect((await trigger.deliver(delivery())).status).toBe(503);
	responses['/c.pdf'] = { body: 'third' };
	expect((await trigger.deliver(delivery())).status).toBe(200);
	expect(NAMES.map(requestsFor)).toEqual([1, 1, 5]);
	expect(downloads()).toEqual(NAMES.map(() => [true, undefined]));
	expect(await storedCopies()).toBe(3);
});

it('starts the run on the fifth attempt without a file that always fails, while its URL is still valid', async () => {
	responses['/a.pdf'] = { status: 500 };
	await activate();
	for (let n = 0; n < 4; n++) expect((await trigger.deliver(delivery())).status).toBe(503);
	expect((await trigger.deliver(delivery())).status).toBe(200);
	expect(downloads()).toEqual([
		[false, expect.stringContaining('The file host responded with 500')],
		[true, undefined],
		[true, undefined],
	]);
	expect((await trigger.deliver(delivery())).data).toMatchObject({ repeated: true });
	expect(requestsFor('b.pdf')).toBe(1);
});

it('does not download the files again if n8n could not start the run', async () => {
	await activate();
	trigger.server.failNextStart = true;
	expect((await trigger.deliver(delivery())).status).toBe(500);
	expect((await trigger.deliver(delivery())).status).toBe(200);
	expect(NAMES.map(requestsFor)).toEqual([1, 1, 1]);
});

it('downloads the files again for another run, so that two runs never share a stored file', async () => {
	await activate({ repeatWindow: 0 });
	await trigger.deliver(delivery());
	await trigger.deliver(delivery());
	const ids = trigger.server.runs.flat().map(({ binary }) => binary!.data.id);
	expect(new Set(ids).size).toBe(6);
});

it('downloads a file again if it is no longer in n8n’s storage', async () => {
	responses['/c.pdf'] = { status: 500 };
	await activate();
	await trigger.deliver(delivery());
	const service = await binaryData();
	jest.spyOn(service, 'getMetadata').mockRejectedValue(new Error('not there'));
	responses['/c.pdf'] = { body: 'third' };
	expect((await trigger.deliver(delivery())).status).toBe(200);
	jest.restoreAllMocks();
	expect(requestsFor('a.pdf')).toBe(2);
});

it('does not reuse the stored files of one delivery for another', async () => {
	responses['/c.pdf'] = { status: 500 };
	await activate();
	await trigger.deliver(delivery());
	responses['/c.pdf'] = { body: 'third' };
	const other = delivery().replace('req_1', 'req_2');
	expect((await trigger.deliver(other)).status).toBe(200);
	expect(requestsFor('a.pdf')).toBe(2);
});

it.each([7, '7'])('does not output a file that is shorter than its size, %j', async (size) => {
	await activate();
	const files = [{ name: 'a.pdf', url: `${host.url}/a.pdf`, size }];
	expect((await trigger.deliver(delivery(files))).status).toBe(503);
	expect(trigger.server.runs).toEqual([]);
});

it('outputs a file without an http(s) URL, with the reason in downloadError', async () => {
	await activate();
	await trigger.deliver(
		delivery([{ name: 'x' }, { url: 'ftp://host/file' }, { url: 7 }, { url: 'nonsense' }]),
	);
	expect(downloads()).toEqual(
		Array.from({ length: 4 }, () => [false, 'The delivery contains no valid URL for this file.']),
	);
});
