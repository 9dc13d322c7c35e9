import { randomBytes } from 'node:crypto';

import { sleep } from 'n8n-workflow';

import { inMemory, itemWith, sha256Of } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { SpeedyFilesUser } from '../../support/speedyFiles';

const bytes = randomBytes(3 * 1024 * 1024 + 17);
const big = { name: 'report.pdf', type: 'application/pdf', bytes };
const small = { name: 'note.txt', bytes: Buffer.from('hello') };

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);
let id: string;

beforeEach(async () => {
	await sandbox.control.delete('/faults');
	id = await user.create();
	await sandbox.reset();
});

it('uploads a file with its name, type, size and SHA-256', async () => {
	const [{ json, pairedItem }] = outputOf(await user.upload(id, { data: big }));
	expect(pairedItem).toEqual({ item: 0 });
	expect(json).toMatchObject({
		packageId: id,
		fileCount: 1,
		totalSize: bytes.length,
		files: [
			{
				name: 'report.pdf',
				mimeType: 'application/pdf',
				size: bytes.length,
				sha256: sha256Of(bytes),
				uploadedAt: expect.stringMatching(/T.*Z$/) as string,
				binaryPropertyName: 'data',
			},
		],
	});
	expect(await user.calls()).toEqual([`POST /packages/${id}/files 201`]);
});

it.each([
	['*', ['report.pdf', 'note.txt']],
	['note, data', ['note.txt', 'report.pdf']],
	['note', ['note.txt']],
])('for the fields %j, uploads %j to one package', async (binaryPropertyName, names) => {
	const run = await user.upload(id, { data: big, note: small }, { binaryPropertyName });
	const [{ json }, ...others] = outputOf(run);
	expect(others).toEqual([]);
	const files = json.files as Array<{ name: string }>;
	expect(files.map((file) => file.name)).toEqual(names);
	expect((await user.look(id)).files).toHaveLength(names.length);
});

it.each([
	['an empty file', { name: 'empty.txt', bytes: Buffer.alloc(0) }],
	['a name in other scripts', { name: 'Gehaltsabrechnung „März“ 文件 🎉.pdf', bytes: small.bytes }],
	['a file without a name', { bytes: small.bytes }],
])('uploads %s', async (_, file: { name?: string; bytes: Buffer }) => {
	outputOf(await user.upload(id, { data: file }));
	expect(await user.look(id)).toMatchObject({
		files: [
			{
				original_name: file.name ?? 'data',
				size_bytes: file.bytes.length,
				sha256: sha256Of(file.bytes),
			},
		],
	});
});

it('uploads a file that n8n keeps in memory', async () => {
	const input = [{ json: {}, binary: { data: inMemory(big) } }];
	const json = await user.json('package.uploadFile', { packageId: byId(id) }, { input });
	expect(json).toMatchObject({ files: [{ sha256: sha256Of(bytes) }] });
});

it('without Compute SHA-256, compares the size and outputs the hash that the service reports', async () => {
	const options = { sha256: false };
	const [{ json }] = outputOf(await user.upload(id, { data: big }, { options }));
	expect(json).toMatchObject({ files: [{ sha256: sha256Of(bytes) }] });
});

it.each([
	['wrongHash', 'SHA-256', sha256Of(small.bytes)],
	['wrongSize', 'size in bytes', '5'],
])('fails with both values if the service reports a %s', async (type, what, ours) => {
	await user.fault({ type }, { path: `/api/v1/packages/${id}/files` });
	const error = errorOf(await user.upload(id, { data: small }));
	expect(error.message).toBe('“note.txt” was changed or damaged during upload');
	expect(error.description).toMatch(
		new RegExp(`^The ${what} sent was ${ours}, but the service reports \\w+\\.`),
	);
	expect(error.description).not.toContain(`reports ${ours}`);
});

