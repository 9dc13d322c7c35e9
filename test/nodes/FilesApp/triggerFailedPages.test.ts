import { FilesAppAccount, idsOf } from '../../support/filesAppTrigger';
import { useTestServer } from '../../support/testServer';

let account: FilesAppAccount;
beforeAll(async () => (account = await FilesAppAccount.start()));
afterAll(async () => await account.stop());

describe('a page of changes', () => {
	const pages: object[] = [];
	const nothing = { changes: [], has_more: false };
	const host = useTestServer().respond(() => ({
		headers: { date: new Date(Date.now() + (pages.length > 0 ? 600_000 : 0)).toUTCString() },
		body: pages.shift() ?? nothing,
	}));

	const created = (id: string, second: number) => {
		const timestamp = new Date(Date.now() + second * 1000).toISOString();
		return { id, action: 'created', timestamp };
	};

	it('with a change twice outputs it once', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const [a, b] = [created('a', 60), created('b', 61)];
		pages.push({ changes: [a, a, b, { ...a, name: 'a.txt' }], has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b']);
	});

	it('with a known change in other types does not output it again', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const change = {
			...created('7', 60),
			timestamp: `${created('7', 60).timestamp.slice(0, 19)}Z`,
		};
		const seconds = Date.parse(change.timestamp) / 1000;
		pages.push({ changes: [change], has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['7']);
		const times = [
			seconds,
			seconds * 1000,
			String(seconds),
			change.timestamp.replace('Z', '+00:00'),
		];
		const others = times.map((timestamp) => ({ ...change, id: 7, timestamp }));
		pages.push({ changes: others, has_more: false });
		expect(await trigger.poll()).toEqual([]);
	});

	it('that fails is requested again with the same time and cursor, which may be counted from that time', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const [a, b, c] = [created('a', 60), created('b', 61), created('c', 62)];
		pages.push({ changes: [a, b], cursor: 'c1', has_more: true }, {});
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b']);
		const failed = host.requests.at(-1)!.url;
		expect(failed).toContain('cursor=c1');
		pages.push({ changes: [c], has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['c']);
		expect(host.requests.at(-1)!.url).toBe(failed);
	});

	it('that fails is followed by the changes of its time, each once, if the server ignores the cursor', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const [a, b, c] = [created('a', 60), created('b', 61), created('c', 62)];
		pages.push({ changes: [a, b], cursor: 'c1', has_more: true }, {});
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b']);
		pages.push({ changes: [a, b], cursor: 'c1', has_more: true });
		pages.push({ changes: [b, c], has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['c']);
		expect(await trigger.poll()).toEqual([]);
	});
});
