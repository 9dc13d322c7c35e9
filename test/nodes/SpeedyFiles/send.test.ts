import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';

const FILES = {
	data: { name: 'report.pdf', type: 'application/pdf', bytes: randomBytes(50_000) },
	sheet: { name: 'sheet.xlsx', bytes: randomBytes(100) },
};
const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

const send = async (parameters: IDataObject = {}) =>
	await user.run('package.send', { ...PACKAGE, ...parameters }, { input: [await itemWith(FILES)] });

/** The package ID in the error. */
const idIn = (text: unknown) => /package “([\w-]+)”/.exec(String(text))![1];

it('creates a package, uploads all files and finalizes it, in one step', async () => {
	const [{ json }] = outputOf(await send({ ttlDays: 30, options: { note: 'Hello' } }));
	expect(json).toMatchObject({
		title: 'Q4 financials',
		status: 'active',
		link: expect.stringMatching(/\/p\/[\w-]{43}$/) as string,
		fileCount: 2,
		totalSize: 50_100,
		files: [
			{ name: 'report.pdf', binaryPropertyName: 'data' },
			{ name: 'sheet.xlsx', binaryPropertyName: 'sheet' },
		],
	});
	const id = json.packageId as string;
	expect(await user.calls()).toEqual([
		'POST /packages 201',
		`POST /packages/${id}/files 201`,
		`POST /packages/${id}/files 201`,
		`POST /packages/${id}/finalize 200`,
	]);
	expect(await user.look(id)).toMatchObject({ status: 'active', note: 'Hello' });
});

it('sends only the fields that are selected', async () => {
	const [{ json }] = outputOf(await send({ binaryPropertyName: 'sheet' }));
	expect(json).toMatchObject({ fileCount: 1, files: [{ name: 'sheet.xlsx' }] });
});

it.each([
	[{ binaryPropertyName: 'nothing' }, 'nothing'],
	[{ title: '={{ "" }}' }, 'The field “Title” is empty'],
])('rejects %j before it creates a package', async (wrong, message) => {
	expect(errorOf(await send(wrong)).message).toContain(message);
	expect(await user.calls()).toEqual([]);
});

describe('a failure in the middle', () => {
	/** The service rejects the second file. */
	const refuseSecond = async () =>
		await user.fault(
			{ type: 'status', status: 500, message: 'disk full' },
			{ method: 'POST', path: '/api/v1/packages/*/files', nth: 2 },
		);

	it('reports the package and which files were uploaded', async () => {
		await refuseSecond();
		const error = errorOf(await send());
		const id = idIn(error.description);
		expect(error.description).toContain(
			`The package “${id}” exists with 1 of 2 files (“report.pdf”). It is a draft. The recipient was not notified.`,
		);
		expect(await user.look(id)).toMatchObject({ status: 'draft', files: [{}] });
	});

	it('deletes the package if the user has turned that on', async () => {
		await refuseSecond();
		const error = errorOf(await send({ options: { deleteOnFailure: true } }));
		const id = idIn(error.description);
		expect(error.description).toContain('was deleted');
		await expect(user.look(id)).rejects.toThrow('404');
	});

	it('reports that the package could not be deleted', async () => {
		await refuseSecond();
		await user.fault({ type: 'status', status: 403 }, { method: 'DELETE' });
		const error = errorOf(await send({ options: { deleteOnFailure: true } }));
		expect(error.description).toContain('It could not be deleted: SpeedyFiles responded with 403');
		expect(await user.look(idIn(error.description))).toMatchObject({ status: 'draft' });
	});

	it('at the last step, before the package is finalized: deletes the package', async () => {
		const path = '/api/v1/packages/*/finalize';
		await user.fault({ type: 'status', status: 400 }, { method: 'POST', path });
		const error = errorOf(await send({ options: { deleteOnFailure: true } }));
		expect(error.description).toContain('with 2 of 2 files');
		await expect(user.look(idIn(error.description))).rejects.toThrow('404');
	});

	it('with an unknown result: does not delete the package, because the recipient may have the link', async () => {
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

it('succeeds if only the response with the link was lost, and reports that', async () => {
	const path = '/api/v1/packages/*/finalize';
	await user.fault({ type: 'resetAfterBody' }, { method: 'POST', path });
	const [{ json }] = outputOf(await send());
	expect(json).toMatchObject({ status: 'active', link: null, fileCount: 2 });
	expect(json.notice).toContain('was lost');
	const finalizings = (await user.calls()).filter((call) => call.includes('/finalize'));
	expect(finalizings).toHaveLength(1);
});

it('sends one package per item, in the order of the items', async () => {
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
		expect(json.files).toEqual([expect.objectContaining({ name: `${String(json.title)}.txt` })]);
	}
	expect(
		await user.json('package.get', { packageId: byId(items[6].json.packageId) }),
	).toMatchObject({
		title: 'g',
	});
});
