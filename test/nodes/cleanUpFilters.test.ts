import { ListServer } from '../support/listServer';
import { errorOf, runNode } from '../support/engine';
import { cleanUpListed, cleanUpNode, type ListedService, old } from '../support/listedFiles';

const server = new ListServer();
beforeAll(async () => await server.start());
afterAll(async () => await server.stop());
beforeEach(() => server.reset());

describe('a scope or a protection', () => {
	const BLANK = [
		'={{ undefined }}',
		'={{ null }}',
		'={{ "" }}',
		'={{ "  " }}',
		'={{ [] }}',
		'={{ ({}) }}',
		'={{ false }}',
	];
	const FIELDS: Array<[ListedService, string, string]> = [
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
			const run = await runNode(cleanUpNode(server, service, { olderThan: 1, ...parameters }));
			expect(errorOf(run).message).toContain(label);
			expect(server.requests).toEqual([]);
		},
	);

	it.each([' , ,', ','])('is an error if Keep If … Contains is %j', async (keepIfContains) => {
		server.files = [old('a')];
		const run = await runNode(cleanUpNode(server, 'fileShot', { options: { keepIfContains } }));
		expect(errorOf(run).message).toBe('The field “Keep If Name Contains” is empty');
		expect(server.requests).toEqual([]);
	});

	it.each([
		['={{ "a," + $json.missing }}', 'contains “undefined”'],
		['={{ `${$json.missing}` }}', 'is empty'],
		['={{ ({}) }}, a', 'contains “[object Object]”'],
		['={{ null + "; a" }}', 'contains “null”'],
	])(
		'is an error if the expression in Keep If … Contains is %j',
		async (keepIfContains, problem) => {
			server.files = [old('a')];
			const run = await runNode(cleanUpNode(server, 'fileShot', { options: { keepIfContains } }));
			expect(errorOf(run).message).toBe(`The field “Keep If Name Contains” ${problem}`);
			expect(server.requests).toEqual([]);
		},
	);

	it('keeps files with a typed text that stands for a missing value elsewhere', async () => {
		server.files = [old('undefined'), old('a')];
		await cleanUpListed(server, 'fileShot', { options: { keepIfContains: 'undefined' } });
		expect(server.deleted).toEqual(['a']);
	});

	it('includes all files if Folder ID is not filled in', async () => {
		server.files = [old('a')];
		await cleanUpListed(server, 'filesApp', { folderId: '', olderThan: 1 });
		expect(server.deleted).toEqual(['a']);
	});
});

describe('a clean-up of a folder', () => {
	const inFolder = { folderId: 'f1', olderThan: 1 };
	const files = [old('a', { folder: 'f1' }), old('b', { folder: 'f2' }), old('c')];

	it('deletes only its files if the server filters by folder', async () => {
		Object.assign(server, { files, filtersFolders: true });
		await cleanUpListed(server, 'filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it('deletes only its files if the server rejects the random folder of the check', async () => {
		Object.assign(server, { files, filtersFolders: true, unknownFolderStatus: 404 });
		await cleanUpListed(server, 'filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it('deletes nothing if the server ignores the folder and does not report the folders of files', async () => {
		Object.assign(server, { files });
		const items = await cleanUpListed(server, 'filesApp', inFolder);
		expect(server.deleted).toEqual([]);
		expect(items[0].reason).toMatch(/may have ignored Folder ID/);
	});

	it('deletes only its files if the server ignores the folder, but reports the folders of files', async () => {
		Object.assign(server, { files, namesFolders: true });
		await cleanUpListed(server, 'filesApp', inFolder);
		expect(server.deleted).toEqual(['a']);
	});

	it.each([500, 403, 401])(
		'deletes nothing if the server responds to the check with %i',
		async (status) => {
			Object.assign(server, { files, unknownFolderStatus: status });
			const items = await cleanUpListed(server, 'filesApp', inFolder);
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
		await cleanUpListed(server, 'fileShot', { selection: 'expired', options: { keepIfContains } });
		expect(server.deleted).toEqual(['b']);
	});

	it.each([undefined, null, '', ' ', 7, {}])('protects a file whose name is %j', async (name) => {
		server.files = [old('a', { name: name as string })];
		const options = { keepIfContains: 'x' };
		const [item] = await cleanUpListed(server, 'fileShot', { selection: 'expired', options });
		expect(item.reason).toMatch(/does not report its name, so it may be protected/);
		expect(server.deleted).toEqual([]);
		await cleanUpListed(server, 'fileShot', { selection: 'expired' });
		expect(server.deleted).toEqual(['a']);
	});
});
