/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { ClientRequest } from 'node:http';

import { LoadOptionsContext } from 'n8n-core';
import type { ILoadOptionsFunctions, NodeApiError } from 'n8n-workflow';

import { filesApp } from '../../../nodes/FilesApp/service';
import { type ApiCall, callApi } from '../../../nodes/shared/http/client';
import { parseBody } from '../../../nodes/shared/http/responseBody';
import { ANY_BODY, reportsError } from '../../../nodes/shared/http/service';
import { buildContext, errorOf, outputOf, runNode } from '../../support/engine';
import { createSession } from '../../support/fileCourier';
import { filesAppNode } from '../../support/filesApp';
import { fileShotNode } from '../../support/fileShot';
import { FilestackServer } from '../../support/filestack';
import { TestServer, useTestServer } from '../../support/testServer';
import { byId } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';

describe('the body of a success', () => {
	it.each([
		{ error: 'x' },
		{ error: { code: 1 } },
		{ error: ['x'] },
		{ error: true },
		{ error: 5 },
		{ success: false },
		{ success: 'false' },
		{ status: false },
		{ id: 'f', url: 'u', error: 'x' },
		{ success: 0 },
		{ ok: false },
		{ error: { code: null, message: 'x' } },
		{ error: { details: ['x'] } },
	])('reports a failure: %j', (body) => expect(reportsError(body)).toBe(true));

	it.each([
		...[{}, [], null, 'error', { error: null }, { error: false }, { error: '' }, { error: ' ' }],
		...[{ error: 0 }, { error: {} }, { error: [] }, { success: true }, { status: 'failed' }],
		...[{ data: { error: 'x' } }, { files: [{ error: 'x' }] }, { errors: 0 }, { success: 1 }],
		...[{ error: { code: 0, message: '' } }, { error: { code: null, details: [] } }],
		...[{ error: '0' }, { error: 'null' }, { error: 'None' }, { error: 'false' }, { ok: 1 }],
	])('does not report a failure: %j', (body) => expect(reportsError(body)).toBe(false));
});

it.each([
	['\uFEFF{"a":1}', { a: 1 }],
	['\uFEFF\uFEFF \r\n[1]\n', [1]],
	['\uFEFFtext', 'text'],
	['{"a":', '{"a":'],
	[")]}',\n{}", ")]}',\n{}"],
	['', ''],
	[{ a: 1 }, { a: 1 }],
])('the body %j is parsed to %j', (body, parsed) => expect(parseBody(body)).toEqual(parsed));

it('a web page with status 404 makes FileShot fall back to its desktop route', async () => {
	const host = new TestServer();
	const page = { status: 404, body: '<html><h1>Not Found</h1></html>' };
	await host
		.respondByUrl({ '/api/files/info/x': { body: '{"file_id":"x","file_name":"a"}' } }, page)
		.start();
	const credentials = { apiKey: 'fs_x', baseUrl: host.url };
	const nowhere = { info: { services: { fileShot: { credentials } } } } as never;
	const parameters = { operation: 'get', fileId: byId('x') };
	const [{ json }] = outputOf(await runNode(fileShotNode(nowhere, parameters)));
	await host.stop();
	expect(json).toMatchObject({ fileId: 'x', name: 'a' });
	expect(host.requests.map(({ url }) => url)).toEqual(['/api/files/x', '/api/files/info/x']);
});

it('a call is retried after a web page with status 503', async () => {
	const host = await new TestServer().respond({ status: 503, body: '<html></html>' }).start();
	const credentials = { apiKey: 'fs_x', baseUrl: host.url };
	const nowhere = { info: { services: { fileShot: { credentials } } } } as never;
	const parameters = { operation: 'get', fileId: byId('x') };
	const error = errorOf(await runNode(fileShotNode(nowhere, parameters)));
	await host.stop();
	expect(error.httpCode).toBe('503');
	expect(host.requests).toHaveLength(4);
});

describe('the error of a call after which the service may have acted', () => {
	const host = useTestServer().respond({ status: 500, body: '{}' });

	it.each<[boolean, Partial<ApiCall>]>([
		[true, { method: 'POST' }],
		[true, { method: 'PUT', retryable: false }],
		[false, { method: 'POST', retryable: true }],
		[false, { method: 'GET' }],
		[false, { method: 'DELETE' }],
	])('has a warning (%j) for %j', async (hasWarning, call) => {
		const credentials = { apiKey: 'sk_live_x', baseUrl: host.url };
		const nowhere = { info: { services: { filesApp: { credentials } } } } as never;
		const { workflow, additionalData, subject } = buildContext(filesAppNode(nowhere, {}));
		const context = new LoadOptionsContext(workflow, subject, additionalData, '');
		const complete = { path: '/new', expects: ANY_BODY, ...call } as ApiCall;
		const error: unknown = await callApi(
			context as unknown as ILoadOptionsFunctions,
			filesApp,
			complete,
		).catch((thrown: unknown) => thrown);
		const warning = 'Files App may have completed the request anyway';
		expect((error as NodeApiError).description!.includes(warning)).toBe(hasWarning);
	});
});

describe('the timeout of a call that takes a service long', () => {
	const sandbox = useSandbox();
	const user = new SpeedyFilesUser(sandbox);
	const timeouts = jest.spyOn(ClientRequest.prototype, 'setTimeout');
	beforeEach(() => timeouts.mockClear());
	afterAll(() => timeouts.mockRestore());
	/** Returns the timeouts of the calls in milliseconds, in order. */
	const timeoutsUsed = () => timeouts.mock.calls.map(([milliseconds]) => milliseconds);

	it('is minutes for SpeedyFiles: the link would otherwise be lost', async () => {
		const id = await user.create(PACKAGE);
		outputOf(await user.upload(id, { data: { name: 'a', bytes: Buffer.from('x') } }));
		timeouts.mockClear();
		outputOf(await user.run('package.finalize', { packageId: byId(id) }));
		outputOf(await user.run('package.revoke', { packageId: byId(id) }));
		expect(timeoutsUsed()).toEqual([300_000, 300_000]);
	});

	it('is minutes for FileCourier: the recipient would otherwise be notified twice', async () => {
		outputOf(await createSession(sandbox));
		expect(timeoutsUsed()).toEqual([300_000]);
	});

	it.each([
		[['size'], 60_000],
		[['size', 'sha256'], 600_000],
	])('is enough for Filestack to read the file if %j contains a hash', async (fields, timeout) => {
		const server = await new FilestackServer().respond({ body: { size: 5, sha256: 'x' } }).start();
		const run = await server.run('getMetadata', { fields });
		await server.stop();
		outputOf(run);
		expect(timeoutsUsed()).toEqual([timeout]);
	});
});
