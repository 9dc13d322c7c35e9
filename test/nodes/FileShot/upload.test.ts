import { randomBytes } from 'node:crypto';

import { inMemory, itemWith, sha256Of } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { fileShotUploads } from '../../support/fileShotUploads';
import { TestServer, useTestServer } from '../../support/testServer';

const MIB = 1024 * 1024;
const DAY = 86_400_000;

const { bytes, fault, inParts, large, paths, settings, small, storedAs, upload } =
	fileShotUploads();

describe('upload in one request', () => {
	it('sends the file, and returns its link and SHA-256', async () => {
		const [{ json, pairedItem }] = outputOf(await upload([await small('Grüße „x“ & "y".txt')]));
		expect(json).toEqual({
			fileId: expect.any(String) as string,
			name: 'Grüße „x“ & "y".txt',
			size: 5,
			mimeType: 'text/plain',
			link: expect.stringMatching(/\/f\//) as string,
			expiresAt: expect.stringMatching(/\.000Z$/) as string,
			status: 'active',
			sha256: sha256Of(Buffer.from('hello')),
			binaryPropertyName: 'data',
		});
		expect(pairedItem).toEqual({ item: 0 });
		expect(await paths()).toEqual(['/upload']);
		const days = (Date.parse(json.expiresAt as string) - Date.now()) / DAY;
		expect(Math.round(days)).toBe(30);
	});

	it('sends all options', async () => {
		const parameters = {
			expiryDays: 365,
			passwordProtected: true,
			password: 's3cret',
			paidAccess: true,
			price: 250,
			options: { customSlug: 'my-doc' },
		};
		const [{ json }] = outputOf(await upload([await small()], parameters));
		expect(await storedAs(json.fileId)).toMatchObject({
			slug: 'my-doc',
			passwordProtected: true,
			password: '***',
			price: 250,
		});
		expect(json.link).toMatch(/\/f\/my-doc$/);
	});

	describe('a server that ignores the password', () => {
		const host = useTestServer();
		const protect = { passwordProtected: true, password: 's3cret' };

		it.each([
			[false, protect, 'without the password'],
			['0', protect, 'without the password'],
			[true, protect, undefined],
			[undefined, protect, undefined],
			[false, {}, undefined],
		])('and reports %j for %j: %s', async (passwordProtected, parameters, message) => {
			host.respond({ body: JSON.stringify({ success: true, fileId: 'abc', passwordProtected }) });
			const credentials = { baseUrl: host.url } as never;
			const run = await upload([await small()], parameters, { credentials });
			if (message === undefined) expect(outputOf(run)).toHaveLength(1);
			else {
				expect(errorOf(run).message).toContain(message);
				expect(errorOf(run).description).toContain('Its ID is abc. Delete the file');
			}
		});
	});

	describe('the form fields', () => {
		const host = useTestServer().respond({ body: '{"success":true,"fileId":"abc"}' });
		const fieldsFor = async (parameters: object) => {
			host.requests.splice(0);
			const credentials = { baseUrl: host.url, linkBaseUrl: 'https://links.example/' } as never;
			const [{ json }] = outputOf(await upload([await small()], parameters, { credentials }));
			const names = host.requests[0].body.matchAll(/name="([^"]+)"\r\n\r\n(.*)\r\n/g);
			return {
				json,
				fields: Object.fromEntries([...names].map(([, name, value]) => [name, value])),
			};
		};

		it.each([
			[{}, { expiryDays: '30' }],
			[{ expires: false }, {}],
			[
				{ expires: false, passwordProtected: true, password: 'x "y" 🎉' },
				{ passwordProtected: 'true', password: 'x "y" 🎉' },
			],
			[{ expires: false, password: 'unused', price: 500 }, {}],
			[
				{ expires: false, paidAccess: true, price: 500 },
				{ enablePaidAccess: 'true', price: '500' },
			],
		])('of %j', async (parameters, expected) => {
			expect((await fieldsFor(parameters)).fields).toEqual(expected);
		});

		it('builds the link if the response does not contain it', async () => {
			const { json } = await fieldsFor({});
			expect(json.link).toBe('https://links.example/f/abc');
		});

		it.each(['../x', '%2F', '🎉', '"', 'x'.repeat(300), "'; --"])(
			'sends the slug %j unchanged',
			async (customSlug) => {
				const { fields } = await fieldsFor({ options: { customSlug } });
				expect(fields.customSlug).toBe(customSlug);
				expect(host.requests[0].url).toBe('/api/files/upload');
			},
		);
	});

	it.each([
		['an empty file', Buffer.alloc(0)],
		['a file of 3 MiB', randomBytes(3 * MIB)],
	])('sends %s', async (_, content) => {
		const input = [await itemWith({ data: { name: 'a.bin', bytes: content } })];
		const [{ json }] = outputOf(await upload(input));
		expect(json).toMatchObject({ size: content.length, sha256: sha256Of(content) });
		expect(await paths()).toEqual(['/upload']);
	});

	it('sends a file that n8n keeps in memory', async () => {
		const content = randomBytes(MIB);
		const input = [{ json: {}, binary: { data: inMemory({ name: 'a.bin', bytes: content }) } }];
		expect(outputOf(await upload(input))[0].json.sha256).toBe(sha256Of(content));
	});

	it.each(['epochSeconds', 'epochMilliseconds'])('accepts dates as %s', async (dates) => {
		await settings({ dates });
		const [{ json }] = outputOf(await upload([await small()]));
		expect(Math.round((Date.parse(json.expiresAt as string) - Date.now()) / DAY)).toBe(30);
	});

	it.each([
		[{ expiryDays: 0 }, 'The field “Expires After” must be a whole number from 1 to 365'],
		[{ expiryDays: 366 }, 'The field “Expires After” must be a whole number from 1 to 365'],
		[
			{ paidAccess: true, price: 99 },
			'The field “Price (US Cents)” must be a whole number of 100 or more',
		],
	])('with %j, fails without sending a request: %s', async (parameters, message) => {
		expect(errorOf(await upload([await small()], parameters)).message).toBe(message);
		expect(await paths()).toEqual([]);
	});

	it('reports the error message of the service', async () => {
		const blocked = errorOf(await upload([await small('run.exe')]));
		expect(blocked.message).toBe('FileShot responded with 400: Files of type .exe are not allowed');
		expect(blocked.description).toContain('ZIP');
		await upload([await small()], { options: { customSlug: 'taken' } });
		const taken = errorOf(await upload([await small()], { options: { customSlug: 'taken' } }));
		expect(taken.message).toContain('already taken');
	});
});