describe('an interrupted upload', () => {
	it('is not retried if only its response was lost and the file is in the package', async () => {
		await user.fault({ type: 'resetAfterBody' }, { method: 'POST' });
		const [{ json }] = outputOf(await user.upload(id, { data: small }));
		expect(json).toMatchObject({ files: [{ name: 'note.txt' }] });
		expect(await user.calls()).toEqual([
			expect.stringContaining(`POST /packages/${id}/files`),
			`GET /packages/${id} 200`,
		]);
		expect((await user.look(id)).files).toHaveLength(1);
	});

	it('is not retried if the file is not in the package, because it may still arrive', async () => {
		await user.fault({ type: 'status', status: 503 }, { method: 'POST' });
		const error = errorOf(await user.upload(id, { data: small }));
		expect(error.description).toContain('the upload may have succeeded');
		const posts = (await user.calls()).filter((call) => call.startsWith('POST'));
		expect(posts).toHaveLength(1);
	});

	it('without a SHA-256, does not count another file with the same name as uploaded', async () => {
		outputOf(await user.upload(id, { data: small }));
		await sandbox.reset();
		await user.fault({ type: 'resetAfterBody' }, { method: 'POST' });
		const options = { sha256: false };
		const error = errorOf(await user.upload(id, { data: small }, { options }));
		expect(error.description).toContain('the upload may have succeeded');
		expect(await user.calls()).toHaveLength(1);
	});

	it('is cancelled when it stalls, and sends no more data', async () => {
		await user.fault({ type: 'delay', milliseconds: 6000 }, { method: 'POST' });
		const huge = { name: 'huge.bin', bytes: Buffer.alloc(32 * 1024 * 1024) };
		const started = Date.now();
		const options = { stallSeconds: 1 };
		const error = errorOf(await user.upload(id, { data: huge }, { options }));
		expect(error.message).toBe('SpeedyFiles: No data was transferred for 1 second');
		expect(Date.now() - started).toBeLessThan(6000);
		await sleep(started + 7000 - Date.now());
		expect((await user.look(id)).files).toEqual([]);
	});

	it('reports which of the earlier files were uploaded', async () => {
		await user.fault({ type: 'status', status: 500 }, { method: 'POST', nth: 2 });
		const error = errorOf(
			await user.upload(id, { data: small, more: { ...small, name: 'b.txt' } }),
		);
		expect(error.description).toContain(`In the package “${id}”: 1 of 2 files (“note.txt”).`);
		expect((await user.look(id)).files).toHaveLength(1);
	});
});

it.each([
	[
		'an inbound package',
		{ direction: 'inbound' },
		'files can only be uploaded to outbound packages',
	],
	['a revoked package', {}, "package status is 'revoked'"],
])('reports why it rejects %s', async (_, parameters: { direction?: string }, reason) => {
	const other = await user.create(parameters);
	if (!parameters.direction) await user.json('package.revoke', { packageId: byId(other) });
	const error = errorOf(await user.upload(other, { data: small }));
	expect(error.message).toContain(`SpeedyFiles responded with 400: ${reason}`);
	expect(error.description).toContain('outbound packages that are drafts or active');
});

it.each([
	['missing', 'missing'],
	['*', 'No file found in the input'],
])('reports the missing field %j without sending a request', async (field, message) => {
	const parameters = { packageId: byId(id), binaryPropertyName: field };
	const error = errorOf(await user.run('package.uploadFile', parameters));
	expect(`${error.message} ${error.description}`).toContain(message);
	expect(await user.calls()).toEqual([]);
});

it('a failed item does not stop the others if the node continues on error', async () => {
	const input = [await itemWith({ data: small }), { json: {} }, await itemWith({ data: big })];
	const settings = { onError: 'continueRegularOutput' } as const;
	const run = await user.run('package.uploadFile', { packageId: byId(id) }, { input, settings });
	const items = outputOf(run);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
		{ item: 2 },
	]);
	expect(items[1].json).toMatchObject({ error: expect.any(String) as string });
	expect((await user.look(id)).files).toHaveLength(2);
});
