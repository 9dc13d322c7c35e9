import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { SpeedyFilesApi } from '../../credentials/SpeedyFilesApi.credentials';
import { FilesApp } from '../../nodes/FilesApp/FilesApp.node';
import { FileShot } from '../../nodes/FileShot/FileShot.node';
import { SpeedyFiles } from '../../nodes/SpeedyFiles/SpeedyFiles.node';
import { ListServer } from '../support/listServer';
import { credentialsFor } from '../support/descriptions';
import { errorOf, type NodeUnderTest, outputOf, runNode } from '../support/engine';
import { Chance } from '../torture/chance';
import { times } from '../torture/scale';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const server = new ListServer();
beforeAll(async () => await server.start());
afterAll(async () => await server.stop());
beforeEach(() => server.reset());

const SERVICES = {
	fileShot: { node: new FileShot(), credentialType: new FileShotApi(), resource: 'file' },
	filesApp: { node: new FilesApp(), credentialType: new FilesAppApi(), resource: 'file' },
	speedyFiles: {
		node: new SpeedyFiles(),
		credentialType: new SpeedyFilesApi(),
		resource: 'package',
	},
} as const;
type ServiceName = keyof typeof SERVICES;

const nodeOf = (
	service: ServiceName,
	parameters: IDataObject,
	input?: INodeExecutionData[],
): NodeUnderTest => {
	const { node, credentialType, resource } = SERVICES[service];
	return {
		...{ node, credentialType, input },
		credentials: credentialsFor(credentialType, server.url),
		parameters: { resource, operation: 'cleanUp', dryRun: false, output: 'each', ...parameters },
	};
};
const cleanUp = async (
	service: ServiceName,
	parameters: IDataObject,
	input?: INodeExecutionData[],
) => outputOf(await runNode(nodeOf(service, parameters, input))).map(({ json }) => json);

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
const old = (id: string, more: IDataObject = {}) => ({
	id,
	name: `${id}.txt`,
	createdAt: ago(400 * DAY),
	expiresAt: ago(100 * DAY),
	...more,
});

describe('a file is kept if a date', () => {
	it.each([
		...[
			null,
			'',
			' ',
			0,
			-1,
			'0',
			'-1',
			'1970-01-01',
			'1970-01-01T00:00:00Z',
			'0001-01-01T00:00:00',
		],
		...['1999-12-31T23:59:59Z', 946684799, '946684799', 946684799000, 'never', 'soon', 'tomorrow'],
		...['5 May', 'May 2001', '2001', '01/02/2003', '2003-02-30', '2003-13-01T00:00:00Z', '20', 20],
		...[
			true,
			false,
			{},
			[],
			[ago(DAY)],
			{ date: ago(DAY) },
			'0000-00-00 00:00:00',
			'P1D',
			'NaN',
			1e300,
		],
	])('is %j', async (date) => {
		server.files = [old('a', { expiresAt: date })];
		const [expired] = await cleanUp('fileShot', { selection: 'expired' });
		server.files = [old('a', { createdAt: date })];
		const [aged] = await cleanUp('fileShot', { selection: 'olderThan', olderThan: 1 });
		const [file] = await cleanUp('filesApp', { olderThan: 1 });
		expect([expired, aged, file].map(({ action }) => action)).toEqual(['kept', 'kept', 'kept']);
		expect(server.deleted).toEqual([]);
	});

	it('of its expiry is before that of its creation', async () => {
		server.files = [old('a', { createdAt: ago(DAY), expiresAt: ago(2 * DAY) })];
		const [{ action, reason }] = await cleanUp('fileShot', { selection: 'expired' });
		expect(action).toBe('kept');
		expect(reason).toMatch(/is before its creation date/);
		expect(server.deleted).toEqual([]);
	});
});

const DATE_WARNING = /because FileShot sent (no time|the invalid time “.*”)/;

