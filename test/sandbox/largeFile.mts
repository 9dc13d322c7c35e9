import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { Readable } from 'node:stream';
import { Readable as Source } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type SandboxInfo, type StartedSandbox, startSandbox } from '../support/processes.js';
import { http, removeFolder, temporaryFolder } from './support.mts';

/**
 * An eighth of a GiB: with the memory that the sandbox needs anyway, a whole file exceeds the limit; larger with
 * SANDBOX_UPLOAD_GIB=3.
 */
export const LARGE = Number(process.env.SANDBOX_UPLOAD_GIB ?? 0.125) * 2 ** 30;
const LIMIT_MIB = 200;

/** The tests read a process's memory from /proc. */
export const onLinux = process.platform === 'linux' ? test : test.skip;

/** Processes to stop after a test that timed out, because they would keep Jest from exiting. */
const children = new Set<StartedSandbox['child']>();
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

async function start(folder: string): Promise<StartedSandbox> {
	const started = await startSandbox(folder);
	children.add(started.child);
	return started;
}

/** Runs work with a sandbox in a separate process, which must use less than 200 MiB. */
export async function inLittleMemory(
	use: (info: SandboxInfo, folder: string) => Promise<void>,
): Promise<void> {
	const folder = await temporaryFolder();
	const { child, info } = await start(folder);
	try {
		await use(info, folder);
		const used = await peak(child.pid ?? 0);
		console.info(`${LARGE / 2 ** 30} GiB in and out; peak memory ${Math.round(used)} MiB`);
		expect(used).toBeLessThan(LIMIT_MIB);
	} finally {
		child.kill('SIGKILL');
		await removeFolder(folder);
	}
}

/** Returns the peak resident memory of a process in MiB. */
async function peak(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** The response of a large upload. */
export interface LargeAnswer {
	status: number;
	body: string;
	headers: IncomingHttpHeaders;
}

/** Sends a form with one file of LARGE zero bytes. */
export async function sendLarge(
	url: string,
	field: string,
	headers: Record<string, string> = {},
): Promise<LargeAnswer> {
	const head = `--b\r\nContent-Disposition: form-data; name="${field}"; filename="large.bin"\r\n\r\n`;
	const type = { 'content-type': 'multipart/form-data; boundary=b' };
	const around = { head, tail: '\r\n--b--\r\n' };
	return await sendZeros(url, { headers: { ...headers, ...type }, ...around });
}

/** Sends zero bytes (default: LARGE) without holding them in memory. */
export async function sendZeros(
	url: string,
	{ method = 'POST', size = LARGE, headers = {}, head = '', tail = '' } = {},
): Promise<LargeAnswer> {
	const chunk = Buffer.alloc(2 ** 20);
	const body = Source.from(
		(function* () {
			if (head) yield Buffer.from(head);
			for (let sent = 0; sent < size; sent += chunk.length) yield chunk.subarray(0, size - sent);
			if (tail) yield Buffer.from(tail);
		})(),
	);
	const length = head.length + size + tail.length;
	const outgoing = request(url, { method, headers: { ...headers, 'content-length': length } });
	const answer = new Promise<LargeAnswer>((resolve, reject) => {
		outgoing
			.on('response', (response) => {
				const { statusCode = 0, headers: responseHeaders } = response;
				void text(response).then((read) =>
					resolve({ status: statusCode, body: read, headers: responseHeaders }),
				);
			})
			.on('error', reject);
	});
	await pipeline(body, outgoing);
	return await answer;
}

/** Returns the number of bytes received. */
export async function receivedBytes(
	url: string,
	headers: Record<string, string> = {},
): Promise<number> {
	const { data } = await http.get<Readable>(url, { headers, responseType: 'stream' });
	let size = 0;
	for await (const chunk of data) size += (chunk as Buffer).length;
	return size;
}
