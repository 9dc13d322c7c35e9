import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import axios from 'axios';
import { getString } from '../sandbox/n8n/json.mts';
import { type Bench, GIB } from './case.mts';

/** Stores a file from disk in the simulation of Files App, in one request, and returns its ID. */
export async function putIntoFilesApp({ environment }: Bench, file: string): Promise<string> {
	const { portal, services } = environment.sandbox.info;
	const { baseUrl, apiKey } = services.filesApp.credentials;
	const settings = { plan: 'team', maxUploadBytes: 4 * GIB };
	await axios.patch(`${portal}/api/services/filesApp/settings`, settings);
	const { stdout } = await promisify(execFile)('curl', [
		...['--silent', '--fail', '--noproxy', '*', '--header', `authorization: Bearer ${apiKey}`],
		...['--form', `file=@${file}`, `${baseUrl}/upload`],
	]);
	return getString(JSON.parse(stdout) as unknown, 'id');
}