describe('a clean-up with two clocks', () => {
	const expired = { selection: 'expired' };

	it.each([
		['an hour ahead keeps a file that has expired only by it', HOUR, -HOUR / 2, []],
		['an hour behind keeps a file that has expired only by the clock of n8n', -HOUR, HOUR / 2, []],
		['an hour ahead deletes a file that has expired by both', HOUR, HOUR / 2, ['a']],
		['an hour behind deletes a file that has expired by both', -HOUR, 2 * HOUR, ['a']],
		['a day ahead deletes nothing', DAY + HOUR, 100 * DAY, []],
		['a year behind deletes nothing', -365 * DAY, 1000 * DAY, []],
	])('of which the service’s is %s', async (_, offset, expiredSince, deleted) => {
		server.clockOffset = offset;
		server.files = [old('a', { createdAt: ago(2000 * DAY), expiresAt: ago(expiredSince) })];
		const items = await cleanUp('fileShot', expired);
		expect(server.deleted).toEqual(deleted);
		if (Math.abs(offset) > DAY)
			expect(items[0].warning).toMatch(
				/the clocks of FileShot .* and n8n .* differ by a day or more/,
			);
	});

	it.each(['', 'yesterday', '2026-01-01T00:00:00Z', '1795741441', 'Thu, 32 Jan 2026 00:00:00 GMT'])(
		'deletes nothing if the Date header is %j, and reports that',
		async (date) => {
			server.dateHeader = date;
			server.files = [old('a')];
			const [item] = await cleanUp('fileShot', expired);
			expect(item).toMatchObject({ action: 'kept' });
			expect(item.warning).toMatch(DATE_WARNING);
			const [summary] = await cleanUp('fileShot', { ...expired, output: 'summary' });
			expect(summary.text).toMatch(DATE_WARNING);
			const trusting = { ...expired, options: { trustServiceClock: true } };
			await cleanUp('fileShot', trusting);
			expect(server.deleted).toEqual([]);
		},
	);

	it('keeps a file that the service marks as expired because of its own clock', async () => {
		server.clockOffset = 2 * HOUR;
		server.files = [old('a', { expiresAt: ago(-HOUR), expired: true })];
		const [{ action, reason }] = await cleanUp('fileShot', expired);
		expect(action).toBe('kept');
		expect(reason).toMatch(/^The clocks disagree/);
		expect(server.deleted).toEqual([]);
	});

	it('keeps a file that the service marks as expired although downloads are left', async () => {
		const more = { expiresAt: ago(-DAY), expired: true, maxDownloads: 5 };
		server.files = [
			old('a', { ...more, downloadCount: 4 }),
			old('b', { ...more, downloadCount: 5 }),
		];
		await cleanUp('fileShot', expired);
		expect(server.deleted).toEqual(['b']);
	});

	it('uses only the clock of the service if the option is on', async () => {
		server.clockOffset = 30 * DAY;
		server.files = [
			old('a', { expiresAt: ago(-20 * DAY) }),
			old('b', { expiresAt: ago(-40 * DAY) }),
		];
		await cleanUp('fileShot', { ...expired, options: { trustServiceClock: true } });
		expect(server.deleted).toEqual(['a']);
	});

	it('keeps a file that expires soon by one clock and has expired by the other', async () => {
		server.clockOffset = HOUR;
		server.files = [
			old('a', { expiresAt: ago(-HOUR / 2) }),
			old('b', { expiresAt: ago(-2 * HOUR) }),
		];
		await cleanUp('fileShot', { selection: 'expiring', expiresWithin: 1 });
		expect(server.deleted).toEqual(['b']);
	});
});

