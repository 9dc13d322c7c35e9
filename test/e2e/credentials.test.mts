import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sandboxCredentials } from '../../sandbox/n8n/environment.mts';
import { listCredentials, testCredential } from '../../sandbox/n8n/credentials.mts';
import { INSTALL_MS, startTestSystem, type TestSystem } from './harness.mts';

let environment: TestSystem;

beforeAll(async () => {
	environment = await startTestSystem();
}, INSTALL_MS);

afterAll(async () => environment?.stop());

const dataOf = (type: string) =>
	sandboxCredentials(environment.sandbox.info).find((content) => content.type === type)!.data;

/** Runs the credential's test, as the editor does, with some fields changed. */
async function outcome(type: string, changes: Record<string, string> = {}) {
	const credential = environment.credentials.find((one) => one.type === type)!;
	return await testCredential(environment.rest, credential, { ...dataOf(type), ...changes });
}

it('n8n has a credential for each service of the sandbox', async () => {
	expect(
		(await listCredentials(environment.rest)).map(({ name, type }) => [name, type]).sort(),
	).toEqual([
		['FileCourier (sandbox)', 'fileCourierApi'],
		['FileShot (sandbox)', 'fileShotApi'],
		['Files App (sandbox)', 'filesAppApi'],
		['Filestack (sandbox)', 'filestackApi'],
		['SpeedyFiles (sandbox)', 'speedyFilesApi'],
	]);
	for (const type of ['fileCourierApi', 'filestackApi', 'speedyFilesApi']) {
		expect(dataOf(type).webhookSecret).toMatch(/^\S{16,}$/);
	}
});

/** A secret of each credential, and the message for a wrong value. */
describe.each([
	['fileCourierApi', 'clientSecret', /^FileCourier rejected the Client ID or Client Secret: /],
	['fileShotApi', 'apiKey', /^FileShot rejected the API Key: /],
	['filesAppApi', 'apiKey', /^Files App rejected the API Key: /],
	['filestackApi', 'appSecret', /^Filestack rejected the API Key or App Secret: /],
	['speedyFilesApi', 'apiToken', /^SpeedyFiles rejected the API Token: invalid token$/],
])('%s, tested by n8n', (type, secret, refusal) => {
	it('succeeds', async () => {
		expect(await outcome(type)).toEqual({ status: 'OK', message: 'Connection successful' });
	});

	it('fails with another secret and names the wrong field', async () => {
		const { status, message } = await outcome(type, { [secret]: 'somebody-elses' });
		expect({ status, message }).toEqual({
			status: 'Error',
			message: expect.stringMatching(refusal) as unknown,
		});
		expect(message).not.toContain('somebody-elses');
	});

	it('fails without a response and names the field to check', async () => {
		expect(await outcome(type, { baseUrl: 'http://127.0.0.1:9' })).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^Could not reach http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)\. Nothing is listening at that address and port\. Check the (Base|Instance) URL\.( The address of .+ is https:\S+\.)?$/,
			) as unknown,
		});
	});
});
