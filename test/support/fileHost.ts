import type { IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { credentialsFor } from './descriptions';
import { runNode } from './engine';
import { Host, type Scripted } from './host';

/** For a file of tests: a host of files that answers as scripted, and downloads from it by the simplest operation. */
export function fileHost() {
	const host = new Host();
	const answers: Record<string, Scripted> = {};
	beforeAll(async () => await host.start(answers));
	afterAll(async () => await host.stop());
	const credentialType = new FileCourierApi();
	return {
		host,
		answers,
		/** Downloads a file that the host answers with. A body without a Content-Length comes in chunks. */
		async download(answer: Scripted, path = '/files/report.bin', options: IDataObject = {}) {
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
