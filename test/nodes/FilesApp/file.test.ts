import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import { bytesOf, errorOf, type NodeUnderTest, outputOf, runNode } from '../../support/engine';
import { filesAppNode, fileThere } from '../../support/filesApp';
import { type TestResponse, TestServer } from '../../support/testServer';
import { describeIdHandling } from '../../support/ids';
import { byId, byUrl } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';

const content = randomBytes(3_000_017);
const sha256 = sha256Of(content);
const sandbox = useSandbox();
let id: string;

beforeAll(async () => {
	await sandbox.control.patch('/services/filesApp/settings', { plan: 'team' });
	id = await fileThere(sandbox, 'Grüße „x“.bin', content);
});

const file = async (
	operation: string,
	parameters: IDataObject = {},
	more: Partial<NodeUnderTest> = {},
) => await runNode(filesAppNode(sandbox, { resource: 'file', operation, ...parameters }, more));

describe('Get', () => {
	it('returns all fields of the response', async () => {
		const [{ json }] = outputOf(await file('get', { fileId: byId(` ${id} `) }));
		expect(json).toEqual({
			fileId: id,
			name: 'Grüße „x“.bin',
			size: content.length,
			encrypted: true,
			mimeType: 'text/plain',
			createdAt: expect.stringMatching(/Z$/) as string,
			updatedAt: expect.stringMatching(/Z$/) as string,
		});
	});

	it('extracts the ID from a URL', async () => {
		const { baseUrl } = sandbox.info.services.filesApp.credentials;
		for (const url of [`${baseUrl}/files/${id}`, `${baseUrl}/files/${id}?download=true#x`]) {
			expect(outputOf(await file('get', { fileId: byUrl(url) }))[0].json.fileId).toBe(id);
		}
	});

	it('reports an unknown file', async () => {
		const error = errorOf(await file('get', { fileId: byId('file_unknown') }));
		expect(error.message).toBe('Files App responded with 404: File not found (not_found)');
		expect(error.description).toContain('Get Many');
	});
});

describe.each(['get', 'download', 'delete'])('%s', (operation) => {
	describeIdHandling('an ID', {
		sandbox,
		label: 'File',
		run: async (id) => await file(operation, { fileId: byId(id) }),
		status: /^4(00|04|14)$/,
		beside: '../share',
		path: /^\/api\/v2\/files\/[^/]+$/,
	});
});

