import { spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SandboxInfo } from '../../sandbox/server.mts';
import { http, removeFolder, REQUEST, temporaryFolder } from './support.mts';

/** 1 GiB; more by hand: SANDBOX_UPLOAD_GIB=3. */
const SIZE = Number(process.env.SANDBOX_UPLOAD_GIB ?? 1) * 2 ** 30;
const LIMIT_MIB = 200;

/** The most memory that a process has ever had resident, in MiB (Linux). */
async function peak(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const linux = process.platform === 'linux' ? test : test.skip;

linux(
	'a large file streams in and out in little memory',
	async () => {
		const folder = await temporaryFolder();
		// Without tsx's second process in between, so that the memory is that of the sandbox.
		const child = spawn(process.execPath, [
			'--import',
			'tsx',
			'sandbox/main.mts',
			'--json',
			'--port',
			'0',
			'--data',
			folder,
		]);
		try {
			const line = await new Promise<string>((resolve) =>
				child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
			);
			const { portal, services } = JSON.parse(line) as SandboxInfo;
			const { origins, credentials } = services.fileCourier;
			const auth = { username: credentials.clientId, password: credentials.clientSecret };
			const created = await http.post<{ data: { upload_url: string } }>(
				`${origins.api}/api/ext/sessions`,
				REQUEST,
				{ auth },
			);
			expect(await send(created.data.data.upload_url)).toBe(303);
			const files = join(folder, 'services/fileCourier/files');
			const [name] = await readdir(files);
			expect((await stat(join(files, name))).size).toBe(SIZE);
			const { data } = await http.get<{ body: string }[]>(`${portal}/api/deliveries`);
			const { url } = (JSON.parse(data[0].body) as { data: { files: { url: string }[] } }).data
				.files[0];
			expect(await receive(url)).toBe(SIZE);
			const used = await peak(child.pid ?? 0);
			console.info(`${SIZE / 2 ** 30} GiB in and out; peak memory ${Math.round(used)} MiB`);
			expect(used).toBeLessThan(LIMIT_MIB);
		} finally {
			child.kill('SIGKILL');
			await removeFolder(folder);
		}
	},
	180_000,
);

/** Uploads SIZE bytes of nothing without having them in memory here either. */
async function send(link: string): Promise<number | undefined> {
	const head = '--b\r\nContent-Disposition: form-data; name="files"; filename="large.bin"\r\n\r\n';
	const tail = '\r\n--b--\r\n';
	const chunk = Buffer.alloc(2 ** 20);
	const body = Readable.from(
		(function* () {
			yield Buffer.from(head);
			for (let sent = 0; sent < SIZE; sent += chunk.length) yield chunk;
			yield Buffer.from(tail);
		})(),
	);
	const outgoing = request(link, {
		method: 'POST',
		headers: {
			'content-type': 'multipart/form-data; boundary=b',
			'content-length': head.length + SIZE + tail.length,
		},
	});
	const answer = new Promise<number | undefined>((resolve, reject) => {
		outgoing
			.on('response', (response) => resolve(response.resume().statusCode))
			.on('error', reject);
	});
	await pipeline(body, outgoing);
	return await answer;
}

async function receive(url: string): Promise<number> {
	const { data } = await http.get<Readable>(url, { responseType: 'stream' });
	let size = 0;
	for await (const chunk of data) size += (chunk as Buffer).length;
	return size;
}
