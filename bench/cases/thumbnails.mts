import axios from 'axios';
import sharp from 'sharp';
import { upsertCredential } from '../../sandbox/n8n/credentials.mts';
import { getString } from '../../sandbox/n8n/json.mts';
import { atLeast, type Bench, type Case, median, MIB } from '../case.mts';
import { Filestack } from '../filestack.mts';
import { downloadOneByOne } from '../programs.mts';
import { type Measurement, ours, run, runConnected, step } from '../runs.mts';
import { withPort, withSlowPort } from '../throttledProxy.mts';

const THUMBNAILS = 200;
const LINE = { roundTrip: 50, rate: 100 * MIB };
const WIDTH = 120;
/** Pixels of the image that the thumbnails are made of. */
const IMAGE = { width: 480, height: 320 };
/** Rounds in which the contenders take turns; an odd number, so that the median is a measured value. */
const ROUNDS = 5;
const CONTENDERS = {
	default: 'this node, 5 concurrent items (default)',
	parallel: 'this node, 20 concurrent items',
	pipedream: 'one after the other, as in Pipedream',
	loop: 'HTTP Request node in Loop Over Items',
} as const;
type Contender = keyof typeof CONTENDERS;

export const thumbnails: Case = {
	title: 'Thumbnails of many images',
	async run(bench) {
		const filestack = await Filestack.open(bench);
		const handles = await storeImages(bench);
		const { portal, services } = bench.environment.sandbox.info;
		await axios.patch(`${portal}/api/services/filestack/settings`, { security: 'on' });
		const { cdnBaseUrl } = services.filestack.credentials;
		return await withSlowPort(new URL(cdnBaseUrl).port, LINE, async (port) => {
			const credential = await upsertCredential(bench.environment.rest, {
				name: `filestack on port ${port}`,
				type: 'filestackApi',
				data: { ...services.filestack.credentials, cdnBaseUrl: withPort(cdnBaseUrl, port) },
			});
			const source = itemSource(handles);
			const resize = async (itemsAtOnce: number) =>
				await run(bench, source.numbers, source.items, node(bench, credential, itemsAtOnce));
			const urls = handles.map((handle) =>
				withPort(filestack.cdnUrl(`resize=width:${WIDTH}/${handle}`), port),
			);
			const unsigned = async <T,>(work: () => Promise<T>) => {
				await axios.patch(`${portal}/api/services/filestack/settings`, { security: 'off' });
				const result = await work();
				await axios.patch(`${portal}/api/services/filestack/settings`, { security: 'on' });
				return result;
			};
			const ways: Record<Contender, () => Promise<number>> = {
				default: async () => checked(await resize(5)),
				parallel: async () => checked(await resize(20)),
				pipedream: async () => await unsigned(() => downloadOneByOne(bench.folder, urls)),
				loop: async () => await unsigned(() => loop(bench, source, port, filestack)),
			};
			const seconds = await measure(bench, ways);
			const parallel = seconds.parallel;
			return {
				method: [
					`${THUMBNAILS} thumbnails (Image → Resize, ${WIDTH} pixels, output File) of ${THUMBNAILS} JPEG files of ${IMAGE.width} × ${IMAGE.height} pixels in the simulation of Filestack, which resizes each with sharp, over a connection with a round-trip time of ${LINE.roundTrip} ms (bench/throttledProxy.mjs). The median of ${ROUNDS} rounds in which the contenders take turns, every other time in reverse order.`,
					'In n8n: the time of the node, or of all runs of the HTTP Request node without the rest of the loop, in n8n’s record of the execution. This node signs each request.',
					'As in Pipedream: the request of its action Resize Image (axios, whole response in memory, written to a file) for one image after the other, in one process on n8n’s Node.js that keeps its connection, without the time that Pipedream takes to start an action.',
				],
				table: {
					head: ['', 'seconds', 'thumbnails/s', '20 concurrent items, × of it'],
					rows: (Object.keys(CONTENDERS) as Contender[]).map((who) => [
						CONTENDERS[who],
						seconds[who].toFixed(2),
						(THUMBNAILS / seconds[who]).toFixed(0),
						(seconds[who] / parallel).toFixed(2),
					]),
				},
				thresholds: [
					atLeast(
						'20 concurrent items at least 8 × one after the other',
						8,
						seconds.pipedream / parallel,
					),
				],
			};
		});
	},
};

