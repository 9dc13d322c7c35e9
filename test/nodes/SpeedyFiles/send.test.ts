import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { ownSandbox } from '../../support/ownSandbox';
import { byId } from '../../support/locators';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';

const FILES = {
	data: { name: 'report.pdf', type: 'application/pdf', bytes: randomBytes(50_000) },
	sheet: { name: 'sheet.xlsx', bytes: randomBytes(100) },
};
const sandbox = ownSandbox();
const user = new SpeedyFilesUser(sandbox);

const send = async (parameters: IDataObject = {}) =>
	await user.run('package.send', { ...PACKAGE, ...parameters }, { input: [await itemWith(FILES)] });

/** The ID that the error names. */
const idIn = (text: unknown) => /package “([\w-]+)”/.exec(String(text))![1];

it('creates a package, uploads all files and finalizes it, in one step', async () => {
	const [{ json }] = outputOf(await send({ ttlDays: 30, options: { note: 'Hello' } }));
	expect(json).toMatchObject({
		title: 'Q4 financials',
		note: 'Hello',
		status: 'active',
		effectiveStatus: 'active',
		ok: true,
		magicLink: json.magic_link,
		fileCount: 2,
		totalBytes: 50_100,
		files: [
			{ original_name: 'report.pdf', binaryPropertyName: 'data' },
			{ original_name: 'sheet.xlsx', binaryPropertyName: 'sheet' },
		],
	});
	const id = json.id as string;
	expect(await user.calls()).toEqual([
		'POST /packages 201',
		`POST /packages/${id}/files 201`,
		`POST /packages/${id}/files 201`,
		`POST /packages/${id}/finalize 200`,
	]);
	expect(await user.look(id)).toMatchObject({ status: 'active' });
});

it('sends only the binary fields that are named', async () => {
	const [{ json }] = outputOf(await send({ binaryPropertyName: 'sheet' }));
	expect(json).toMatchObject({ fileCount: 1, files: [{ original_name: 'sheet.xlsx' }] });
});

it.each([
	[{ binaryPropertyName: 'nothing' }, 'nothing'],
	[{ title: '={{ "" }}' }, 'The field “Title” is empty'],
])(
	'with %j leaves nothing behind: it is seen before anything is created',
	async (wrong, message) => {
		expect(errorOf(await send(wrong)).message).toContain(message);
		expect(await user.calls()).toEqual([]);
	},
);

describe('a failure half way', () => {
	/** The second file is refused. */
	const refuseSecond = async () =>
		await user.fault(
			{ type: 'status', status: 500, message: 'disk full' },
			{ method: 'POST', path: '/api/v1/packages/*/files', nth: 2 },
		);

	it('says what exists and which files have arrived', async () => {
		await refuseSecond();
		const error = errorOf(await send());
		const id = idIn(error.description);
		expect(error.description).toContain(
			`The package “${id}” exists with 1 of 2 files (“report.pdf”). It is a draft. The recipient was not notified.`,
		);
		expect(await user.look(id)).toMatchObject({ status: 'draft', files: [{}] });
	});

	it('deletes the package again if the user has chosen so', async () => {
		await refuseSecond();
		const error = errorOf(await send({ options: { deleteOnFailure: true } }));
		const id = idIn(error.description);
		expect(error.description).toContain('was deleted');
		await expect(user.look(id)).rejects.toThrow('404');
	});

	it('says so when it cannot be deleted', async () => {
		await refuseSecond();
		await user.fault({ type: 'status', status: 403 }, { method: 'DELETE' });
		const error = errorOf(await send({ options: { deleteOnFailure: true } }));
		expect(error.description).toContain('It could not be deleted: SpeedyFiles answered 403');
		expect(await user.look(idIn(error.description))).toMatchObject({ status: 'draft' });
	});

	it('in the end of it, before the package was finalized: it can be deleted', async () => {
		const path = '/api/v1/packages/*/finalize';
		await user.fault({ type: 'status', status: 400 }, { method: 'POST', path });
		const error = errorOf(await send({ options: { deleteOnFailure: true } }));
		expect(error.description).toContain('which had 2 of 2 files');
		await expect(user.look(idIn(error.description))).rejects.toThrow('404');
	});

	it('whose outcome cannot be known deletes nothing: the recipient may have the link', async () => {
		const path = '/api/v1/packages/*/finalize';
		await user.fault({ type: 'resetAfterBody' }, { method: 'POST', path });
		await user.fault({ type: 'status', status: 500 }, { method: 'GET' });
		const error = errorOf(await send({ options: { deleteOnFailure: true } }));
		expect(error.description).toContain('Its status is unknown');
		expect((await user.calls()).filter((call) => call.startsWith('DELETE'))).toEqual([]);
		await sandbox.reset();
		expect(await user.look(idIn(error.description))).toMatchObject({ status: 'active' });
	});
});

it('is done although the answer with the link was lost, and says so', async () => {
	const path = '/api/v1/packages/*/finalize';
	await user.fault({ type: 'resetAfterBody' }, { method: 'POST', path });
	const [{ json }] = outputOf(await send());
	expect(json).toMatchObject({ status: 'active', magicLink: null, fileCount: 2 });
	expect(json.notice).toContain('was lost');
	const finalizings = (await user.calls()).filter((call) => call.includes('/finalize'));
	expect(finalizings).toHaveLength(1);
});

it('sends one package an item, in the order of the items', async () => {
	const input = await Promise.all(
		['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(async (name) => ({
			...(await itemWith({ data: { name: `${name}.txt`, bytes: Buffer.from(name) } })),
			json: { name },
		})),
	);
	const run = await user.run('package.send', { ...PACKAGE, title: '={{ $json.name }}' }, { input });
	const items = outputOf(run);
	expect(items.map(({ json }) => json.title)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
	for (const [index, { json, pairedItem }] of items.entries()) {
		expect(pairedItem).toEqual({ item: index });
		expect(json.files).toEqual([
			expect.objectContaining({ original_name: `${String(json.title)}.txt` }),
		]);
	}
	expect(await user.json('package.get', { packageId: byId(items[6].json.id) })).toMatchObject({
		title: 'g',
	});
});
