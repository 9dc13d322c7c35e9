import type { IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { FileCourier } from '../../../nodes/FileCourier/FileCourier.node';
import { credentialsFor } from '../../support/descriptions';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { useTrigger } from '../../support/fileCourierTrigger';
import { type TestResponse, useTestServer } from '../../support/testServer';

const CLOUD = 'https://www.filecourier.com';

const answers: Record<string, TestResponse> = { '/a.pdf': { body: 'a file' } };
const host = useTestServer().respondByUrl(answers);
beforeEach(() => void host.requests.splice(0));

const credentialType = new FileCourierApi();

const download = async (url: string, baseUrl: string, options: IDataObject = {}) =>
	await runNode({
		node: new FileCourier(),
		credentialType,
		credentials: credentialsFor(credentialType, baseUrl),
		parameters: { resource: 'file', operation: 'download', url, options },
	});

describe('a download', () => {
	it('from a private network fails without a request, if the service is public', async () => {
		const error = errorOf(await download(`${host.url}/a.pdf`, CLOUD));
		expect(error.message).toBe(
			'The file was not downloaded because its URL leads to 127.0.0.1, which is not a public address',
		);
		// Adding the host there would not help.
		expect(error.description).not.toContain('Allowed Hosts');
		expect(error.description).toContain('base URL in the credential');
		expect(host.requests).toEqual([]);
	});

	it('from a private network succeeds, if the service is in one', async () => {
		expect(outputOf(await download(`${host.url}/a.pdf`, host.url))[0].json.size).toBe(6);
	});

	it('does not follow a redirect to a host that is not among the Allowed Hosts', async () => {
		const { port } = new URL(host.url);
		answers['/moved'] = { status: 302, headers: { location: `http://localhost:${port}/a.pdf` } };
		const options = { allowedHosts: '127.0.0.1' };
		const error = errorOf(await download(`${host.url}/moved`, host.url, options));
		expect(error.message).toContain('leads to localhost, which is not among the Allowed Hosts');
		expect(error.description).toContain('add it to “Allowed Hosts” under Options');
		expect(host.requests.map(({ url }) => url)).toEqual(['/moved']);
	});

	it.each(['={{ "" }}', '={{ $json.a }}, {{ $json.b }}', ' ;\n,', '={{ false }}'])(
		'fails if the Allowed Hosts are empty: %j',
		async (allowedHosts) => {
			const options = { allowedHosts };
			const error = errorOf(await download(`${host.url}/a.pdf`, host.url, options));
			expect(error.message).toContain('The field “Allowed Hosts”');
			expect(host.requests).toEqual([]);
		},
	);
});

describe('a delivery', () => {
	const trigger = useTrigger();
	const deliver = async (options: IDataObject, baseUrl?: string) => {
		const parameters = { download: true, binaryPropertyName: 'data', options };
		await trigger.activate(parameters, baseUrl === undefined ? {} : { baseUrl });
		const files = [{ name: 'a.pdf', url: `${host.url}/a.pdf` }];
		const data = { request_id: 'req_1', files };
		const timestamp = '2026-11-01T00:00:00Z';
		const body = { event: 'files.delivered', timestamp, data };
		expect((await trigger.deliver(JSON.stringify(body))).status).toBe(200);
		return trigger.server.runs.flat()[0].json.file as IDataObject;
	};

	it.each([
		['from a public service', {}, CLOUD, 'leads to 127.0.0.1, which is not a public address'],
		[
			'with other Allowed Hosts',
			{ allowedHosts: '*.example.com' },
			undefined,
			'leads to 127.0.0.1, which is not among the Allowed Hosts',
		],
	])(
		'%s outputs a file in a private network without downloading it',
		async (_, options, baseUrl, problem) => {
			const file = await deliver(options, baseUrl);
			expect(file.downloaded).toBe(false);
			expect(file.downloadError).toContain(problem);
			expect(host.requests).toEqual([]);
		},
	);

	it('with the host among the Allowed Hosts outputs the file', async () => {
		expect(await deliver({ allowedHosts: '127.0.0.1' })).toMatchObject({ downloaded: true });
	});
});
