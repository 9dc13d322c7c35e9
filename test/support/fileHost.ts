import type { IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { credentialsFor } from './descriptions';
import { runNode } from './engine';
import { type TestResponse, TestServer } from './testServer';

/** For a file of tests: a host of files that answers as scripted, and downloads from it by the simplest operation. */
export function fileHost() {
	const host = new TestServer();
	const answers: Record<string, TestResponse> = {};
	beforeAll(async () => await host.respondByUrl(answers).start());
	afterAll(async () => await host.stop());
	const credentialType = new FileCourierApi();
	return {
		host,
		answers,
		/** Downloads a file that the host answers with. A body without a Content-Length comes in chunks. */
		async download(answer: TestResponse, path = '/files/report.bin', options: IDataObject = {}) {
			answers[path] = answer;
			return await runNode({
				node: new FileCourier(),
				credentialType,
				credentials: credentialsFor(credentialType, host.url),
				parameters: { resource: 'file', operation: 'download', url: host.url + path, options },
			});
		},
	};
}
