import { errorOf, outputOf } from '../../support/engine';
import { ALL, FileShotAccount, idsOf, namesOf } from '../../support/fileShotTrigger';

let account: FileShotAccount;
beforeAll(async () => (account = await FileShotAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());

describe('an added file', () => {
	it('starts the workflow once, with the fields of Get', async () => {
		await account.add('before.txt');
		const trigger = await account.active();
		const fileId = await account.add('new.txt');
		expect(await trigger.poll()).toEqual([
			{
				event: 'file.added',
				fileId,
				name: 'new.txt',
				size: 1,
				mimeType: 'text/plain',
				createdAt: expect.stringMatching(/Z$/) as string,
				expiresAt: expect.stringMatching(/Z$/) as string,
				status: 'active',
				isZeroKnowledge: false,
				link: expect.stringContaining(fileId) as string,
			},
		]);
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.runs).toHaveLength(1);
	});

	it('starts the workflow if it is added after the activation, but in the same second', async () => {
		await account.clock({ speed: 0 });
		await account.add('before.txt');
		const trigger = await account.active();
		expect(trigger.runs).toEqual([]);
		await account.add('after.txt');
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'after.txt']]);
		await account.clock({ speed: 1 });
		expect(await trigger.poll()).toEqual([]);
	});

	it.each([
		{ dates: 'iso', fieldNames: 'snake_case' },
		{ dates: 'epochSeconds', fieldNames: 'camelCase' },
		{ dates: 'epochMilliseconds', fieldNames: 'snake_case' },
		{ dates: 'iso', fieldNames: 'camelCase', listShape: 'array' },
	])('is found in a list with %j', async (form) => {
		await account.settings(form);
		await account.addMany(3);
		const trigger = await account.active();
		const id = await account.add('new.txt');
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it.each([
		{ fieldNames: 'camelCase', simplify: true },
		{ fieldNames: 'snake_case', simplify: true },
		{ fieldNames: 'camelCase', simplify: false },
	])('is reported as encrypted or not: %j', async ({ fieldNames, simplify }) => {
		await account.settings({ fieldNames });
		const trigger = await account.active({ simplify });
		await account.add('plain.txt');
		await account.add('secret.txt', 30, true);
		const found = await trigger.poll();
		expect(
			found.map(({ name, fileName, isZeroKnowledge }) => [name ?? fileName, isZeroKnowledge]),
		).toEqual(
			expect.arrayContaining([
				['plain.txt', false],
				['secret.txt', true],
			]),
		);
	});

	it('is not called unencrypted if FileShot does not say whether it is encrypted', async () => {
		await account.settings({ zeroKnowledgeFlag: 'absent' });
		const trigger = await account.active();
		await account.add('secret.txt', 30, true);
		expect((await trigger.poll())[0]).not.toHaveProperty('isZeroKnowledge');
	});

	it('does not start the workflow for 250 existing files, unless Include Existing is turned on', async () => {
		const ids = await account.addMany(250);
		expect((await account.active({ events: ALL })).runs).toEqual([]);

		const wanting = await account.active({ options: { includeExisting: true } });
		expect(wanting.runs).toHaveLength(1);
		expect(wanting.runs[0].map(({ json }) => json.fileId).sort()).toEqual([...ids].sort());
		expect(await wanting.poll()).toEqual([]);
		await wanting.restart();
		expect(wanting.runs).toHaveLength(1);
	});

	it('starts the workflow once, even with 150 others of the same second on two pages', async () => {
		const trigger = await account.active();
		await account.clock({ speed: 0 });
		const ids = await account.addMany(150);
		expect(idsOf(await trigger.poll()).sort()).toEqual([...ids].sort());
		const late = await account.add('late.txt');
		expect(idsOf(await trigger.poll())).toEqual([late]);
	});

	it.each([
		[
			'moves to a later page, because another was added',
			async () => void (await account.add('other.txt')),
		],
		[
			'moves to an earlier page, because another was deleted',
			async (ids: string[]) => await account.remove(ids[149]),
		],
	])('is neither lost nor output twice if it %s while the list is read', async (_, change) => {
		const trigger = await account.active({}, { baseUrl: account.proxy.url });
		const ids = await account.addMany(150);
		account.resetProxy();
		account.beforeRequest = async (count) => {
			if (count === 2) await change(ids);
		};
		const first = await trigger.poll();
		account.resetProxy();
		const second = await trigger.poll();
		const there = (await account.stored()).map(({ id }) => id);
		const emitted = idsOf([...first, ...second]);
		expect(new Set(emitted).size).toBe(emitted.length);
		expect(emitted).toEqual(expect.arrayContaining(there));
	});

	it('must match the name filter; a changed filter does not output older files', async () => {
		const trigger = await account.active({ options: { fileName: '*.pdf' } });
		await account.add('a.txt');
		await account.add('b.PDF');
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'b.PDF']]);
		await account.add('c.txt');
		expect(await trigger.poll()).toEqual([]);
		await trigger.activate({ parameters: { events: ['file.added'], options: {} } });
		expect(await trigger.poll()).toEqual([]);
	});
});

