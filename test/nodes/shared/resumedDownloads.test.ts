/* eslint-disable @n8n/community-nodes/no-restricted-globals */
import { expectFile, FILE, MIB, OTHER, useBreakingHost } from '../../support/breakingHost';
import { buildContext, errorOf, outputOf, startRun } from '../../support/engine';
import { skipWaits } from '../../support/waits';

skipWaits();

const { host, requests, node, download, bytesSent } = useBreakingHost();

describe('a download whose connection breaks', () => {
	it.each([
		['its ETag', { etag: '"one"' }, '"one"'],
		[
			'its modification date',
			{ 'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT' },
			'Mon, 02 Nov 2026 10:00:00 GMT',
		],
	])('continues where it broke if the file is identified by %s', async (_, headers, ifRange) => {
		host.headers = headers;
		host.breakAfter = (n) => (n < 3 ? MIB : undefined);
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(4);
		for (const request of requests.slice(1)) {
			expect(request.range).toMatch(/^bytes=\d+-$/);
			expect(request.ifRange).toBe(ifRange);
		}
		expect(bytesSent()).toBeLessThanOrEqual(FILE.length + 3 * MIB);
	});

	it('continues after more breaks than a request is retried', async () => {
		host.breakAfter = (n) => (n < 8 ? MIB / 4 : undefined);
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(9);
	});

	it.each([1, 3 * MIB])('requests %i bytes again if that is all it has', async (bytes) => {
		host.breakAfter = (n) => (n === 0 ? bytes : undefined);
		await expectFile(await download(), FILE);
		expect(bytesSent()).toBe(FILE.length + Math.min(bytes, 4096));
	});

	it('continues although requests for the rest fail for a while', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.respond = (n, _, response) => {
			if (n === 0 || n > 5) return false;
			if (n % 2 === 0) response.writeHead(503).end('down');
			else response.destroy();
			return true;
		};
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(7);
	});

	it('logs that it waits, and how much has arrived', async () => {
		let ahead = 0;
		const now = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
		host.breakAfter = (n) => (n === 0 ? 2 * MIB : undefined);
		host.respond = (n, _, response) => {
			if (n !== 1) return false;
			ahead = 11_000;
			response.writeHead(503).end();
			return true;
		};
		const { workflow, additionalData } = buildContext(node());
		const shown: unknown[] = [];
		additionalData.sendDataToUI = (type, data) => void shown.push([type, data]);
		outputOf(await startRun(workflow, additionalData, 'manual'));
		jest.restoreAllMocks();
		expect(JSON.stringify(shown)).toMatch(
			/Downloading “file\.bin”: waiting for the connection, [0-2] MiB done/,
		);
	});

	it('gives up after the set time and leaves no file', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.respond = (n, _, response) => {
			if (n > 0) response.destroy();
			return n > 0;
		};
		const { message } = errorOf(await download({ giveUpMinutes: 0 }));
		expect(message).toContain('could not be reached');
		// The first request and three attempts to continue.
		expect(requests).toHaveLength(4);
	});

	it('that the host never finishes is not reported as compressed data that cannot be decoded', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.respond = (_, request, response) => {
			const from = /\d+/.exec(request.headers.range ?? '')?.[0];
			if (from === undefined) return false;
			const range = `bytes ${from}-${FILE.length - 1}/${FILE.length}`;
			response.writeHead(206, { ...host.headers, 'content-range': range });
			response.end(FILE.subarray(Number(from), Number(from) + 4096));
			return true;
		};
		const { message } = errorOf(await download({ giveUpMinutes: 0 }));
		expect(message).toContain('could not be reached');
	});

	it('outputs the new file from its first byte if the file has changed', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.before = (n) => {
			if (n > 0) Object.assign(host, { file: OTHER, headers: { etag: '"two"' } });
		};
		await expectFile(await download(), OTHER);
	});

	it.each([
		['a changed ETag', { etag: '"two"' }, 0, FILE.length],
		['another total size', { etag: '"one"' }, 0, FILE.length + 1],
		['another position', { etag: '"one"' }, 7, FILE.length],
		['the same ETag but other bytes', { etag: '"one"' }, 0, FILE.length],
	])(
		'never mixes files: it starts over after a partial response with %s',
		async (_, headers, shift, total) => {
			host.breakAfter = (n) => (n === 0 ? MIB : undefined);
			host.respond = (_, request, response) => {
				if (request.headers.range === undefined) return false;
				const from = Number(/\d+/.exec(request.headers.range)![0]) + shift;
				const body = OTHER.subarray(from);
				response.writeHead(206, {
					...headers,
					'content-length': body.length,
					'content-range': `bytes ${from}-${total - 1}/${total}`,
				});
				response.end(body);
				return true;
			};
			await expectFile(await download(), FILE);
			expect(requests.filter(({ range }) => range === undefined)).toHaveLength(2);
		},
	);

	it('fails if the file changes on every attempt', async () => {
		host.breakAfter = () => MIB;
		host.before = (n) => {
			host.headers = { etag: `"${n}"` };
		};
		const { message, description } = errorOf(await download());
		expect(message).toBe('The file host changed the file during the transfer');
		expect(description).toContain('Run the node again');
	});

	it.each([
		['sends no ETag and no modification date', {}],
		['sends a weak ETag', { etag: 'W/"one"' }],
		['modified the file in the second of its response', undefined],
	])('starts over if the host %s', async (_, headers) => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.before = () => {
			host.headers = headers ?? { 'last-modified': new Date().toUTCString() };
		};
		await expectFile(await download(), FILE);
		expect(requests.map(({ range }) => range)).toEqual([undefined, undefined]);
	});

	it('skips what it has if the host ignores ranges but sends the same file', async () => {
		host.ignoresRanges = true;
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		await expectFile(await download(), FILE);
		expect(requests).toHaveLength(2);
	});

	it('does not download the file again and again from a host that ignores ranges', async () => {
		host.ignoresRanges = true;
		host.breakAfter = () => 3 * MIB;
		expect(errorOf(await download())).toBeDefined();
		expect(requests.length).toBeLessThanOrEqual(5);
	});

	it('continues after a range that is shorter than requested, also if the first response had no length', async () => {
		host.respond = (n, request, response) => {
			const from = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
			const body = FILE.subarray(from, from + MIB);
			if (n === 0) {
				response.writeHead(200, host.headers);
				response.write(body, () => setImmediate(() => response.destroy()));
				return true;
			}
			response.writeHead(206, {
				...host.headers,
				'content-length': body.length,
				'content-range': `bytes ${from}-${from + body.length - 1}/${FILE.length}`,
			});
			response.end(body);
			return true;
		};
		await expectFile(await download(), FILE);
	});

	it('requests a new presigned URL if the old one has expired', async () => {
		let current = 0;
		host.breakAfter = (n) => (n === 1 ? MIB : undefined);
		host.respond = (_, request, response) => {
			if (request.url === '/file.bin') {
				response.writeHead(302, { location: `/presigned?${++current}` }).end();
				return true;
			}
			const isExpired = request.url !== `/presigned?${current}`;
			if (isExpired) response.writeHead(403).end('expired');
			return isExpired;
		};
		await expectFile(await download(), FILE);
		expect(current).toBe(2);
	});

	it('reports the status if the host rejects the request for the rest', async () => {
		host.breakAfter = (n) => (n === 0 ? MIB : undefined);
		host.respond = (n, _, response) => {
			if (n > 0) response.writeHead(403).end('The link has expired');
			return n > 0;
		};
		expect(errorOf(await download()).message).toBe(
			'The file host responded with 403: The link has expired',
		);
		expect(requests).toHaveLength(2);
	});
});
