import { CredentialTestContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunction,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import type { FailingService } from './errors';

/** What n8n says of a credential's test with these values. */
export async function credentialTestOf(
	test: ICredentialTestFunction,
	type: string,
	data: ICredentialDataDecryptedObject,
): Promise<INodeCredentialTestResult> {
	const context = new CredentialTestContext({} as IWorkflowExecuteAdditionalData);
	const credential = { id: '1', name: 'test', type, data };
	return await test.call(context as ICredentialTestFunctions, credential);
}

/** A credential's test that asks for something which every good key may read. */
export interface ApiKeyTest {
	/** Runs it with the right values, but for these. */
	test(wrong?: object): Promise<INodeCredentialTestResult>;
	/** What it asks for, in order. */
	paths: string[];
	wrongKey: string;
	/** What is said of that. */
	refusal: string;
}

/** Only a response for a valid key passes. */
export function testApiKey(
	{ test, paths, wrongKey, refusal }: ApiKeyTest,
	{ sandbox, fault }: FailingService,
): void {
	it('passes with a good key', async () => {
		expect(await test()).toEqual({ status: 'OK', message: 'Connection successful' });
		expect((await sandbox.requests()).map((request) => request.path)).toEqual(paths);
	});

	it.each([
		[{ apiKey: wrongKey }, refusal],
		[
			{ baseUrl: 'nonsense' },
			'The Base URL must start with https:// (or http:// for a local server)',
		],
		[{ baseUrl: 'http://127.0.0.1:9' }, 'Could not reach http://127.0.0.1:9 (ECONNREFUSED)'],
	])('%j fails', async (wrong, text) => {
		const { status, message } = await test(wrong);
		expect(status).toBe('Error');
		expect(message).toContain(text);
	});

	it.each([403, 429, 500])('fails if the service responds with %i', async (status) => {
		await fault({ type: 'status', status });
		expect(await test()).toMatchObject({ status: 'Error' });
	});
}