/** Returns the median seconds of each contender. */
async function measure(
	bench: Bench,
	ways: Record<Contender, () => Promise<number>>,
): Promise<Record<Contender, number>> {
	const turns = Object.keys(ways) as Contender[];
	const found = Object.fromEntries(turns.map((who) => [who, [] as number[]])) as Record<
		Contender,
		number[]
	>;
	// Warm up: the first execution loads code that the others reuse.
	await ways.default();
	for (let round = 1; round <= ROUNDS; round += 1) {
		for (const who of turns) {
			const took = await ways[who]();
			bench.log(`round ${round} of ${ROUNDS}: ${CONTENDERS[who]}, ${took.toFixed(2)} s`);
			found[who].push(took);
		}
		turns.reverse();
	}
	return Object.fromEntries(
		Object.entries(found).map(([who, all]) => [who, median(all)]),
	) as Record<Contender, number>;
}

/** Stores images of different colors and returns their handles. */
async function storeImages({ environment }: Bench): Promise<string[]> {
	const { baseUrl, apiKey } = environment.sandbox.info.services.filestack.credentials;
	const handles: string[] = [];
	for (let index = 0; index < THUMBNAILS; index += 1) {
		const background = { r: index, g: 255 - index, b: 128 };
		const image = await sharp({ create: { ...IMAGE, channels: 3, background } })
			.jpeg()
			.toBuffer();
		const url = `${baseUrl}/api/store/S3?key=${apiKey}&filename=photo-${index}.jpg`;
		const headers = { 'content-type': 'image/jpeg' };
		const { data } = await axios.post<unknown>(url, image, { headers });
		handles.push(getString(data, 'url').split('/').at(-1) ?? '');
	}
	return handles;
}

/** Two nodes that create an item for each handle. */
const itemSource = (handles: readonly string[]) => ({
	numbers: step('Handles', 'n8n-nodes-base.set', 3.4, {
		mode: 'raw',
		jsonOutput: JSON.stringify({ handle: handles }),
		options: {},
	}),
	items: step('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'handle', options: {} }),
});

const node = (bench: Bench, credential: { id: string; name: string }, itemsAtOnce: number) =>
	ours(
		bench,
		'Resize',
		'filestack',
		{
			...{ resource: 'image', operation: 'resize', source: 'file' },
			file: { __rl: true, mode: 'id', value: '={{ $json.handle }}' },
			...{ width: WIDTH, height: 0, fit: 'clip', output: 'file' },
			options: { batching: { batch: { itemsAtOnce } } },
		},
		credential,
	);

/** Returns the seconds; each item must have its thumbnail. */
function checked({ seconds, execution }: Measurement): number {
	const files = (execution.items.Resize ?? []).filter(
		({ binary }) => binary.data?.mimeType === 'image/jpeg',
	);
	if (files.length !== THUMBNAILS) throw new Error(`Expected ${THUMBNAILS} thumbnails`);
	return seconds;
}

/** The HTTP Request node in a loop of one item each, which waits for each response. */
async function loop(
	bench: Bench,
	{ numbers, items }: ReturnType<typeof itemSource>,
	port: string,
	filestack: Filestack,
): Promise<number> {
	const url = withPort(filestack.cdnUrl(`resize=width:${WIDTH}`), port);
	const over = step('Loop', 'n8n-nodes-base.splitInBatches', 3, { options: {} });
	const request = step('Request', 'n8n-nodes-base.httpRequest', 4.2, {
		url: `=${url}/{{ $json.handle }}`,
		options: { response: { response: { responseFormat: 'file' } } },
	});
	const { execution } = await runConnected(bench, [numbers, items, over, request], {
		// The first output is for the end of the loop.
		[over.name]: [undefined, request.name],
		[request.name]: [over.name],
	});
	return execution.milliseconds.Request / 1000;
}
