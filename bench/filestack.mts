import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import axios from 'axios';
import { getString } from '../sandbox/n8n/json.mts';
import type { Bench } from './case.mts';

/** Filestack's simulation: a file is the plain body of one request, so only the transfer is measured. */
export class Filestack {
	private readonly origins: Record<string, string>;
	private readonly apiKey: string;

	private constructor({ environment }: Bench) {
		const { origins, credentials } = environment.sandbox.info.services.filestack;
		this.origins = origins;
		this.apiKey = credentials.apiKey;
	}

	/** Turns off security, because the HTTP Request node and curl cannot create signatures. */
	static async open(bench: Bench): Promise<Filestack> {
		const { portal } = bench.environment.sandbox.info;
		await axios.patch(`${portal}/api/services/filestack/settings`, { security: 'off' });
		return new Filestack(bench);
	}

	/** Accepts a file by POST. */
	get storeUrl(): string {
		return `${this.origins.api}/api/store/S3?key=${this.apiKey}&filename=file.bin`;
	}

	/** Returns a file by GET. */
	cdnUrl(handle: string): string {
		return `${this.origins.cdn}/${handle}`;
	}

	/** Stores a file from disk and returns its handle. */
	async put(file: string): Promise<string> {
		const { stdout } = await promisify(execFile)('curl', [
			...['--silent', '--fail', '--noproxy', '*', '--header', 'content-type: image/png'],
			...['--request', 'POST', '--upload-file', file, this.storeUrl],
		]);
		const response: unknown = JSON.parse(stdout);
		return getString(response, 'url').split('/').at(-1) ?? '';
	}
}
