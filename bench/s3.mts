import { createReadStream, createWriteStream, linkSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Credential, upsertCredential } from '../sandbox/n8n/credentials.mts';
import type { JsonObject } from '../sandbox/n8n/json.mts';
import type { Bench } from './case.mts';
import { step } from './runs.mts';

const BUCKET = 'bench';
const KEY = 'object.bin';

/**
 * As much of Amazon S3's REST API as its clients need to upload and download one object, which is a file in the bench's
 * folder. Does not check signatures, because only the transfer is measured.
 */
export class S3Server {
	private constructor(
		/** For clients that are configured with path-style addresses. */
		readonly endpoint: string,
		private readonly file: string,
	) {}

	/** The bucket and the key of the object. */
	static readonly object = { bucketName: BUCKET, fileKey: KEY };

	/** Runs work with a server, and stops it. */
	static async use<T>({ folder }: Bench, work: (server: S3Server) => Promise<T>): Promise<T> {
		const file = join(folder, 's3-object.bin');
		const server = createServer((request, response) => {
			respond(file, request, response).catch((error: unknown) => response.destroy(error as Error));
		});
		await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
		try {
			const { port } = server.address() as AddressInfo;
			return await work(new S3Server(`http://127.0.0.1:${port}`, file));
		} finally {
			server.closeAllConnections();
			server.close();
		}
	}

	/** The object, as rclone addresses it. */
	get rclonePath(): string {
		const remote = `:s3,provider=Other,access_key_id=key,secret_access_key=secret,no_check_bucket=true`;
		return `${remote},endpoint="${this.endpoint}":${BUCKET}/${KEY}`;
	}

	/** Makes a file the object, without copying it: the folder is in memory. */
	put(path: string): void {
		rmSync(this.file, { force: true });
		linkSync(path, this.file);
	}

	/** Creates a credential of n8n's S3 node. */
	async credential({ environment }: Bench): Promise<Credential> {
		return await upsertCredential(environment.rest, {
			name: 'S3 of the benchmark',
			type: 's3',
			data: {
				endpoint: this.endpoint,
				region: 'us-east-1',
				accessKeyId: 'key',
				secretAccessKey: 'secret',
				forcePathStyle: true,
			},
		});
	}
}

/** Returns n8n's S3 node with an operation on a file. */
export const s3Step = ({ id, name }: Credential, parameters: JsonObject) =>
	step(
		'S3',
		'n8n-nodes-base.s3',
		1,
		{ resource: 'file', ...parameters },
		{ credentials: { s3: { id, name } } },
	);

async function respond(file: string, request: IncomingMessage, response: ServerResponse) {
	const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
	if (searchParams.has('location')) {
		response.setHeader('content-type', 'application/xml');
		response.end('<LocationConstraint>us-east-1</LocationConstraint>');
	} else if (request.method === 'PUT') {
		await pipeline(request, createWriteStream(file));
		response.setHeader('etag', '"1"');
		response.end();
	} else if (pathname === `/${BUCKET}/${KEY}` && request.method === 'GET') {
		response.setHeader('content-type', 'application/octet-stream');
		response.setHeader('content-length', statSync(file).size);
		await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), response);
	} else {
		response.statusCode = 404;
		response.end();
	}
}
