import { LoadOptionsContext } from 'n8n-core';
import type { IDataObject, ILoadOptionsFunctions, INodeExecutionData } from 'n8n-workflow';

import { TestCredentials } from '../../support/credentials';
import { buildContext, errorOf, outputOf, runNode } from '../../support/engine';
import { everythingIn } from '../../support/errors';
import { fileCourierNode } from '../../support/fileCourier';
import { filesAppNode } from '../../support/filesApp';
import { type TestResponse, TestServer } from '../../support/testServer';
import { byId } from '../../support/locators';
import type { Sandbox } from '../../support/sandbox';
import { speedyFilesNode } from '../../support/speedyFiles';
import { searchFiles } from '../../../nodes/FilesApp/file/getAll';
import { Secrets } from '../../../nodes/shared/http/secrets';

const host = new TestServer();
const answers: Record<string, TestResponse> = {};
let otherwise: TestResponse;
beforeAll(async () => {
	const any = new Proxy(answers, { get: () => otherwise });
	await host.respondByUrl(any).start();
});
afterAll(async () => await host.stop());

const asSandbox = (service: string, credentials: object) =>
	({ info: { services: { [service]: { credentials } } } }) as unknown as Sandbox;

const share = async (
	parameters: IDataObject,
	{ apiKey = 'sk_live_4F2eTjAx', input }: { apiKey?: string; input?: INodeExecutionData[] } = {},
) =>
	await runNode(
		filesAppNode(
			asSandbox('filesApp', { apiKey, baseUrl: host.url }),
			{ resource: 'shareLink', operation: 'create', fileId: byId('f'), ...parameters },
			{ input },
		),
	);

const session = async (credentials: object) =>
	await runNode(
		fileCourierNode(asSandbox('fileCourier', { ...credentials, baseUrl: host.url }), {
			resource: 'session',
			operation: 'get',
			sessionId: 'req_1',
		}),
	);

describe('a password in a parameter', () => {
	const input = [{ json: { password: 'correct horse' } }];
	// From an expression, because n8n adds the node, with its typed parameters, to every error.
	const parameters = { password: '={{ $json.password }}' };

	it('is hidden in the response', async () => {
		const body = { id: 's', url: 'https://f/s?pw=correct%20horse', password: 'correct horse' };
		otherwise = { body: JSON.stringify(body) };
		const [{ json }] = outputOf(await share(parameters, { input }));
		expect(json).toMatchObject({ link: 'https://f/s?pw=**hidden**', password: '**hidden**' });
	});

	it('is hidden in an error', async () => {
		otherwise = { status: 400, body: '{"error":"“correct horse” is too weak"}' };
		const error = errorOf(await share(parameters, { input }));
		expect(error.message).toBe('Files App responded with 400: “**hidden**” is too weak');
		expect(everythingIn(error)).not.toContain('correct horse');
	});
});

describe('a short secret', () => {
	it('is hidden in an error if it is a separate word', async () => {
		otherwise = { status: 400, body: '{"error":"key abc1 of abc12 is bad: abc1"}' };
		const error = errorOf(await share({}, { apiKey: 'abc1' }));
		expect(error.message).toBe(
			'Files App responded with 400: key **hidden** of abc12 is bad: **hidden**',
		);
	});

	it('is hidden in the error of a “From List” search', async () => {
		otherwise = { status: 400, body: '{"error":"key abc1 is bad"}' };
		const credentials = asSandbox('filesApp', { apiKey: 'abc1', baseUrl: host.url });
		const { workflow, additionalData, subject } = buildContext(filesAppNode(credentials, {}));
		const context = new LoadOptionsContext(workflow, subject, additionalData, '');
		const search = searchFiles.call(context as unknown as ILoadOptionsFunctions);
		await expect(search).rejects.toThrow('Files App responded with 400: key **hidden** is bad');
	});

	it('is not replaced in an output, where it may be part of other data', async () => {
		otherwise = { body: '{"id":"abc1","url":"https://f/s/abc1"}' };
		const [{ json }] = outputOf(await share({}, { apiKey: 'abc1' }));
		expect(json).toMatchObject({ shareId: 'abc1', link: 'https://f/s/abc1' });
	});
});

it('every secret of a credential is hidden in each encoding in which it is sent', async () => {
	const credentials = {
		clientId: 'fc_7fce16d7',
		clientSecret: ['fcs', '0123456789abcdef'].join('_'),
		webhookSecret: 'fcwh_an-old-secret, fcwh_a-new-secret',
		callbackApiKey: 'my callback key',
	};
	const basic = Buffer.from('fc_7fce16d7:fcs_0123456789abcdef').toString('base64');
	const hidden = [
		...[
			'fcs_0123456789abcdef',
			basic,
			'fcwh_an-old-secret',
			'fcwh_a-new-secret',
			'my callback key',
		],
		...['my%20callback%20key', Buffer.from('my callback key').toString('base64')],
	];
	const data = {
		request_id: 'req_1',
		callback_url: 'u',
		list: [{ deep: hidden.join(' ') }],
		[hidden[0]]: 1,
	};
	otherwise = { body: JSON.stringify({ status: true, data }) };
	const [{ json }] = outputOf(await session(credentials));
	for (const secret of hidden) expect(JSON.stringify(json)).not.toContain(secret);
	expect(json).toMatchObject({ '**hidden**': 1, sessionId: 'req_1', callbackUrl: 'u' });

	otherwise = { status: 403, body: JSON.stringify({ error: `Basic ${basic} is invalid` }) };
	expect(errorOf(await session(credentials)).message).toBe(
		'FileCourier responded with 403: Basic **hidden** is invalid',
	);
});

it('a newly created token is not hidden in the output', async () => {
	otherwise = { status: 201, body: '{"id":3,"token":"sf_new-and-long-enough"}' };
	const parameters = { resource: 'token', operation: 'create', name: 'n8n' };
	const credentials = { baseUrl: host.url, apiToken: 'sf_old-and-long-enough' };
	const [{ json }] = outputOf(await runNode(speedyFilesNode(credentials, parameters)));
	expect(json.token).toBe('sf_new-and-long-enough');
});

it('the secrets of a credential are read once per execution, not once per call', async () => {
	const read = jest.spyOn(TestCredentials.prototype, 'getDecrypted');
	otherwise = { body: '{"id":"s","url":"https://f/s"}' };
	const reads = async (count: number) => {
		read.mockClear();
		outputOf(await share({}, { input: Array.from({ length: count }, () => ({ json: {} })) }));
		return read.mock.calls.length;
	};
	const [one, seven] = [await reads(1), await reads(7)];
	read.mockRestore();
	expect(one).toBe(2);
	expect(seven).toBe(1 + 7);
});

it('a secret is hidden in a deeply nested response', () => {
	const secrets = new Secrets();
	secrets.add('a-long-secret');
	let body: unknown = 'a-long-secret';
	for (let depth = 0; depth < 100_000; depth++) body = [body];
	let inner = secrets.hideInBody(body);
	while (Array.isArray(inner)) [inner] = inner as unknown[];
	expect(inner).toBe('**hidden**');
});
