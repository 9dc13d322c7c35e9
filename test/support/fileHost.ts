import type { IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { credentialsFor } from './descriptions';
import { nodeOf, runNode } from './engine';
import { type TestResponse, TestServer } from './testServer';

/** Starts a file host for a file of tests, and downloads from it with the simplest operation. */
export function fileHost() {
	const host = new TestServer();
	const answers: Record<string, TestResponse> = {};
	beforeAll(async () => await host.respondByUrl(answers).start());
	afterAll(async () => await host.stop());
	const credentialType = new FileCourierApi();
	return {
		host,
		answers,
		/** Downloads the body of this response. Without a Content-Length, the host sends it chunked. */
		async download(answer: TestResponse, path = '/files/report.bin', options: IDataObject = {}) {
			answers[path] = answer;
			return await runNode({
				node: nodeOf(FileCourier),
				credentialType,
				credentials: credentialsFor(credentialType, host.url),
				parameters: { resource: 'file', operation: 'download', url: host.url + path, options },
			});
		},
	};
}
