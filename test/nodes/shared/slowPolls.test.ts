import '../../support/shortLimits';
import type { IDataObject, INodeType, IPollFunctions } from 'n8n-workflow';

import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FileShotTrigger } from '../../../nodes/FileShot/FileShotTrigger.node';
import { fileShot } from '../../../nodes/FileShot/service';
import { type Polled, runPoll } from '../../../nodes/shared/polling/poll';
import { trickle } from '../../support/endlessResponses';
import { ActivePoller } from '../../support/polling';
import { useTestServer } from '../../support/testServer';

const host = useTestServer();

/** The files of the account. */
let files: string[];
beforeEach(() => (files = []));

/** Responds with a page of the files, except to requests for this page. */
function respondExceptTo(slowPage?: number): void {
	host.handle((request, response) => {
		const { searchParams: query } = new URL(request.url!, host.url);
		const [page, limit] = ['page', 'limit'].map((name) => Number(query.get(name)));
		if (page === slowPage) return trickle(200, '{')(request, response);
		const listed = files.slice((page - 1) * limit, page * limit);
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ total: files.length, files: listed.map(toEntry) }));
	});
}

const toEntry = (fileId: string) => ({ fileId, fileName: fileId, createdAt: '2030-01-01' });

const triggerOf = (node: INodeType) =>
	new ActivePoller({
		node,
		credentialType: new FileShotApi(),
		credentials: { apiKey: 'key', baseUrl: host.url },
		parameters: { events: ['file.added'], options: { includeExisting: true } },
	});

const addFiles = (count: number) =>
	(files = files.concat(Array.from({ length: count }, (_, n) => `file-${files.length + n}`)));

const idsOf = (items: IDataObject[]) => items.map(({ fileId }) => fileId).sort();

describe('a poll whose response never ends', () => {
	it('is stopped with an error, and the next poll outputs everything', async () => {
		respondExceptTo();
		const trigger = triggerOf(new FileShotTrigger());
		await trigger.activate();
		addFiles(3);
		respondExceptTo(1);
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors.map(({ message }) => message)).toEqual([
			'The poll was stopped after 270 seconds',
		]);
		expect(trigger.errors[0].description).toContain('no event is lost');

		respondExceptTo();
		expect(idsOf(await trigger.poll())).toEqual([...files].sort());
		expect(await trigger.poll()).toEqual([]);
	});

	it('outputs what it has found by then, and the next poll outputs only the rest', async () => {
		respondExceptTo();
		const trigger = triggerOf(new FileShotTrigger());
		await trigger.activate();
		addFiles(250);
		respondExceptTo(2);
		const first = await trigger.poll();
		expect(first).toHaveLength(100);

		respondExceptTo();
		const rest = await trigger.poll();
		expect(idsOf([...first, ...rest])).toEqual([...files].sort());
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toEqual([]);
	});
});

it('a poll that ends after it was stopped outputs nothing, and the next poll runs', async () => {
	let resolve: (polled: Polled<object>) => void = () => undefined;
	const results: Array<Promise<Polled<object>>> = [
		Promise.resolve({ found: [], state: {} }),
		new Promise<Polled<object>>((done) => (resolve = done)),
		Promise.resolve({ found: [{ json: { fileId: 'b' } }], state: {} }),
	];
	const trigger = triggerOf({
		description: new FileShotTrigger().description,
		async poll(this: IPollFunctions) {
			return await runPoll<object>(this, {
				service: fileShot,
				output: {},
				settings: [],
				isState: (value: unknown): value is object => typeof value === 'object',
				sample: () => Promise.resolve(undefined),
				poll: async () => await results.shift()!,
			});
		},
	});
	await trigger.activate();
	expect(await trigger.poll()).toEqual([]);
	expect(trigger.errors).toHaveLength(1);
	resolve({ found: [{ json: { fileId: 'a' } }], state: {} });
	expect(await trigger.poll()).toEqual([{ fileId: 'b' }]);
	expect(trigger.runs).toHaveLength(1);
});
