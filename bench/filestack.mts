import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import axios from 'axios';
import { getString } from '../sandbox/n8n/json.mts';
import type { Bench } from './case.mts';

/** Filestack's stand-in: it takes a file as the plain body of one request, so nothing but the bytes is measured. */
export class Filestack {
	private readonly origins: Record<string, string>;
	private readonly apiKey: string;

	private constructor({ environment }: Bench) {
		const { origins, credentials } = environment.sandbox.info.services.filestack;
		this.origins = origins;
		this.apiKey = credentials.apiKey;
	}

	/** With an app that wants no signatures: HTTP Request node and curl cannot make any. */
	static async open(bench: Bench): Promise<Filestack> {
		const { portal } = bench.environment.sandbox.info;
		await axios.patch(`${portal}/api/services/filestack/settings`, { security: 'off' });
		return new Filestack(bench);
	}

	/** Takes a file as a POST. */
	get storeUrl(): string {
		return `${this.origins.api}/api/store/S3?key=${this.apiKey}&filename=file.bin`;
	}

	/** Gives a file back. */
	cdnUrl(handle: string): string {
		return `${this.origins.cdn}/${handle}`;
	}

	/** Stores a file from disk and gives back its handle. */
	async put(file: string): Promise<string> {
		const { stdout } = await promisify(execFile)('curl', [
			...['--silent', '--fail', '--noproxy', '*', '--header', 'content-type: image/png'],
			...['--request', 'POST', '--upload-file', file, this.storeUrl],
		]);
		const answer: unknown = JSON.parse(stdout);
		return getString(answer, 'url').split('/').at(-1) ?? '';
	}
}
