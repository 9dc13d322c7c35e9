import { randomBytes } from 'node:crypto';

import { errorOf, outputOf } from '../../support/engine';
import { inMemory, itemWith, sha256Of } from '../../support/binary';
import { filesAppUploads } from '../../support/filesAppUploads';

const MIB = 1024 * 1024;

const { bytes, fault, paths, stored, upload } = filesAppUploads();

const IN_PARTS = { options: { thresholdMb: 10 } };

describe('upload in one request', () => {
	it('sends the file, and returns its details and SHA-256', async () => {
		const content = Buffer.from('hello wörld');
		const file = { name: 'Grüße „x“ & "y".txt', bytes: content, type: 'text/plain' };
		const [{ json, pairedItem }] = outputOf(await upload([await itemWith({ data: file })]));
		expect(json).toEqual({
			fileId: expect.stringMatching(/^file_/) as string,
			name: 'Grüße „x“ & "y".txt',
			size: content.length,
			encrypted: true,
			createdAt: expect.stringMatching(/\.000Z$/) as string,
			sha256: sha256Of(content),
			binaryPropertyName: 'data',
		});
		expect(pairedItem).toEqual({ item: 0 });
		expect(await paths()).toEqual(['/upload']);
		expect((await stored()).find(({ id }) => id === json.fileId)).toMatchObject({
			size: content.length,
			type: 'text/plain',
		});
	});

	it('sends the folder and the encryption', async () => {
		const file = { name: 'a.txt', bytes: Buffer.from('a') };
		const parameters = { folderId: '../x "y"\r\n🎉', encrypt: false };
		const [{ json }] = outputOf(await upload([await itemWith({ data: file })], parameters));
		expect(json.encrypted).toBe(false);
		const [one] = (await stored()).filter(({ id }) => id === json.fileId);
		expect(one.folderId).toBe('../x "y"\r\n🎉');
	});

	it.each([
		['an empty file', Buffer.alloc(0)],
		['a file below the threshold', randomBytes(3 * MIB)],
	])('sends %s', async (_, content) => {
		const file = { name: 'a.bin', bytes: content };
		const [{ json }] = outputOf(await upload([await itemWith({ data: file })], { options: {} }));
		expect(json).toMatchObject({ size: content.length, sha256: sha256Of(content) });
		expect(await paths()).toEqual(['/upload']);
	});

	it('never sends an empty file in chunks', async () => {
		const file = { name: 'a.bin', bytes: Buffer.alloc(0) };
		await upload([await itemWith({ data: file })], { options: { thresholdMb: 0 } });
		expect(await paths()).toEqual(['/upload']);
	});

	it('sends a file that n8n keeps in memory', async () => {
		const content = randomBytes(MIB);
		const [{ json }] = outputOf(
			await upload([{ json: {}, binary: { data: inMemory({ name: 'a.bin', bytes: content }) } }]),
		);
		expect(json).toMatchObject({ size: MIB, sha256: sha256Of(content) });
	});

	it('omits the hash and overrides the file name, as set by the user', async () => {
		const file = { name: 'a.bin', bytes: Buffer.from('a') };
		const options = { sha256: false, fileName: '../../b.txt' };
		const [{ json }] = outputOf(await upload([await itemWith({ data: file })], { options }));
		expect(json).toMatchObject({ name: 'b.txt' });
		expect(json).not.toHaveProperty('sha256');
	});
});

describe('several files of an item', () => {
	const three = async () =>
		await itemWith({
			data: { name: '1.txt', bytes: Buffer.from('one') },
			invoice: { name: '2.txt', bytes: Buffer.from('two!') },
			other: { name: '3.txt', bytes: Buffer.from('three') },
		});

	it.each([
		['data, invoice', ['1.txt', '2.txt']],
		['*', ['1.txt', '2.txt', '3.txt']],
		['other', ['3.txt']],
	])('outputs one item per file for “%s”', async (binaryPropertyName, names) => {
		const items = outputOf(await upload([await three()], { binaryPropertyName }));
		expect(items.map(({ json }) => json.name)).toEqual(names);
		expect(items.every(({ pairedItem }) => (pairedItem as { item: number }).item === 0)).toBe(true);
	});

	it('reports which files were already uploaded if one fails', async () => {
		await fault('/upload', { type: 'status', status: 400 }, { nth: 2 });
		const error = errorOf(await upload([await three()], { binaryPropertyName: '*' }));
		expect(error.message).toContain('Files App responded with 400');
		expect(error.description).toMatch(/Already uploaded: “1\.txt” \(file_\w+\)\.$/);
	});

	it('rejects a single name for all of them', async () => {
		const options = { fileName: 'x.txt' };
		const error = errorOf(await upload([await three()], { binaryPropertyName: '*', options }));
		expect(error.message).toBe('The field “File Name” cannot be used with 3 files');
		expect(await paths()).toEqual([]);
	});

	it.each([
		['nothing', 'nothing'],
		[' , ', 'The field “Input Data Field Name” is empty'],
	])('reports the missing field %j', async (binaryPropertyName, text) => {
		const error = errorOf(await upload([await three()], { binaryPropertyName }));
		expect(`${error.message} ${error.description ?? ''}`).toContain(text);
	});
});