describe('several files of an item', () => {
	const two = async () =>
		await itemWith({
			data: { name: '1.txt', bytes: Buffer.from('one') },
			invoice: { name: '2.txt', bytes: Buffer.from('two') },
		});

	it.each(['data, invoice', '*'])(
		'outputs one item per file for “%s”',
		async (binaryPropertyName) => {
			const items = outputOf(await upload([await two()], { binaryPropertyName }));
			expect(items.map(({ json }) => [json.name, json.binaryPropertyName])).toEqual([
				['1.txt', 'data'],
				['2.txt', 'invoice'],
			]);
		},
	);

	it.each([
		[{ customSlug: 'x' }, 'Custom Slug'],
		[{ fileName: 'x' }, 'File Name'],
	])('rejects %j for two files', async (options, label) => {
		const error = errorOf(await upload([await two()], { binaryPropertyName: '*', options }));
		expect(error.message).toBe(`The field “${label}” cannot be used with 2 files`);
		expect(await paths()).toEqual([]);
	});

	it('reports which files were already uploaded if one fails', async () => {
		await fault('/upload', { type: 'status', status: 400 }, { nth: 2 });
		const error = errorOf(await upload([await two()], { binaryPropertyName: '*' }));
		expect(error.description).toMatch(/Already uploaded: “1\.txt” \([0-9a-f]+\)\.$/);
	});
});

it.each([
	['/upload', {}],
	['/*', inParts({ uploadStyle: 'documented' })],
])('fails if the service reports a different size than was sent (%s)', async (path, parameters) => {
	await fault(path, { type: 'wrongSize' });
	const error = errorOf(await upload([await large()], parameters));
	expect(error.message).toBe('“large.bin” was changed or damaged during upload');
	expect(error.description).toContain(String(bytes.length + 1));
});

it('does not retry a request that was sent completely, and reports that the file may have arrived', async () => {
	await fault('/upload', { type: 'resetAfterBody' });
	const error = errorOf(await upload([await small()]));
	expect(error.description).toContain('may have succeeded');
	expect(await paths()).toEqual(['/upload']);
});

it('treats success: false with status 200 as an error', async () => {
	const host = await new TestServer()
		.respond({ body: '{"success":false,"error":"Out of space"}' })
		.start();
	const error = errorOf(
		await upload([await small()], {}, { credentials: { baseUrl: host.url } as never }),
	);
	await host.stop();
	expect(error.message).toBe('FileShot responded with 200: Out of space');
});
