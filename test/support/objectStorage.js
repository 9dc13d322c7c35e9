// An object storage that speaks as much of Amazon S3's REST API as n8n's binary storage uses.
const { createServer } = require('node:http');
const { buffer } = require('node:stream/consumers');
const { setTimeout: sleep } = require('node:timers/promises');

const { ObjectStoreConfig, S3ByteStore } = require('@n8n/blob-storage');
const { ObjectStoreService } = require('@n8n/blob-storage/object-store');
const { Container } = require('@n8n/di');
const {
	BinaryDataBlobManager,
	BinaryDataConfig,
	BinaryDataService,
	ErrorReporter,
} = require('n8n-core');

/** Objects in memory, by path. Its faults are set by tests and stay until they are taken back. */
class ObjectStorage {
	constructor() {
		this.objects = new Map();
		/** Milliseconds that a PUT takes. */
		this.putTakes = 0;
		/** Bytes after which the connection of a GET is closed. */
		this.cutAfter = Infinity;
		this.server = createServer((request, response) => void this.answer(request, response));
	}

	async start() {
		await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
		this.server.unref();
		this.host = `127.0.0.1:${this.server.address().port}`;
	}

	async stop() {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}

	async answer(request, response) {
		const { method, headers } = request;
		const path = request.url.split('?')[0];
		if (method === 'PUT') {
			const kept = Object.entries(headers).filter(([name]) =>
				/^(content-type|x-amz-meta-)/.test(name),
			);
			this.objects.set(path, { bytes: await buffer(request), headers: Object.fromEntries(kept) });
			await sleep(this.putTakes);
			return response.end();
		}
		const object = this.objects.get(path);
		if (!object) {
			const error = '<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>';
			return response
				.writeHead(404, { 'content-type': 'application/xml' })
				.end(method === 'HEAD' ? '' : error);
		}
		const { bytes } = object;
		response.writeHead(200, { ...object.headers, 'content-length': bytes.length });
		if (method === 'HEAD') return response.end();
		if (bytes.length <= this.cutAfter) return response.end(bytes);
		response.write(bytes.subarray(0, this.cutAfter), () => response.destroy());
	}
}

/** Has n8n's engine keep its files there, with n8n's own code for S3. */
function keepFilesIn(storage) {
	const config = Container.get(ObjectStoreConfig);
	Object.assign(config, { host: storage.host, protocol: 'http', maxAttempts: 1 });
	Object.assign(config.bucket, { name: 'n8n', region: 'eu-north-1' });
	Object.assign(config.credentials, { accessKey: 'key', accessSecret: 'secret' });
	const store = new S3ByteStore(Container.get(ObjectStoreService));
	const manager = new BinaryDataBlobManager(store, Container.get(ErrorReporter));
	Container.get(BinaryDataConfig).mode = 's3';
	Container.get(BinaryDataService).setManager('s3', manager);
}

module.exports = { keepFilesIn, ObjectStorage };
