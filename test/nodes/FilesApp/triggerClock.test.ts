import { FilesAppAccount, idsOf } from '../../support/filesAppTrigger';
import { useTestServer } from '../../support/testServer';

/** A service whose clock is wrong, or that stamps some changes with a time that its own clock has not reached. */
let account: FilesAppAccount;
beforeAll(async () => (account = await FilesAppAccount.start()));
afterAll(async () => await account.stop());

const HOUR = 3_600_000;
const MINUTE = 60_000;
let now: number;
const changes: Array<{ id: string; action: string; timestamp: string }> = [];
beforeEach(() => {
	now = Date.UTC(2030, 0, 1);
	changes.length = 0;
});

const timeOf = (timestamp: string) => Date.parse(timestamp) || Infinity;
const iso = (time: number) => new Date(time).toISOString();
const host = useTestServer().respond(({ query }) => ({
	headers: { date: new Date(now).toUTCString() },
	body: {
		changes: changes.filter(({ timestamp }) => timeOf(timestamp) >= Date.parse(query.since)),
		has_more: false,
	},
}));

function change(id: string, timestamp = iso(now)): void {
	changes.push({ id, action: 'created', timestamp });
	changes.sort((a, b) => timeOf(a.timestamp) - timeOf(b.timestamp));
}

/** Returns a function that polls after a time, and returns the IDs of the changed files. */
async function activeTrigger() {
	const trigger = await account.active({ details: false }, { baseUrl: host.url });
	return async (elapsed: number): Promise<unknown[]> => {
		now += elapsed;
		return idsOf(await trigger.poll());
	};
}

it.each([
	['by three seconds', () => iso(now + 3_000)],
	['by two hours', () => iso(now + 2 * HOUR)],
	['by three days', () => iso(now + 72 * HOUR)],
	['until the year 9999', () => '9999-01-01T00:00:00Z'],
	['by an unknown time', () => 'tomorrow'],
])('a change that is ahead %s is output once, and no later change is lost', async (_, ahead) => {
	const poll = await activeTrigger();
	now += MINUTE;
	change('ahead', ahead());
	expect(await poll(0)).toEqual(['ahead']);
	for (const id of ['a', 'b', 'c']) {
		now += 1_000;
		change(id);
		expect(await poll(1_000)).toEqual([id]);
		expect(await poll(MINUTE)).toEqual([]);
	}
	expect(await poll(3 * HOUR)).toEqual([]);
	change('last');
	expect(await poll(MINUTE)).toEqual(['last']);
	expect(await poll(MINUTE)).toEqual([]);
});

it('the changes of a service whose clock is behind its timestamps are output once', async () => {
	const poll = await activeTrigger();
	for (let n = 0; n < 10; n++) {
		now += MINUTE;
		change(`c${n}`, iso(now + HOUR / 2));
		expect(await poll(0)).toEqual([`c${n}`]);
	}
	expect(await poll(HOUR)).toEqual([]);
	expect(await poll(HOUR)).toEqual([]);
	// Only the last change is read again.
	expect(host.requests.at(-1)!.query.since).toBe('2030-01-01T00:40:00Z');
});

it.each([
	['an hour ahead', HOUR],
	['a year ahead', 365 * 24 * HOUR],
])(
	'of which the clock is %s at the activation, but not later: loses no change',
	async (_, ahead) => {
		const own = Date.now();
		now = own;
		change('existing', iso(own - HOUR));
		now = own + ahead;
		const poll = await activeTrigger();
		now = own;
		for (const id of ['a', 'b']) {
			now += MINUTE;
			change(id);
			expect(await poll(1_000)).toEqual([id]);
		}
		expect(await poll(MINUTE)).toEqual([]);
	},
);
