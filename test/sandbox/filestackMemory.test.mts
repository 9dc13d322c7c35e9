import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SandboxInfo } from '../../sandbox/server.mts';
import { signed } from './filestackSupport.mts';
import { http, removeFolder, temporaryFolder } from './support.mts';

/** 512 MiB; more by hand: SANDBOX_UPLOAD_GIB=3. */
const SIZE = Number(process.env.SANDBOX_UPLOAD_GIB ?? 0.5) * 2 ** 30;
const PART = 64 * 2 ** 20;
const LIMIT_MIB = 200;

const linux = process.platform === 'linux' ? test : test.skip;

linux(
	'a large file is stored, put together from parts, overwritten and hashed in little memory',
	async () => {
		const dataDir = await temporaryFolder();
		const flags = ['sandbox/main.mts', '--json', '--port', '0', '--data', dataDir];
		const child = spawn(process.execPath, ['--import', 'tsx', ...flags]);
		try {
			const line = await new Promise<string>((resolve) =>
				child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
			);
			const { origins, credentials } = (JSON.parse(line) as SandboxInfo).services.filestack;
			const expiry = Math.floor(Date.now() / 1000) + 3600;
			const proof = signed(JSON.stringify({ expiry }), credentials.appSecret);
			const query = new URLSearchParams({ ...proof, key: credentials.apiKey }).toString();

			const stored = await send('POST', `${origins.api}/api/store/S3?${query}`, SIZE);
			const { url } = JSON.parse(stored.body) as { url: string };
			const file = `${origins.api}/api/file/${url.slice(-20)}`;
			expect(await receive(`${file}?${query}`)).toBe(SIZE);
			expect((await send('POST', `${file}?${query}`, SIZE)).status).toBe(200);
			const hashed = await http.get<unknown>(
				`${file}/metadata?${query}&md5=true&sha512=true&size=true`,
			);
			expect(hashed.data).toMatchObject({ size: SIZE });

			const same = { apikey: credentials.apiKey, ...proof, size: SIZE };
			const named = { filename: 'large.bin', mimetype: 'application/octet-stream' };
			const call = async (name: string, body: object) =>
				await http.post<Record<string, string>>(`${origins.upload}/multipart/${name}`, body);
			const { data: upload } = await call('start', { ...same, ...named });
			const { uri, region, upload_id } = upload;
			const known = { ...same, uri, region, upload_id };
			const parts: object[] = [];
			for (let part = 1; (part - 1) * PART < SIZE; part += 1) {
				const size = Math.min(PART, SIZE - (part - 1) * PART);
				const { data } = await http.post<{ url: string; headers: Record<string, string> }>(
					`${origins.upload}/multipart/upload`,
					{ ...known, part, size },
				);
				const { etag } = await send('PUT', data.url, size, data.headers);
				parts.push({ part_number: part, etag });
			}
			const completeBody = { ...known, ...named, parts };
			let answer = await call('complete', completeBody);
			while (answer.status === 202) {
				await new Promise((resolve) => setTimeout(resolve, 200));
				answer = await call('complete', completeBody);
			}
			expect(answer.data).toMatchObject({ size: SIZE, status: 'Stored' });

			const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
			const used = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
			console.info(
				`${SIZE / 2 ** 30} GiB in, out and in parts; peak memory ${Math.round(used)} MiB`,
			);
			expect(used).toBeLessThan(LIMIT_MIB);
		} finally {
			child.kill('SIGKILL');
			await removeFolder(dataDir);
		}
	},
	600_000,
);

/** Sends so many bytes of nothing without having them in memory here either. */
async function send(
	method: string,
	url: string,
	size: number,
	headers: Record<string, string> = {},
): Promise<{ status?: number; body: string; etag?: string }> {
	const chunk = Buffer.alloc(2 ** 20);
	const body = Readable.from(
		(function* () {
			for (let sent = 0; sent < size; sent += chunk.length) yield chunk.subarray(0, size - sent);
		})(),
	);
	const outgoing = request(url, {
		method,
		headers: { 'content-type': 'application/octet-stream', 'content-length': size, ...headers },
	});
	const answer = new Promise<{ status?: number; body: string; etag?: string }>(
		(resolve, reject) => {
			outgoing.on('error', reject).on('response', (response) => {
				const chunks: Buffer[] = [];
				response
					.on('data', (part: Buffer) => chunks.push(part))
					.on('end', () =>
						resolve({
							status: response.statusCode,
							body: Buffer.concat(chunks).toString(),
							etag: response.headers.etag,
						}),
					);
			});
		},
	);
	await pipeline(body, outgoing);
	return await answer;
}

async function receive(url: string): Promise<number> {
	const { data } = await http.get<Readable>(url, { responseType: 'stream' });
	let size = 0;
	for await (const chunk of data) size += (chunk as Buffer).length;
	return size;
}