describe('Download', () => {
	const download = async (parameters: IDataObject = {}, more: Partial<NodeUnderTest> = {}) =>
		await file('download', { fileId: byId(id), ...parameters }, more);

	it('downloads the file into n8n’s storage, with its details and SHA-256', async () => {
		const [{ json, binary }] = outputOf(await download());
		expect(json).toMatchObject({
			fileId: id,
			name: 'Grüße „x“.bin',
			mimeType: 'text/plain',
			size: content.length,
			sha256,
			binaryPropertyName: 'data',
		});
		expect(binary!.data).toMatchObject({ fileName: 'Grüße „x“.bin', mimeType: 'text/plain' });
		expect(await bytesOf(binary!.data)).toEqual(content);
	});

	it('uses the output field and file name of the user, and omits the hash if it is turned off', async () => {
		const options = { fileName: '../x.bin', sha256: false };
		const [{ json, binary }] = outputOf(await download({ binaryPropertyName: ' it\n', options }));
		expect(json).toMatchObject({ name: 'x.bin', binaryPropertyName: 'it' });
		expect(json.sha256).toBeUndefined();
		expect(Object.keys(binary!)).toEqual(['it']);
	});

	it('downloads an empty file', async () => {
		const empty = await fileThere(sandbox, 'empty.txt', Buffer.alloc(0));
		const [{ json, binary }] = outputOf(await download({ fileId: byId(empty) }));
		expect(json.size).toBe(0);
		expect(await bytesOf(binary!.data)).toHaveLength(0);
	});

	it.each(['truncate', 'reset'])('retries the download after a %s', async (type) => {
		await sandbox.fault({ service: 'filesApp', nth: 2, fault: { type } });
		expect(outputOf(await download())[0].json.sha256).toBe(sha256);
	});

	it('fails if the file does not have the size that Files App reports', async () => {
		await sandbox.fault({ service: 'filesApp', fault: { type: 'wrongSize' } });
		const error = errorOf(await download());
		expect(error.message).toContain(`is ${content.length} bytes instead of the expected`);
	});

	it('fails if the server reports another size as text', async () => {
		const host = await new TestServer()
			.respondByUrl(
				{ '/files/f': { body: { id: 'f', name: 'a.txt', size: '6' } } },
				{ body: 'hello' },
			)
			.start();
		const credentials = { baseUrl: host.url } as never;
		const error = errorOf(await download({ fileId: byId('f') }, { credentials }));
		await host.stop();
		expect(error.message).toContain('is 5 bytes instead of the expected 6');
	});

	describe('from a server that redirects', () => {
		const [api, cdn] = [new TestServer(), new TestServer()];
		const details = JSON.stringify({ id: 'f', name: 'a.txt', size: 5 });
		const cdnAnswers: Record<string, TestResponse> = {};
		beforeAll(async () => {
			await cdn.respondByUrl(cdnAnswers, { body: 'hello' }).start();
			await api
				.respondByUrl({
					'/files/there': { body: details },
					'/files/there?download=true': { status: 302, headers: { location: `${cdn.url}/a` } },
					'/files/here': { body: details },
					'/files/here?download=true': { status: 302, headers: { location: '/content' } },
					'/content': { body: 'hello' },
					'/files/back': { body: details },
					'/files/back?download=true': { status: 302, headers: { location: `${cdn.url}/back` } },
					'/files/gone': { body: details },
					'/files/gone?download=true': {
						status: 403,
						body: '{"error":{"code":"forbidden","message":"No"}}',
					},
				})
				.start();
			cdnAnswers['/back'] = { status: 302, headers: { location: `${api.url}/content` } };
		});
		afterAll(async () => await Promise.all([api.stop(), cdn.stop()]));
		beforeEach(() => {
			for (const server of [api, cdn]) server.reset();
		});
		const from = async (which: string) =>
			await download({ fileId: byId(which) }, { credentials: { baseUrl: api.url } as never });

		it('does not send the key to another host', async () => {
			const [{ binary }] = outputOf(await from('there'));
			expect(String(await bytesOf(binary!.data))).toBe('hello');
			expect(api.requests.map(({ headers }) => Boolean(headers.authorization))).toEqual([
				true,
				true,
			]);
			expect(cdn.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
		});

		it('does not send the key after a redirect to another host and back', async () => {
			const [{ binary }] = outputOf(await from('back'));
			expect(String(await bytesOf(binary!.data))).toBe('hello');
			const authorized = api.requests.map(({ url, headers }) => [url, 'authorization' in headers]);
			expect(authorized).toContainEqual(['/content', false]);
		});

		it('sends the key after a redirect to the same host', async () => {
			const [{ binary }] = outputOf(await from('here'));
			expect(String(await bytesOf(binary!.data))).toBe('hello');
			expect(api.requests.every(({ headers }) => headers.authorization)).toBe(true);
		});

		it('reports the error message of the service', async () => {
			const error = errorOf(await from('gone'));
			expect(error.message).toBe('Files App responded with 403: No (forbidden)');
			expect(error.description).toContain('does not have permission');
		});
	});
});

describe('Delete', () => {
	const remove = async (fileId: string) => await file('delete', { fileId: byId(fileId) });

	it('deletes a file', async () => {
		const one = await fileThere(sandbox);
		expect(outputOf(await remove(one))[0].json).toEqual({ deleted: true, fileId: one });
		expect(errorOf(await file('get', { fileId: byId(one) })).httpCode).toBe('404');
	});

	it('counts a deletion as successful if only its response was lost', async () => {
		const one = await fileThere(sandbox);
		await sandbox.fault({
			service: 'filesApp',
			method: 'DELETE',
			times: 1,
			fault: { type: 'resetAfterBody' },
		});
		expect(outputOf(await remove(one))[0].json).toEqual({ deleted: true, fileId: one });
	});

	it('reports an unknown file', async () => {
		expect(errorOf(await remove('file_unknown')).httpCode).toBe('404');
	});

	it('also reports an unknown file if the first attempt got a 503, because that attempt deleted nothing', async () => {
		const fault = { type: 'status', status: 429 };
		await sandbox.fault({ service: 'filesApp', method: 'DELETE', times: 1, fault });
		expect(errorOf(await remove('file_unknown')).httpCode).toBe('404');
	});

	it.each([
		[{ status: 204, body: '' }, undefined],
		[{ status: 200, body: '' }, undefined],
		[
			{ status: 200, body: '{"deleted":false}' },
			'Files App responded without confirming the deletion',
		],
	])('evaluates the response %j', async (response, problem) => {
		const host = await new TestServer().respond(response).start();
		const run = await file(
			'delete',
			{ fileId: byId('f') },
			{ credentials: { baseUrl: host.url } as never },
		);
		await host.stop();
		if (problem) expect(errorOf(run).message).toBe(problem);
		else expect(outputOf(run)[0].json.deleted).toBe(true);
	});
});
