import { CredentialTestContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunction,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import type { FailingService } from './errors';

/**
 * Returns the result of n8n's test of a credential with these values.
 * @param timeout milliseconds of a request, if other than what the credential test asks for
 */
export async function credentialTestOf(
	test: ICredentialTestFunction,
	type: string,
	data: ICredentialDataDecryptedObject,
	timeout?: number,
): Promise<INodeCredentialTestResult> {
	const context = new CredentialTestContext({} as IWorkflowExecuteAdditionalData);
	if (timeout !== undefined) {
		const request = context.helpers.request as (options: object) => Promise<unknown>;
		context.helpers.request = async (options: string | object) =>
			await request({ ...(options as object), timeout });
	}
	const credential = { id: '1', name: 'test', type, data };
	return await test.call(context as ICredentialTestFunctions, credential);
}

/** A credential test that requests something that every valid key may read. */
export interface ApiKeyTest {
	/** Runs it with valid values, except for these. */
	test(wrong?: object): Promise<INodeCredentialTestResult>;
	/** The paths that it requests, in order. */
	paths: string[];
	wrongKey: string;
	/** The error for that key. */
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
