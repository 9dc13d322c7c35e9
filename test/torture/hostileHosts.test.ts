import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { credentialsFor } from '../support/descriptions';
import { binaryData, bytesOf, outputOf, runNode } from '../support/engine';
import { hostile } from '../support/downloadFaults';
import { type Behavior, DownloadHost } from '../support/downloadHost';
import { storedFiles, storedSince } from '../support/storedFiles';
import { sha256Of } from './files';
import { isFull } from './scale';

const KIB = 1024;
const MIB = 1024 * KIB;

jest.setTimeout(isFull ? 300_000 : 60_000);

/** What may come of a download. */
type Result =
	/** Exactly the current version of the file, at last. */
	| 'current'
	/** Exactly one version of the file, or an error. */
	| 'anyVersionOrError'
	/** An error. */
	| RegExp;

interface Trial {
	behavior: () => Behavior;
	result: Result;
	/** Bytes of the file. */
	size?: number;
	options?: IDataObject;
	/** The most bytes that the host may send; a MiB may be in the buffers of the operating system when a node stops reading. */
	most?: number;
}

/** Longer than one buffer, and not a multiple of anything. */
const SIZE = 2 * MIB + 12_345;
const CUT = 700 * KIB + 1;

const TRIALS: Record<string, Trial> = {
	'is honest': { behavior: () => hostile.honest, result: 'current', most: 1.05 * SIZE + MIB },
	'breaks every response': {
		behavior: () => hostile.breaksOften(CUT),
		result: 'current',
		most: 1.05 * SIZE + MIB,
	},
	'changes its file and its ETag after a break': {
		behavior: () => hostile.changesFile(CUT),
		result: 'anyVersionOrError',
	},
	'changes its file and keeps the ETag': {
		behavior: () => hostile.keepsEtag(CUT),
		result: 'anyVersionOrError',
	},
	'changes its file and keeps the ETag and the length': {
		behavior: () => hostile.keepsEtagAndLength(CUT),
		result: 'anyVersionOrError',
	},
	'changes its file and ignores If-Range': {
		behavior: () => hostile.ignoresCondition(CUT),
		result: 'anyVersionOrError',
	},
	'stops supporting ranges': { behavior: () => hostile.dropsRanges(CUT), result: 'current' },
	'never supports ranges': { behavior: () => hostile.hasNoRanges(CUT), result: 'current' },
	'shifts its Content-Range forwards': {
		behavior: () => hostile.shiftsContentRange(CUT, 10),
		result: 'anyVersionOrError',
	},
	'shifts its Content-Range backwards': {
		behavior: () => hostile.shiftsContentRange(CUT, -10),
		result: 'anyVersionOrError',
	},
	'sends another range than requested': {
		behavior: () => hostile.sendsOtherRange(CUT),
		result: 'anyVersionOrError',
	},
	'changes the total size in its Content-Range': {
		behavior: () => hostile.changesTotal(CUT),
		result: 'anyVersionOrError',
	},
	'redirects to presigned URLs for one request each': {
		behavior: () => hostile.presigns(CUT),
		result: 'current',
	},
	'sends one byte at a time': {
		behavior: () => hostile.trickles(20),
		size: 100,
		result: 'current',
	},
	'sends more than it has announced': {
		behavior: () => hostile.sendsMoreThanAnnounced(256 * MIB),
		result: /./,
		most: 32 * MIB,
	},
	'redirects without end': { behavior: () => hostile.redirectsForever, result: /redirect/i },
	'is larger than Maximum Size': {
		behavior: () => hostile.honest,
		options: { maxSizeMb: 1 },
		result: /Maximum Size|larger/i,
	},
	...Object.fromEntries(
		([['gzip'], ['deflate'], ['br'], ['gzip', 'gzip'], ['deflate', 'gzip']] as const).map(
			(codings) => [
				`sends a decompression bomb (${codings.join(', ')})`,
				{
					behavior: () => hostile.sendsBomb((isFull ? 300 : 8) * MIB, ...codings),
					options: isFull ? {} : { maxSizeMb: 1 },
					result: /./,
				},
			],
		),
	),
};

const host = new DownloadHost();
beforeAll(async () => {
	await binaryData();
	await host.start();
});
afterAll(async () => await host.stop());

/** Downloads from the host with an operation that takes any URL. */
async function download(options: IDataObject): Promise<INodeExecutionData> {
	const credentialType = new FileCourierApi();
	const run = await runNode({
		node: new FileCourier(),
		credentialType,
		credentials: credentialsFor(credentialType, host.url),
		parameters: {
			resource: 'file',
			operation: 'download',
			url: `${host.url}/files/report.bin`,
			options: { stallSeconds: 2, ...options },
		},
		settings: { onError: 'continueRegularOutput' },
	});
	return outputOf(run)[0];
}

describe.each([
	['over one connection', { thresholdMb: 1000 }],
	['in parallel ranges', { thresholdMb: 1 / 8, partSizeMb: 1 / 16, partsAtOnce: 4 }],
])('a download %s', (_, ranges) => {
	it.each(Object.entries(TRIALS))(
		'is one version of the file or fails, if the host %s',
		async (_name, { behavior, result, size = SIZE, options, most = Infinity }) => {
			host.deliver(size, behavior());
			const before = storedFiles();
			const { json, binary } = await download({ ...ranges, ...options });

			expect(host.sentBytes).toBeLessThanOrEqual(most);
			if (json.error !== undefined) {
				expect(await storedSince(before)).toEqual([]);
				expect(binary).toBeUndefined();
				if (result === 'current') throw new Error(JSON.stringify(json));
				if (result instanceof RegExp) expect(JSON.stringify(json)).toMatch(result);
				return;
			}
			if (result instanceof RegExp) throw new Error('The download did not fail');
			const arrived = sha256Of(await bytesOf(binary!.data));
			expect(json.sha256).toBe(arrived);
			expect(result === 'current' ? [host.hashes.at(-1)] : host.hashes).toContain(arrived);
		},
	);
});

describe('the error of a download whose file changed', () => {
	it('says so', async () => {
		host.deliver(SIZE, hostile.changesTotal(CUT));
		const { json } = await download({ thresholdMb: 1000 });
		if (json.error !== undefined) expect(JSON.stringify(json)).toMatch(/chang/i);
	});
});
