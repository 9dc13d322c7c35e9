import type { IDataObject } from 'n8n-workflow';

import { ListServer } from '../support/listServer';
import { SeededRandom } from '../torture/seededRandom';
import { scaled } from '../torture/scale';
import { cleanUpListed, DAY, HOUR } from '../support/listedFiles';

const server = new ListServer();
beforeAll(async () => await server.start());
afterAll(async () => await server.stop());
beforeEach(() => server.reset());

const NO_DATES = [null, 0, '', -1, '0', 'never', 'May 5', '1970-01-01T00:00:00Z', {}, undefined];

/** Draws a random account, clock and settings of a run. */
function drawCase(random: SeededRandom) {
	const time = () => Date.now() + (random.whole(-60, 60) * DAY) / 2 + random.whole(-1, 1) * HOUR;
	const date = (): unknown =>
		random.oneOf<() => unknown>([
			() => new Date(time()).toISOString(),
			() => new Date(time()).toISOString(),
			() => Math.floor(time() / 1000),
			() => String(time()),
			() => new Date(time()).toUTCString(),
			() => random.oneOf<unknown>(NO_DATES),
		])();
	const names = [
		'Contract.pdf',
		'CONTRACT',
		're\u0301sume\u0301',
		'straße',
		'a.txt',
		undefined,
		'',
	];
	const files = Array.from({ length: random.whole(0, 12) }, () => ({
		id: random.oneOf([undefined, ...Array.from({ length: 20 }, (_, n) => `id${n}`)]),
		name: random.oneOf(names),
		createdAt: date(),
		expiresAt: date(),
		expired: random.oneOf([undefined, undefined, false, true]),
	}));
	return {
		files: files as IDataObject[],
		clockOffset: random.oneOf([0, 0, HOUR, -HOUR, 20 * HOUR, -20 * HOUR, 2 * DAY, -400 * DAY]),
		dateHeader: random.oneOf([undefined, undefined, undefined, undefined, 'garbage']),
		keep: random.oneOf([undefined, 'contract', 'STRASSE, résumé']),
		contains: random.oneOf([undefined, undefined, 'CON', 'str']),
		selection: random.oneOf(['expired', 'expiring', 'olderThan']),
		days: random.whole(1, 20),
		maxDeletions: random.oneOf([1, 2, 50]),
		items: random.oneOf([1, 1, 2]),
	};
}
type Case = ReturnType<typeof drawCase>;

/** Parses a date for the model, with code that is independent of the nodes. */
function timeOf(value: unknown): number | undefined {
	if (typeof value === 'number' || /^\d{9,}$/.test(String(value))) {
		const number = Number(value);
		const time = number > 1e11 ? number : number * 1000;
		return time > Date.UTC(2000, 0) ? time : undefined;
	}
	if (typeof value !== 'string' || !/^(\d{4}-|\w{3}, )/.test(value)) return undefined;
	const time = Date.parse(value);
	return time > Date.UTC(2000, 0) ? time : undefined;
}

/** Whether a file may be deleted, by a simple version of the rules; every other file must be kept. */
function mayGo(file: IDataObject, all: IDataObject[], drawn: Case): boolean {
	const SLACK = 120_000;
	const ours = Date.now() + SLACK;
	const theirs = ours + drawn.clockOffset;
	if (drawn.dateHeader !== undefined || Math.abs(drawn.clockOffset) >= DAY) return false;
	const twins = all.filter(({ id }) => id === file.id);
	if (file.id === undefined || twins.some((one) => JSON.stringify(one) !== JSON.stringify(file)))
		return false;
	const name = String(file.name ?? '')
		.normalize('NFC')
		.toUpperCase();
	const has = (text: string) => name.includes(text.trim().normalize('NFC').toUpperCase());
	if (drawn.keep && (name === '' || drawn.keep.split(',').some(has))) return false;
	if (drawn.contains && !has(drawn.contains)) return false;
	const [created, expires] = [timeOf(file.createdAt), timeOf(file.expiresAt)];
	const now = Math.min(ours, theirs);
	if (created !== undefined && expires !== undefined && expires < created) return false;
	if (drawn.selection === 'olderThan')
		return created !== undefined && created <= now - drawn.days * DAY;
	if (drawn.selection === 'expiring') {
		return expires !== undefined && expires > now - 2 * SLACK && expires <= now + drawn.days * DAY;
	}
	const isMarked = file.expired === true;
	if (expires === undefined) return isMarked;
	return expires <= now || (isMarked && expires > Math.max(ours, theirs) - 2 * SLACK);
}

const ACCOUNTS = scaled(1500, 400);

it('a clean-up of a random account never deletes a file that a simple model would keep', async () => {
	let deletions = 0;
	for (let seed = 1; seed <= ACCOUNTS; seed++) {
		const drawn = drawCase(new SeededRandom(seed));
		server.reset();
		Object.assign(server, {
			files: drawn.files,
			clockOffset: drawn.clockOffset,
			dateHeader: drawn.dateHeader,
		});
		const parameters = {
			...{ selection: drawn.selection, olderThan: drawn.days, expiresWithin: drawn.days },
			maxDeletions: drawn.maxDeletions,
			options: {
				...(drawn.keep !== undefined && { keepIfContains: drawn.keep }),
				...(drawn.contains !== undefined && { nameContains: drawn.contains }),
			},
		};
		const input = Array.from({ length: drawn.items }, () => ({ json: {} }));
		await cleanUpListed(server, 'fileShot', parameters, input);
		const wrong = server.deleted.filter(
			(id) => !drawn.files.some((file) => file.id === id && mayGo(file, drawn.files, drawn)),
		);
		expect({ seed, wrong, drawn: wrong.length > 0 ? drawn : undefined }).toEqual({
			seed,
			wrong: [],
			drawn: undefined,
		});
		expect(server.deleted.length).toBeLessThanOrEqual(drawn.maxDeletions);
		expect(new Set(server.deleted).size).toBe(server.deleted.length);
		deletions += server.deleted.length;
	}
	// Without deletions, the comparison with the model would be meaningless.
	expect(deletions).toBeGreaterThan(ACCOUNTS / 10);
}, 120_000);
