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
		parameters: { resource, operation: 'cleanUp', dryRun: false, ...parameters },
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

describe('a date that says “never”, or nothing, deletes nothing', () => {
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
	])('%j', async (date) => {
		server.files = [old('a', { expiresAt: date })];
		const [expired] = await cleanUp('fileShot', { selection: 'expired' });
		server.files = [old('a', { createdAt: date })];
		const [aged] = await cleanUp('fileShot', { selection: 'olderThan', olderThan: 1 });
		const [file] = await cleanUp('filesApp', { olderThan: 1 });
		expect([expired, aged, file].map(({ action }) => action)).toEqual(['kept', 'kept', 'kept']);
		expect(server.deleted).toEqual([]);
	});

	it('nor does an expiry before the creation', async () => {
		server.files = [old('a', { createdAt: ago(DAY), expiresAt: ago(2 * DAY) })];
		const [{ action, reason }] = await cleanUp('fileShot', { selection: 'expired' });
		expect(action).toBe('kept');
		expect(reason).toMatch(/is before its creation date/);
		expect(server.deleted).toEqual([]);
	});
});

const DATE_DOUBT = /because FileShot sent (no time|the invalid time “.*”)/;

describe('the clocks', () => {
	const expired = { selection: 'expired' };

	it.each([
		['an hour ahead: what has expired only by it is kept', HOUR, -HOUR / 2, []],
		['an hour behind: what has expired only here is kept', -HOUR, HOUR / 2, []],
		['an hour ahead: what has expired by both is deleted', HOUR, HOUR / 2, ['a']],
		['an hour behind: what has expired by both is deleted', -HOUR, 2 * HOUR, ['a']],
		['a day ahead: nothing is deleted', DAY + HOUR, 100 * DAY, []],
		['a year behind: nothing is deleted', -365 * DAY, 1000 * DAY, []],
	])('of a service that is %s', async (_, offset, expiredSince, deleted) => {
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
		'a Date header like %j is trusted by nobody, and the report says so',
		async (date) => {
			server.dateHeader = date;
			server.files = [old('a')];
			const [item] = await cleanUp('fileShot', expired);
			expect(item).toMatchObject({ action: 'kept' });
			expect(item.warning).toMatch(DATE_DOUBT);
			const [summary] = await cleanUp('fileShot', { ...expired, output: 'summary' });
			expect(summary.text).toMatch(DATE_DOUBT);
			const trusting = { ...expired, options: { trustServiceClock: true } };
			await cleanUp('fileShot', trusting);
			expect(server.deleted).toEqual([]);
		},
	);

	it('what the service calls expired because of its own clock is kept', async () => {
		server.clockOffset = 2 * HOUR;
		server.files = [old('a', { expiresAt: ago(-HOUR), expired: true })];
		const [{ action, reason }] = await cleanUp('fileShot', expired);
		expect(action).toBe('kept');
		expect(reason).toMatch(/^The clocks disagree/);
		expect(server.deleted).toEqual([]);
	});

	it('what the service calls expired although its downloads are not used up is kept', async () => {
		const more = { expiresAt: ago(-DAY), expired: true, maxDownloads: 5 };
		server.files = [
			old('a', { ...more, downloadCount: 4 }),
			old('b', { ...more, downloadCount: 5 }),
		];
		await cleanUp('fileShot', expired);
		expect(server.deleted).toEqual(['b']);
	});

	it('the option trusts the service alone', async () => {
		server.clockOffset = 30 * DAY;
		server.files = [
			old('a', { expiresAt: ago(-20 * DAY) }),
			old('b', { expiresAt: ago(-40 * DAY) }),
		];
		await cleanUp('fileShot', { ...expired, options: { trustServiceClock: true } });
		expect(server.deleted).toEqual(['a']);
	});

	it('what expires soon by one clock and has expired by the other is kept', async () => {
		server.clockOffset = HOUR;
		server.files = [
			old('a', { expiresAt: ago(-HOUR / 2) }),
			old('b', { expiresAt: ago(-2 * HOUR) }),
		];
		await cleanUp('fileShot', { selection: 'expiring', expiresWithin: 1 });
		expect(server.deleted).toEqual(['b']);
	});
});

describe('an ID that the list has twice', () => {
	it('with different dates is kept', async () => {
		server.files = [old('a'), old('b'), old('a', { expiresAt: ago(-DAY) })];
		const items = await cleanUp('fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['b']);
		const kept = items.filter(({ action }) => action === 'kept');
		expect(kept.map(({ reason }) => reason)).toEqual([
			expect.stringContaining('more than once with different details'),
		]);
	});

	it('with the same details is deleted once', async () => {
		server.files = [old('a'), old('a')];
		await cleanUp('fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['a']);
	});
});

describe('a scope or a protection that turns out empty is an error', () => {
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
		'%s %s (%s) = %s',
		async (service, path, label, value) => {
			server.files = [old('a')];
			const [name, inner] = path.split('.');
			const parameters = inner ? { options: { [inner]: value } } : { [name]: value };
			const run = await runNode(nodeOf(service, { olderThan: 1, ...parameters }));
			expect(errorOf(run).message).toContain(label);
			expect(server.requests).toEqual([]);
		},
	);

	it.each([' , ,', ','])('Keep If of nothing but commas: %j', async (keepIfContains) => {
		server.files = [old('a')];
		const run = await runNode(nodeOf('fileShot', { options: { keepIfContains } }));
		expect(errorOf(run).message).toBe('The field “Keep If Name Contains” is empty');
		expect(server.requests).toEqual([]);
	});

	it('a Folder ID that was never filled in means all files', async () => {
		server.files = [old('a')];
		await cleanUp('filesApp', { folderId: '', olderThan: 1 });
		expect(server.deleted).toEqual(['a']);
	});
});

describe('a folder', () => {
	const inFolder = { folderId: 'f1', olderThan: 1 };
	const files = [old('a', { folder: 'f1' }), old('b', { folder: 'f2' }), old('c')];

	it('of a server that looks at it: its files are deleted, no others', async () => {
		Object.assign(server, { files, filtersFolders: true });
		await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it('of a server that does not know the folder of the check: its files are deleted', async () => {
		Object.assign(server, { files, filtersFolders: true, unknownFolderStatus: 404 });
		await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it('of a server that ignores it and names no folders: nothing is deleted', async () => {
		Object.assign(server, { files });
		const items = await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual([]);
		expect(items[0].reason).toMatch(/may have ignored Folder ID/);
	});

	it('of a server that ignores it and names the folders: only what names it', async () => {
		Object.assign(server, { files, namesFolders: true });
		await cleanUp('filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it.each([500, 403, 401])(
		'of a server that answers the check with %i: nothing is deleted',
		async (status) => {
			Object.assign(server, { files, unknownFolderStatus: status });
			const items = await cleanUp('filesApp', inFolder);
			expect(items.every(({ action }) => action === 'kept')).toBe(true);
			expect(server.deleted).toEqual([]);
		},
	);
});

describe('names', () => {
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
	])('a list to keep with “%s” protects “%s”', async (keepIfContains, name) => {
		server.files = [old('a', { name }), old('b')];
		await cleanUp('fileShot', { selection: 'expired', options: { keepIfContains } });
		expect(server.deleted).toEqual(['b']);
	});

	it.each([undefined, null, '', ' ', 7, {}])(
		'a name that is %j may be one to keep',
		async (name) => {
			server.files = [old('a', { name: name as string })];
			const options = { keepIfContains: 'x' };
			const [item] = await cleanUp('fileShot', { selection: 'expired', options });
			expect(item.reason).toMatch(/does not report its name, so it may be protected/);
			expect(server.deleted).toEqual([]);
			await cleanUp('fileShot', { selection: 'expired' });
			expect(server.deleted).toEqual(['a']);
		},
	);
});

describe('deletions', () => {
	it.each([404, 410])('an HTML %i means that it is gone', async (status) => {
		server.files = [old('a'), old('b')];
		server.deleteAnswer = { status, body: '<!doctype html><h1>Not here</h1>', type: 'text/html' };
		const items = await cleanUp('filesApp', { olderThan: 1 });
		expect(items.map(({ action }) => action)).toEqual(['gone', 'gone']);
	});

	it('an HTML 429 ends the run', async () => {
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

	it('an account with 150,000 files ends in a report', async () => {
		server.files = Array.from({ length: 150_000 }, (_, n) => old(`f${n}`));
		server.pageSize = 150_000;
		const [summary] = await cleanUp('fileShot', {
			selection: 'expired',
			output: 'summary',
			dryRun: true,
		});
		expect(summary).toMatchObject({ found: 150_000, wouldDelete: 50, kept: 149_950 });
		const items = await cleanUp('fileShot', { selection: 'expired', dryRun: true });
		expect(items).toHaveLength(150_000);
	}, 120_000);
});

const NO_DATES = [null, 0, '', -1, '0', 'never', 'May 5', '1970-01-01T00:00:00Z', {}, undefined];

/** An account, its clock and the settings of a run, drawn by chance. */
function drawCase(chance: Chance) {
	const moment = () => Date.now() + (chance.whole(-60, 60) * DAY) / 2 + chance.whole(-1, 1) * HOUR;
	const date = (): unknown =>
		chance.oneOf<() => unknown>([
			() => new Date(moment()).toISOString(),
			() => new Date(moment()).toISOString(),
			() => Math.floor(moment() / 1000),
			() => String(moment()),
			() => new Date(moment()).toUTCString(),
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

/** The moment of a value, for the model: by other means than the nodes. */
function momentOf(value: unknown): number | undefined {
	if (typeof value === 'number' || /^\d{9,}$/.test(String(value))) {
		const number = Number(value);
		const moment = number > 1e11 ? number : number * 1000;
		return moment > Date.UTC(2000, 0) ? moment : undefined;
	}
	if (typeof value !== 'string' || !/^(\d{4}-|\w{3}, )/.test(value)) return undefined;
	const moment = Date.parse(value);
	return moment > Date.UTC(2000, 0) ? moment : undefined;
}

/** Whether a file may be deleted, by the rules in the simplest words; everything else must be kept. */
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
	const [created, expires] = [momentOf(file.createdAt), momentOf(file.expiresAt)];
	const now = Math.min(ours, theirs);
	if (created !== undefined && expires !== undefined && expires < created) return false;
	if (drawn.selection === 'olderThan')
		return created !== undefined && created <= now - drawn.days * DAY;
	if (drawn.selection === 'expiring') {
		return expires !== undefined && expires > now - 2 * SLACK && expires <= now + drawn.days * DAY;
	}
	const saysSo = file.expired === true;
	if (expires === undefined) return saysSo;
	return expires <= now || (saysSo && expires > Math.max(ours, theirs) - 2 * SLACK);
}

it('never deletes what a simple model would keep, whatever the account, the clocks, the names and the settings', async () => {
	let deletions = 0;
	for (let seed = 1; seed <= 1_500; seed++) {
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
	// A model that is never put to the test shows nothing.
	expect(deletions).toBeGreaterThan(150);
}, 120_000);
