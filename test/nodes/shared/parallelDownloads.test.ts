/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { expectFile, FILE, MIB, OTHER, useBreakingHost } from '../../support/breakingHost';
import { errorOf } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { skipWaits } from '../../support/waits';

skipWaits();

const { host, requests, download, bytesSent } = useBreakingHost();
const COMPRESSIBLE = Buffer.from('text '.repeat(2_000_000) + randomBytes(MIB).toString('hex'));
const SMALL_PARTS = { partsAtOnce: 4, partSizeMb: 0.25, thresholdMb: 1 };

describe('a download in parallel parts', () => {
	it('requests the parts on condition that the file is the same', async () => {
		await expectFile(await download(SMALL_PARTS), FILE);
		expect(requests).toHaveLength(16);
		expect(requests.slice(1).every(({ ifRange }) => ifRange === '"one"')).toBe(true);
		const parts = requests.slice(1).map(({ range }) => /\d+/.exec(range!)![0]);
		expect(new Set(parts).size).toBe(15);
	});

	it('stays with one request by default if that is faster than a gigabit line', async () => {
		host.file = randomBytes(8 * MIB);
		// No time passes, so that the load of the machine does not matter.
		const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
		try {
			await expectFile(await download({ partSizeMb: 0.25, thresholdMb: 1 }), host.file);
		} finally {
			clock.mockRestore();
		}
		expect(requests).toHaveLength(1);
	});

	it('requests the other parts by default as soon as the first request turns out to be slow', async () => {
		host.respond = (n, _, response) => {
			if (n > 0) return false;
			response.writeHead(200, { ...host.headers, 'content-length': FILE.length });
			response.write(FILE.subarray(0, MIB / 2));
			setTimeout(() => response.end(FILE.subarray(MIB / 2)), 300);
			return true;
		};
		await expectFile(await download({ partSizeMb: 0.25, thresholdMb: 1 }), FILE);
		expect(requests.length).toBeGreaterThan(2);
		const first = Math.min(...requests.slice(1).map(({ range }) => Number(/\d+/.exec(range!)![0])));
		expect(first).toBeGreaterThan(MIB / 2);
	});

	it('ends the first response, which contains the whole file, after the first part', async () => {
		host.respond = (n, _, response) => {
			if (n > 0) return false;
			response.writeHead(200, { ...host.headers, 'content-length': FILE.length });
			// The rest never arrives.
			response.write(FILE.subarray(0, MIB));
			return true;
		};
		await expectFile(await download(SMALL_PARTS), FILE);
		expect(requests).toHaveLength(16);
	});

	it('never requests more parts at the same time than set', async () => {
		let [open, most] = [0, 0];
		host.respond = (_, __, response) => {
			most = Math.max(most, ++open);
			response.on('close', () => open--);
			return false;
		};
		await expectFile(await download(SMALL_PARTS), FILE);
		expect(most).toBeGreaterThan(1);
		expect(most).toBeLessThanOrEqual(4);
	});

	it('continues each part where its connection broke', async () => {
		host.breakAfter = (n) => (n % 3 === 1 ? 100_000 : undefined);
		await expectFile(await download(SMALL_PARTS), FILE);
		// The first request asks for the whole file, and is ended after its part.
		const whole = FILE.length - 0.25 * MIB;
		expect(bytesSent() - whole).toBeLessThanOrEqual(1.05 * FILE.length);
	});

	it.each([
		['is smaller than set', { ...SMALL_PARTS, thresholdMb: 5 }, {}],
		['is downloaded with one part at a time', { ...SMALL_PARTS, partsAtOnce: 1 }, {}],
		['comes from a host that does not announce ranges', SMALL_PARTS, { 'accept-ranges': 'none' }],
		['has a weak ETag', SMALL_PARTS, { etag: 'W/"one"' }],
	])('is not used for a file that %s', async (_, options, headers) => {
		Object.assign(host.headers, headers);
		await expectFile(await download(options), FILE);
		expect(requests).toHaveLength(1);
	});

	it('continues with one request if the host ignores ranges although it announces them', async () => {
		host.ignoresRanges = true;
		await expectFile(await download(SMALL_PARTS), FILE);
		expect(bytesSent()).toBeLessThanOrEqual(6 * FILE.length);
	});

	it('starts over if the file changes in the meantime', async () => {
		host.before = (n) => {
			if (n > 5) Object.assign(host, { file: OTHER, headers: { ...host.headers, etag: '"two"' } });
		};
		await expectFile(await download(SMALL_PARTS), OTHER);
	});

	it('starts over if a part with the same ETag does not continue the one before', async () => {
		host.before = (n) => {
			if (n > 5) host.file = OTHER;
		};
		await expectFile(await download(SMALL_PARTS), OTHER);
	});

	it('starts over with one request if the file is stored in compressed form', async () => {
		host.file = gzipSync(COMPRESSIBLE);
		host.headers['content-encoding'] = 'gzip';
		await expectFile(await download(SMALL_PARTS), COMPRESSIBLE);
		expect(requests.at(-1)!.range).toBeUndefined();
	});

	it.each([
		['longer', 'set', COMPRESSIBLE, { ...SMALL_PARTS, partSizeMb: 4 }],
		['longer', 'default', COMPRESSIBLE, { partSizeMb: 4, thresholdMb: 1 }],
		['shorter', 'set', FILE, { ...SMALL_PARTS, partSizeMb: 8 }],
		['shorter', 'default', FILE, { partSizeMb: 8, thresholdMb: 1 }],
	])(
		'ends with the file if that is %s than its compressed form, with the %s number of parts',
		async (_, __, plain, options) => {
			host.file = gzipSync(plain);
			host.headers['content-encoding'] = 'gzip';
			await expectFile(await download(options), plain);
			expect(requests).toHaveLength(1);
		},
	);

	it('ends all requests if one part is rejected', async () => {
		let open = 0;
		host.respond = (n, _, response) => {
			open++;
			response.on('close', () => open--);
			if (n === 3) response.writeHead(403).end('no');
			return n === 3;
		};
		expect(errorOf(await download(SMALL_PARTS)).message).toBe(
			'The file host responded with 403: no',
		);
		await eventually(() => open === 0);
	});
});

describe('Maximum Size', () => {
	it('rejects a file that is announced as larger before it is downloaded', async () => {
		const { message } = errorOf(await download({ maxSizeMb: 1 }));
		expect(message).toBe('“file.bin” is larger than the 1048576 bytes of Maximum Size');
	});

	it('ends the download of a file that turns out to be larger', async () => {
		host.respond = (_, __, response) => {
			response.writeHead(200);
			response.write(FILE);
			return true;
		};
		const { message } = errorOf(await download({ maxSizeMb: 1 }));
		expect(message).toBe('“file.bin” is larger than the 1048576 bytes of Maximum Size');
	});

	it('accepts a file of exactly this size', async () => {
		await expectFile(await download({ maxSizeMb: 4 }), FILE);
	});
});
