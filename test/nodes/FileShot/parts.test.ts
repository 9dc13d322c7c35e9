import { itemWith, sha256Of } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { fileShotUploads } from '../../support/fileShotUploads';
import { TestServer } from '../../support/testServer';

const MIB = 1024 * 1024;
const DAY = 86_400_000;

const {
	bytes,
	credentials,
	fault,
	filesNamed,
	get,
	inParts,
	large,
	paths,
	settings,
	small,
	storedAs,
	upload,
} = fileShotUploads();

const chunks = ['/upload-chunk/ID/0', '/upload-chunk/ID/1', '/upload-chunk/ID/2'];

it.each([
	['auto', 'documented', ['/init-upload', ...chunks, '/finalize-upload/ID', '/ID']],
	[
		'auto',
		'desktop',
		['/init-upload', '/pre-upload', ...chunks, '/finalize-upload/ID', '/ID', '/info/ID'],
	],
	['auto', 'both', ['/init-upload', ...chunks, '/finalize-upload/ID', '/ID']],
	['documented', 'documented', ['/init-upload', ...chunks, '/ID']],
	['documented', 'both', ['/init-upload', ...chunks, '/ID']],
	['desktop', 'desktop', ['/pre-upload', ...chunks, '/finalize-upload/ID', '/ID', '/info/ID']],
	['desktop', 'both', ['/pre-upload', ...chunks, '/finalize-upload/ID', '/ID']],
])(
	'with the upload style %s, uploads a file in chunks to a server with the %s API',
	async (uploadStyle, dialect, calls) => {
		await settings({ dialect });
		const parameters = {
			...inParts({ uploadStyle }),
			expiryDays: 60,
			passwordProtected: true,
			password: 'pw',
		};
		const [{ json }] = outputOf(await upload([await large()], parameters));
		expect(json).toMatchObject({
			fileId: expect.any(String) as string,
			name: 'large.bin',
			size: bytes.length,
			mimeType: 'application/x-thing',
			link: expect.stringMatching(/\/f\//) as string,
			sha256: sha256Of(bytes),
		});
		expect([...(await paths())].sort()).toEqual([...calls].sort());
		const stored = await storedAs(json.fileId);
		expect(stored).toMatchObject({ passwordProtected: true, isZeroKnowledge: false });
		expect(Math.round((Date.parse(json.expiresAt as string) - Date.now()) / DAY)).toBe(60);
	},
);

it.each(['documented', 'desktop'])('uploads the file byte for byte (%s)', async (dialect) => {
	await settings({ dialect });
	const [{ json }] = outputOf(await upload([await large()], inParts()));
	const { baseUrl, apiKey } = credentials();
	await settings({ download: 'stream' });
	const url = `${baseUrl}/api/files/download/${String(json.fileId)}`;
	const { data } = await get<Buffer>(url, {
		headers: { Authorization: `Bearer ${apiKey}` },
		responseType: 'arraybuffer',
	});
	await settings({ download: 'redirect' });
	expect(sha256Of(data)).toBe(sha256Of(bytes));
});

it('reports that the file may be complete if the responses to the last chunk are lost', async () => {
	await fault('/upload-chunk/*/2', { type: 'resetAfterBody' });
	const { description } = errorOf(
		await upload([await large('lost.bin')], inParts({ giveUpMinutes: 0 })),
	);
	expect(description).toContain('2 of 3 chunks were uploaded (1–2); ');
	expect(description).toContain('the upload may have succeeded. Check before');
	expect(await filesNamed('lost.bin')).toHaveLength(1);
});

it('reports that the file is not complete if the last chunk is rejected', async () => {
	await fault('/upload-chunk/*/2', { type: 'status', status: 413 });
	const { description } = errorOf(await upload([await large('refused.bin')], inParts()));
	expect(description).toContain('2 of 3 chunks were uploaded (1–2); the upload is incomplete');
	expect(await filesNamed('refused.bin')).toEqual([]);
});

it('sends the first chunk alone, and the last one after all others', async () => {
	await fault('/upload-chunk/*/0', { type: 'reset' }, { times: 1 });
	await fault('/upload-chunk/*/1', { type: 'reset' }, { times: 1 });
	await upload([await large()], inParts());
	const sent = (await paths()).filter((path) => path.startsWith('/upload-chunk'));
	expect(sent).toEqual([0, 0, 1, 1, 2].map((n) => chunks[n]));
});

it.each([400, 415, 422])(
	'sends the first chunk in the other format if the server responds with %i',
	async (status) => {
		const host = new TestServer();
		const refused = { status, body: '{"error":"What is that?"}' };
		const responses = { '/api/files/upload-chunk/x/0': refused };
		await host.respondByUrl(responses, { body: '{"fileId":"x"}' }).start();
		const credentials = { baseUrl: host.url } as never;
		const error = errorOf(await upload([await large()], inParts(), { credentials }));
		await host.stop();
		expect(error.message).toBe(`FileShot responded with ${status}: What is that?`);
		const [, raw, form, ...others] = host.requests;
		expect(raw.body).not.toContain('form-data');
		expect(form.body).toContain('name="chunk"; filename="chunk-0"');
		expect(others).toEqual([]);
	},
);

it('uses the format that the first chunk was accepted in for all others', async () => {
	await settings({ dialect: 'both' });
	await fault('/upload-chunk/*/0', { type: 'status', status: 415 }, { times: 1 });
	const [{ json }] = outputOf(await upload([await large()], inParts()));
	expect(json.sha256).toBe(sha256Of(bytes));
	expect((await paths()).slice(0, 3)).toEqual(['/init-upload', chunks[0], chunks[0]]);
});

it.each([
	['documented', 'desktop'],
	['desktop', 'documented'],
])('with the upload style %s, does not try the other method', async (uploadStyle, dialect) => {
	await settings({ dialect });
	const error = errorOf(await upload([await large()], inParts({ uploadStyle })));
	expect(error.httpCode).toBe('404');
	expect(await paths()).toHaveLength(1);
});

it.each([
	['documented', 6, ['/init-upload'], 3],
	['documented', 2, ['/init-upload', '/init-upload'], 9],
	['desktop', 2, ['/init-upload', '/pre-upload'], 9],
	['both', 2, ['/init-upload', '/init-upload'], 9],
])(
	'splits the file as a server with the %s API requires: chunks of %i MiB',
	async (dialect, size, beginnings, count) => {
		await settings({ dialect, chunkSize: size * MIB });
		const [{ json }] = outputOf(await upload([await large()], inParts()));
		expect(json.size).toBe(bytes.length);
		const sent = await paths();
		expect(sent.slice(0, beginnings.length)).toEqual(beginnings);
		expect(sent.filter((path) => path.startsWith('/upload-chunk'))).toHaveLength(count);
	},
);

it.each([{ type: 'reset' }, { type: 'resetAfterBody' }, { type: 'status', status: 503 }])(
	'after %j, retries only that chunk, not the file',
	async (kind) => {
		await fault('/upload-chunk/*/1', kind, { times: 1 });
		expect(outputOf(await upload([await large()], inParts()))).toHaveLength(1);
		const sent = await paths();
		expect(sent.filter((path) => path === chunks[1])).toHaveLength(2);
		expect(sent.filter((path) => path === '/init-upload')).toHaveLength(1);
	},
);

it('reports which chunks were uploaded if one finally fails', async () => {
	await fault('/upload-chunk/*/1', { type: 'status', status: 413 });
	const error = errorOf(await upload([await large()], inParts({ partsAtOnce: 1 })));
	expect(error.message).toBe('FileShot responded with 413: File exceeds tier limit');
	expect(error.description).toContain('1 of 3 chunks were uploaded (1)');
});

it('does not retry the request that starts the upload', async () => {
	await fault('/init-upload', { type: 'resetAfterBody' });
	errorOf(await upload([await large('start.bin')], inParts()));
	expect(await paths()).toEqual(['/init-upload']);
});

it('retries the request that completes the upload', async () => {
	await settings({ dialect: 'desktop' });
	await fault('/finalize-upload', { type: 'resetAfterBody' }, { times: 1 });
	expect(outputOf(await upload([await large()], inParts()))).toHaveLength(1);
});

it('reports that all chunks were uploaded if completing the upload fails', async () => {
	await settings({ dialect: 'both' });
	await fault('/finalize-upload', { type: 'status', status: 400 });
	const error = errorOf(await upload([await large()], inParts()));
	expect(error.description).toMatch(/All chunks of [0-9a-f]+ were uploaded/);
});

it('with the upload style Desktop Client, also sends small and empty files in chunks', async () => {
	await settings({ dialect: 'desktop' });
	const options = { uploadStyle: 'desktop' };
	expect(outputOf(await upload([await small()], { options }))[0].json.size).toBe(5);
	const empty = [await itemWith({ data: { name: 'e.txt', bytes: Buffer.alloc(0) } })];
	expect(outputOf(await upload(empty, { options }))[0].json.size).toBe(0);
});

it.each([
	[{ fileId: 'x' }],
	[{ id: 'x' }],
	[{ file_id: 'x' }],
	[{ data: { fileId: 'x' } }],
	[{ success: true, file: { id: 7 } }],
])('accepts the response %j', async (response) => {
	const host = await new TestServer().respond({ body: JSON.stringify(response) }).start();
	const credentials = { baseUrl: host.url } as never;
	const options = { uploadStyle: 'desktop' };
	const run = await upload([await small()], { options }, { credentials });
	await host.stop();
	expect(outputOf(run)[0].json.fileId).toMatch(/^[x7]$/);
});

it('fails if the response contains no file ID', async () => {
	const host = await new TestServer().respond({ body: '{"success":true}' }).start();
	const credentials = { baseUrl: host.url } as never;
	const error = errorOf(await upload([await large()], inParts(), { credentials }));
	await host.stop();
	expect(error.message).toContain('FileShot responded without a file ID');
});