describe('a file that was stored with a different size', () => {
	it.each([
		['/upload', { options: {} }],
		['/chunks/complete', IN_PARTS],
	])('fails with an error that contains both sizes (%s)', async (path, parameters) => {
		await fault(path, { type: 'wrongSize' });
		const file = { name: 'a.bin', bytes };
		const error = errorOf(await upload([await itemWith({ data: file })], parameters));
		expect(error.message).toBe('“a.bin” was changed or damaged during upload');
		expect(error.description).toContain(String(bytes.length));
		expect(error.description).toContain(String(bytes.length + 1));
	});
});

describe('an interrupted request', () => {
	it('is not retried after the file was sent completely, and reports that it may have arrived', async () => {
		await fault('/upload', { type: 'resetAfterBody' });
		const file = { name: 'a.bin', bytes: Buffer.from('a') };
		const error = errorOf(await upload([await itemWith({ data: file })]));
		expect(error.description).toContain('may have succeeded');
		expect(await paths()).toEqual(['/upload']);
	});

	it('is retried after the pause if the server rejected it without reading the body', async () => {
		await fault(
			'/upload',
			{ type: 'status', status: 429, headers: { 'Retry-After': '1' } },
			{ times: 1 },
		);
		const file = { name: 'a.bin', bytes: Buffer.from('a') };
		expect(outputOf(await upload([await itemWith({ data: file })]))).toHaveLength(1);
		expect(await paths()).toEqual(['/upload', '/upload']);
	});

	it('is cancelled when it stalls', async () => {
		await fault('/upload', { type: 'delay', milliseconds: 20_000 });
		const file = { name: 'a.bin', bytes: randomBytes(MIB) };
		const options = { stallSeconds: 1 };
		const error = errorOf(await upload([await itemWith({ data: file })], { options }));
		expect(error.message).toBe('Files App: No data was transferred for 1 second');
	});
});

it.each([
	'../../etc/passwd',
	'a\r\nX-Evil: 1.txt',
	'a\u0000b.txt',
	'🎉.txt',
	`${'x'.repeat(300)}.txt`,
	'a";x="b.txt',
])('sends the file name %j unchanged', async (name) => {
	const file = { name, bytes: Buffer.from('a') };
	const [{ json }] = outputOf(await upload([await itemWith({ data: file })]));
	expect(Buffer.byteLength(json.name as string)).toBeLessThanOrEqual(255);
	expect(json.name).not.toMatch(/[/\r\n\0]/);
	expect(await paths()).toEqual(['/upload']);
});

it('keeps the order and the pairing of many items', async () => {
	const input = await Promise.all(
		Array.from({ length: 8 }, async (_, n) =>
			itemWith({ data: { name: `${n}.txt`, bytes: randomBytes((8 - n) * 1000) } }),
		),
	);
	const items = outputOf(await upload(input));
	expect(items.map(({ json }) => json.name)).toEqual(input.map((_, n) => `${n}.txt`));
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(input.map((_, item) => ({ item })));
});

it('outputs the error of a failed item if the node continues on error', async () => {
	const good = await itemWith({ data: { name: 'a.txt', bytes: Buffer.from('a') } });
	const settings = { onError: 'continueRegularOutput' as const };
	const items = outputOf(await upload([good, { json: {} }, good], {}, { settings }));
	expect(items.map(({ json }) => Boolean(json.error))).toEqual([false, true, false]);
});