describe('an ID that is listed twice', () => {
	it('is kept if the dates differ', async () => {
		server.files = [old('a'), old('b'), old('a', { expiresAt: ago(-DAY) })];
		const items = await cleanUp('fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['b']);
		const kept = items.filter(({ action }) => action === 'kept');
		expect(kept.map(({ reason }) => reason)).toEqual([
			expect.stringContaining('more than once with different details'),
		]);
	});

	it('is deleted once if the details are equal', async () => {
		server.files = [old('a'), old('a')];
		await cleanUp('fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['a']);
	});
});

describe('a scope or a protection', () => {
	const BLANK = [
		'={{ undefined }}',
		'={{ null }}',
		'={{ "" }}',
		'={{ "  " }}',
		'={{ [] }}',
		'={{ ({}) }}',
	];
	const FIELDS: Array<[ServiceName, string, string]> = [
		['filesApp', 'folderId', 'Folder ID'],
		['filesApp', 'options.nameContains', 'Name Contains'],
		['filesApp', 'options.keepIfContains', 'Keep If Name Contains'],
		['fileShot', 'options.nameContains', 'Name Contains'],
		['fileShot', 'options.keepIfContains', 'Keep If Name Contains'],
		['speedyFiles', 'options.keepIfContains', 'Keep If Title Contains'],
		['speedyFiles', 'options.titleContains', 'Title Contains'],
		['speedyFiles', 'options.recipientEmail', 'Recipient Email'],
		['speedyFiles', 'options.direction', 'Direction'],
		['speedyFiles', 'options.statuses', 'Status'],
	];

	it.each(FIELDS.flatMap((field) => BLANK.map((value) => [...field, value] as const)))(
		'is an error if it is empty: %s %s (%s) = %s',
		async (service, path, label, value) => {
			server.files = [old('a')];
			const [name, inner] = path.split('.');
			const parameters = inner ? { options: { [inner]: value } } : { [name]: value };
			const run = await runNode(nodeOf(service, { olderThan: 1, ...parameters }));
			expect(errorOf(run).message).toContain(label);
			expect(server.requests).toEqual([]);
		},
	);

	it.each([' , ,', ','])('is an error if Keep If … Contains is %j', async (keepIfContains) => {
		server.files = [old('a')];
		const run = await runNode(nodeOf('fileShot', { options: { keepIfContains } }));
		expect(errorOf(run).message).toBe('The field “Keep If Name Contains” is empty');
		expect(server.requests).toEqual([]);
	});

	it('includes all files if Folder ID is not filled in', async () => {
		server.files = [old('a')];
		await cleanUp('filesApp', { folderId: '', olderThan: 1 });
		expect(server.deleted).toEqual(['a']);
	});
});

describe('a clean-up of a folder', () => {
	const inFolder = { folderId: 'f1', olderThan: 1 };
	const files = [old('a', { folder: 'f1' }), old('b', { folder: 'f2' }), old('c')];

	it('deletes only its files if the server filters by folder', async () => {
		Object.assign(server, { files, filtersFolders: true });
		await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it('deletes only its files if the server rejects the random folder of the check', async () => {
		Object.assign(server, { files, filtersFolders: true, unknownFolderStatus: 404 });
		await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it('deletes nothing if the server ignores the folder and does not report the folders of files', async () => {
		Object.assign(server, { files });
		const items = await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual([]);
		expect(items[0].reason).toMatch(/may have ignored Folder ID/);
	});

	it('deletes only its files if the server ignores the folder, but reports the folders of files', async () => {
		Object.assign(server, { files, namesFolders: true });
		await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it.each([500, 403, 401])(
		'deletes nothing if the server responds to the check with %i',
		async (status) => {
			Object.assign(server, { files, unknownFolderStatus: status });
			const items = await cleanUp('filesApp', inFolder);
			expect(items.every(({ action }) => action === 'kept')).toBe(true);
			expect(server.deleted).toEqual([]);
		},
	);
});

describe('Keep If Name Contains', () => {
	it.each([
		['contract', 'Vertrag-CONTRACT.pdf'],
		['résumé', 're\u0301sume\u0301.pdf'],
		['STRASSE', 'straße.txt'],
		['straße', 'STRASSE.TXT'],
		['İstanbul', 'istanbul.pdf'],
		['istanbul', 'İSTANBUL.PDF'],
		['ısı', 'ISI.txt'],
		['ﬁnal', 'FINAL.doc'],
		['οδος', 'ΟΔΟΣ.txt'],
		['keep', 'ｋｅｅｐ.txt'],
		['contract', 'con\u00ADtract.txt'],
	])('with “%s” protects “%s”', async (keepIfContains, name) => {
		server.files = [old('a', { name }), old('b')];
		await cleanUp('fileShot', { selection: 'expired', options: { keepIfContains } });
		expect(server.deleted).toEqual(['b']);
	});

	it.each([undefined, null, '', ' ', 7, {}])('protects a file whose name is %j', async (name) => {
		server.files = [old('a', { name: name as string })];
		const options = { keepIfContains: 'x' };
		const [item] = await cleanUp('fileShot', { selection: 'expired', options });
		expect(item.reason).toMatch(/does not report its name, so it may be protected/);
		expect(server.deleted).toEqual([]);
		await cleanUp('fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['a']);
	});
});

describe('a clean-up', () => {
	it.each([404, 410])(
		'reports a file as gone after an HTML page with status %i',
		async (status) => {
			server.files = [old('a'), old('b')];
			server.deleteAnswer = { status, body: '<!doctype html><h1>Not here</h1>', type: 'text/html' };
			const items = await cleanUp('filesApp', { olderThan: 1 });
			expect(items.map(({ action }) => action)).toEqual(['gone', 'gone']);
		},
	);

	it('ends the run after an HTML page with status 429', async () => {
		server.files = ['a', 'b', 'c'].map((id) => old(id));
		const headers = { 'retry-after': '7200' };
		server.deleteAnswer = {
			status: 429,
			body: '<html>slow down</html>',
			type: 'text/html',
			headers,
		};
		const items = await cleanUp('filesApp', { olderThan: 1, options: { deletionsAtOnce: 1 } });
		expect(items.map(({ action }) => action)).toEqual(['failed', 'kept', 'kept']);
		expect(server.requests.filter((request) => request.startsWith('DELETE'))).toHaveLength(1);
	});

	it('summarizes an account with 150,000 files', async () => {
		const file = old('f');
		server.files = Array.from({ length: 150_000 }, (_, n) => ({ ...file, id: `f${n}` }));
		server.pageSize = 150_000;
		const [summary] = await cleanUp('fileShot', {
			selection: 'expired',
			output: 'summary',
			dryRun: true,
		});
		expect(summary).toMatchObject({ found: 150_000, wouldDelete: 50, kept: 149_950 });
	}, 120_000);
});

const NO_DATES = [null, 0, '', -1, '0', 'never', 'May 5', '1970-01-01T00:00:00Z', {}, undefined];

/** Draws a random account, clock and settings of a run. */
function drawCase(chance: Chance) {
	const time = () => Date.now() + (chance.whole(-60, 60) * DAY) / 2 + chance.whole(-1, 1) * HOUR;
	const date = (): unknown =>
		chance.oneOf<() => unknown>([
			() => new Date(time()).toISOString(),
			() => new Date(time()).toISOString(),
			() => Math.floor(time() / 1000),
			() => String(time()),
			() => new Date(time()).toUTCString(),
			() => chance.oneOf<unknown>(NO_DATES),
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
	const files = Array.from({ length: chance.whole(0, 12) }, () => ({
		id: chance.oneOf([undefined, ...Array.from({ length: 20 }, (_, n) => `id${n}`)]),
		name: chance.oneOf(names),
		createdAt: date(),
		expiresAt: date(),
		expired: chance.oneOf([undefined, undefined, false, true]),
	}));
	return {
		files: files as IDataObject[],
		clockOffset: chance.oneOf([0, 0, HOUR, -HOUR, 20 * HOUR, -20 * HOUR, 2 * DAY, -400 * DAY]),
		dateHeader: chance.oneOf([undefined, undefined, undefined, undefined, 'garbage']),
		keep: chance.oneOf([undefined, 'contract', 'STRASSE, résumé']),
		contains: chance.oneOf([undefined, undefined, 'CON', 'str']),
		selection: chance.oneOf(['expired', 'expiring', 'olderThan']),
		days: chance.whole(1, 20),
		maxDeletions: chance.oneOf([1, 2, 50]),
		items: chance.oneOf([1, 1, 2]),
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

const ACCOUNTS = times(1500, 400);

it('a clean-up of a random account never deletes a file that a simple model would keep', async () => {
	let deletions = 0;
	for (let seed = 1; seed <= ACCOUNTS; seed++) {
		const drawn = drawCase(new Chance(seed));
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
		await cleanUp('fileShot', parameters, input);
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
