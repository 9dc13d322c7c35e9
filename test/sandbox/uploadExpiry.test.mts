import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from './filesAppSupport.mts';
import { Shot } from './fileShotSupport.mts';
import { MultipartFlow, type Started } from './filestackMultipartSupport.mts';
import { Stack } from './filestackSupport.mts';
import { eventually, type Bench } from './support.mts';

const MIB = 2 ** 20;
/** Two parts, the first of the size that Filestack requires. */
const PARTS = [Buffer.alloc(5 * MIB, 'a'), Buffer.from('the rest')];
const SIZE = PARTS[0].length + PARTS[1].length;

/** A running sandbox, with an upload in parts. */
interface Client {
	bench: Bench;
	stop(options?: { keep: boolean }): Promise<void>;
	start(): Promise<void>;
	/** Returns the status of the response. */
	send(part: 0 | 1): Promise<number>;
	complete(): Promise<number>;
	/** Returns the size of the file in bytes. */
	size(): Promise<number>;
}

/** An upload's state between two runs of the sandbox. */
interface Session {
	upload?: string;
	started?: Started;
	etags?: string[];
}

type Open = (session: Session, folder?: string) => Promise<Client>;

const SERVICES: [service: string, id: string, hours: number, open: Open][] = [
	[
		'Files App',
		'filesApp',
		1,
		async (session, folder) => {
			const app = await App.start({ folder });
			let file = '';
			return {
				...{ bench: app.bench, stop: (options) => app.stop(options) },
				start: async () => {
					const total = { total_size: SIZE, total_chunks: 2 };
					const { data } = await app.post('/chunks/init', { filename: 'a.bin', ...total });
					session.upload = data.upload_id;
				},
				send: async (part) =>
					(await app.chunk(session.upload ?? '', part, PARTS[part].toString())).status,
				complete: async () => {
					const { status, data } = await app.post('/chunks/complete', {
						upload_id: session.upload ?? '',
					});
					file = data.id;
					return status;
				},
				size: async () => (await app.bytes(file)).length,
			};
		},
	],
	[
		'FileShot',
		'fileShot',
		24,
		async (session, folder) => {
			const shot = await Shot.start({}, folder);
			const id = () => session.upload ?? '';
			return {
				...{ bench: shot.bench, stop: (options) => shot.stop(options) },
				start: async () => {
					const body = { fileName: 'a.bin', fileSize: SIZE, totalChunks: 2 };
					session.upload = (await shot.post('/files/init-upload', body)).data.fileId;
				},
				send: async (part) => (await shot.raw(id(), part, PARTS[part].toString())).status,
				complete: async () => (await shot.get(`/files/${id()}`)).status,
				size: async () => (await shot.bytes(id())).length,
			};
		},
	],
	[
		'Filestack',
		'filestack',
		24,
		async (session, folder) => {
			const stack = await Stack.start(folder);
			const flow = new MultipartFlow(stack);
			const etags = (session.etags ??= []);
			let handle = '';
			return {
				...{ bench: stack.bench, stop: (options) => stack.bench.stop(options) },
				start: async () => {
					session.started = await flow.start({ size: SIZE });
				},
				send: async (part) => {
					const { started } = session;
					if (!started) throw new Error('Not started');
					const target = await flow.target(started, part + 1, PARTS[part]);
					if (target.status !== 200) return target.status;
					etags[part] = (await flow.send(started, part + 1, PARTS[part])).etag;
					return 200;
				},
				complete: async () => {
					const { started } = session;
					if (!started) throw new Error('Not started');
					const listed = etags.map((etag, index) => ({ part_number: index + 1, etag }));
					const { status, data } = await flow.completed(started, listed, { size: SIZE });
					handle = String(data.handle);
					return status;
				},
				size: async () => (await stack.bytes(handle)).length,
			};
		},
	],
];

describe.each(SERVICES)('an upload in parts to %s', (_service, id, hours, open) => {
	let client: Client;
	afterEach(async () => await client.stop());
	const stored = async () =>
		(await readdir(join(client.bench.folder, 'services', id, 'files'))).length;
	const uploads = async () =>
		(await client.bench.control<unknown[]>('get', `/api/services/${id}/uploads`)).data.length;

	test('continues after a restart of the service', async () => {
		const session: Session = {};
		client = await open(session);
		await client.start();
		expect(await client.send(0)).toBe(200);
		await client.stop({ keep: true });

		client = await open(session, client.bench.folder);
		expect(await client.send(1)).toBe(200);
		expect(await client.complete()).toBe(200);
		expect(await client.size()).toBe(SIZE);
	});

	test(`expires after ${hours} h, also in another run, and its parts are deleted`, async () => {
		const session: Session = {};
		client = await open(session);
		await client.start();
		await client.bench.advance(hours * 3600 - 60);
		expect(await client.send(0)).toBe(200);
		expect([await stored(), await uploads()]).toEqual([1, 1]);
		await client.stop({ keep: true });

		client = await open(session, client.bench.folder);
		await client.bench.advance(120);
		expect(await client.send(1)).toBe(404);
		expect(await client.complete()).toBe(404);
		await eventually(async () => (await stored()) === 0);
		expect(await uploads()).toBe(0);
	});
});
