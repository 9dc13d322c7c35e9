import axios from 'axios';
import { getString } from '../../sandbox/n8n/json.mts';
import { atLeast, type Bench, type Case, MIB } from '../case.mts';
import { withThrottledProxy } from '../throttledProxy.mts';
import { ours, run, step } from '../runs.mts';

const ITEMS = 1000;
const LINE = { roundTrip: 50, rate: 100 * MIB };
/** The compared values of Concurrent Items; the first is the default. */
const AT_ONCE = [5, 20] as const;
const COMPARED = 20;

/** Batching of the HTTP Request node: its way not to send all requests at once, and its fastest mode. */
const PEERS = {
	'HTTP Request node, one by one': { batchSize: 1, batchInterval: LINE.roundTrip },
	'HTTP Request node, batches of 20 without a pause': { batchSize: 20, batchInterval: 0 },
};

/** Creates this number of items. */
export const itemSource = (count: number) => [
	step('Numbers', 'n8n-nodes-base.set', 3.4, {
		mode: 'raw',
		jsonOutput: JSON.stringify({ n: Array.from({ length: count }, (_, n) => n) }),
		options: {},
	}),
	step('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'n', options: {} }),
];

export const items: Case = {
	title: 'Many items, a small operation',
	async run(bench) {
		const limit = await withoutLimit(bench);
		const fileId = await smallFile(bench);
		return await withThrottledProxy(bench, 'filesApp', LINE, async (credential, baseUrl) => {
			const seconds = new Map<string, number>();
			let refused = 0;
			for (const itemsAtOnce of AT_ONCE) {
				bench.log(`this node, ${itemsAtOnce} concurrent items`);
				const get = ours(
					bench,
					'Get',
					'filesApp',
					{
						resource: 'file',
						operation: 'get',
						fileId: { __rl: true, mode: 'id', value: fileId },
						options: { batching: { batch: { itemsAtOnce } } },
					},
					credential,
				);
				seconds.set(
					`this node, ${itemsAtOnce} concurrent items`,
					(await run(bench, ...itemSource(ITEMS), get)).seconds,
				);
				refused += await refusedRequests(bench);
			}
			const url = `${baseUrl}/files/${fileId}`;
			for (const [name, batching] of Object.entries(PEERS)) {
				bench.log(name);
				seconds.set(name, await httpRequest(bench, url, batching));
			}
			const one = seconds.get('HTTP Request node, one by one') ?? NaN;
			const compared = seconds.get(`this node, ${COMPARED} concurrent items`) ?? NaN;
			return {
				method: [
					`Get File of Files App’s simulation for ${ITEMS} items, over a connection with a round-trip time of ${LINE.roundTrip} ms; the node’s own time in n8n’s record of the execution.`,
					`One by one: the HTTP Request node with Batching of one item every ${LINE.roundTrip} ms, its way not to send all requests concurrently. Without a pause it does not wait for the end of a batch, so all ${ITEMS} requests are open at once, whatever the service allows.`,
				],
				table: {
					head: ['', 'seconds', 'items/s', '× of HTTP Request, one by one'],
					rows: [...seconds].map(([who, time]) => [
						who,
						time.toFixed(1),
						(ITEMS / time).toFixed(0),
						(one / time).toFixed(2),
					]),
				},
				thresholds: [
					atLeast(
						`${COMPARED} concurrent items at least 8 × the HTTP Request node one by one`,
						8,
						one / compared,
					),
					{
						wanted: `no request past the rate limit of the service (${limit} an hour)`,
						measured: `${refused} refused`,
						met: refused === 0,
					},
				],
			};
		});
	},
};

async function httpRequest(
	bench: Bench,
	url: string,
	batch: (typeof PEERS)[keyof typeof PEERS],
): Promise<number> {
	const { apiKey } = bench.environment.sandbox.info.services.filesApp.credentials;
	const node = step('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, {
		url,
		sendHeaders: true,
		headerParameters: { parameters: [{ name: 'Authorization', value: `Bearer ${apiKey}` }] },
		options: { batching: { batch } },
	});
	return (await run(bench, ...itemSource(ITEMS), node)).seconds;
}

/** Sets the highest rate limit that Files App documents. */
async function withoutLimit({ environment }: Bench): Promise<number> {
	const { portal } = environment.sandbox.info;
	await axios.patch(`${portal}/api/services/filesApp/settings`, { plan: 'team' });
	return 10_000;
}

/** Uploads a small file and returns its ID. */
export async function smallFile({ environment }: Bench): Promise<string> {
	const { baseUrl, apiKey } = environment.sandbox.info.services.filesApp.credentials;
	const form = new FormData();
	form.append('file', new Blob(['hello']), 'hello.txt');
	const headers = { authorization: `Bearer ${apiKey}` };
	const { data } = await axios.post<unknown>(`${baseUrl}/upload`, form, { headers });
	return getString(data, 'id');
}

/** Returns and clears the number of requests that received a 429. */
async function refusedRequests({ environment }: Bench): Promise<number> {
	const requests = `${environment.sandbox.info.portal}/api/requests`;
	const { data } = await axios.get<Array<{ status: number }>>(requests);
	await axios.delete(requests);
	return data.filter(({ status }) => status === 429).length;
}