describe('a poll', () => {
	it('that fails keeps its position and reports what to do', async () => {
		const trigger = await account.active();
		const id = await account.add('new.txt');
		await account.sandbox.fault({ service: 'fileShot', fault: { type: 'status', status: 401 } });
		const before = trigger.savedStaticData;
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors[0].message).toMatch(/^FileShot responded with 401/);
		expect(trigger.errors[0].description).toMatch(/API Key/);
		expect(trigger.savedStaticData).toBe(before);
		await account.sandbox.reset();
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('that fails in the middle outputs the files read so far, and the next poll continues from there', async () => {
		const trigger = await account.active({}, { baseUrl: account.proxy.url });
		const ids = await account.addMany(150);
		account.resetProxy();
		await account.sandbox.fault({
			service: 'fileShot',
			nth: 2,
			fault: { type: 'status', status: 500 },
		});
		const first = await trigger.poll();
		expect(first).toHaveLength(100);
		await trigger.restart();
		const rest = trigger.runs.slice(1).flatMap((items) => items.map(({ json }) => json));
		expect(idsOf([...first, ...rest]).sort()).toEqual([...ids].sort());
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toEqual([]);
	});

	it('does nothing while the previous one is still running', async () => {
		const trigger = await account.active();
		await account.add('new.txt');
		await Promise.all([trigger.poll(), trigger.poll(), trigger.poll()]);
		expect(trigger.runs).toHaveLength(1);
	});

	it('that fails at the activation prevents it', async () => {
		await expect(account.active({}, { apiKey: 'wrong' })).rejects.toThrow(
			/FileShot responded with 401/,
		);
		await expect(account.active({ events: [] })).rejects.toThrow('The field “Trigger On” is empty');
		await expect(account.active({ events: ALL, leadTime: 0 })).rejects.toThrow(
			'“Lead Time” must be a number from 0.01 to 36500',
		);
	});
});

describe('an edited workflow', () => {
	it('triggers on an added event only for later changes', async () => {
		const trigger = await account.active({ events: ['file.expired'] });
		await account.add('a.txt');
		await trigger.poll();
		await trigger.activate({ parameters: { events: ['file.expired', 'file.added'], options: {} } });
		expect(trigger.runs).toEqual([]);
		await account.clock({ advance: 1 });
		await account.add('b.txt');
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'b.txt']]);
	});

	it('applies a changed filter only to later changes', async () => {
		const trigger = await account.active({ options: { fileName: '*.pdf' } });
		await account.add('before.txt');
		await account.clock({ advance: 2 });
		const parameters = { events: ['file.added'], options: { fileName: '*.txt' } };
		await trigger.activate({ parameters });
		expect(trigger.runs).toEqual([]);
		const id = await account.add('after.txt');
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it('continues where it was if an empty filter is added', async () => {
		const trigger = await account.active();
		const id = await account.add('a.txt');
		await trigger.activate({ parameters: { events: ['file.added'], options: { fileName: ' ' } } });
		expect(trigger.runs.flat().map(({ json }) => json.fileId)).toEqual([id]);
	});

	it('outputs existing files when Include Existing is turned on later', async () => {
		const id = await account.add('before.txt');
		const trigger = await account.active();
		expect(await trigger.poll()).toEqual([]);
		const parameters = { events: ['file.added'], options: { includeExisting: true } };
		await trigger.activate({ parameters });
		expect(trigger.runs.flat().map(({ json }) => json.fileId)).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('starts again for another account, but not for a new key of the same account', async () => {
		const trigger = await account.active();
		await account.add('a.txt');
		await trigger.activate({
			settings: { credentials: { fileShotApi: { id: 'another', name: 'Another' } } },
		});
		expect(trigger.runs).toEqual([]);
		const id = await account.add('b.txt');
		const { apiKey } = account.credentials;
		await trigger.activate({
			credentials: { ...account.credentials, apiKey: ` ${apiKey}`.trim() },
		});
		expect(trigger.runs.flat().map(({ json }) => json.fileId)).toEqual([id]);
	});

	it('does not store secrets in its static data', async () => {
		const trigger = await account.active({ events: ALL });
		await account.add('a.txt');
		await trigger.poll();
		const { apiKey } = account.credentials;
		expect(trigger.savedStaticData).not.toContain(apiKey);
	});
});

describe('Fetch Test Event', () => {
	it('returns a matching file and changes no state', async () => {
		await account.add('a.txt');
		await account.add('b.pdf');
		const trigger = account.trigger({ options: { fileName: '*.pdf' } });
		const { run, staticData } = await trigger.fetchTestEvent();
		expect(namesOf(outputOf(run).map(({ json }) => json))).toEqual([['file.added', 'b.pdf']]);
		expect(staticData).toBe('{}');
	});

	it('prefers a file in the state of the selected event', async () => {
		await account.add('day.txt', 1);
		await account.add('month.txt', 30);
		const trigger = account.trigger({ events: ['file.expiring_soon'], leadTime: 48 });
		const { run } = await trigger.fetchTestEvent();
		expect(namesOf(outputOf(run).map(({ json }) => json))).toEqual([
			['file.expiring_soon', 'day.txt'],
		]);
	});

	it('reports that there is no matching file', async () => {
		const { run } = await account.trigger().fetchTestEvent();
		expect(errorOf(run).message).toMatch(/found in FileShot to use as a test event/);
	});
});
