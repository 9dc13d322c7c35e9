/** Responses of the File API and the upload API that differ from the documentation in one aspect. */
import { createHash } from 'node:crypto';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf, outputOf } from '../../support/engine';
import { filestack, TEXT, useFilestackServer } from '../../support/filestack';
import { DEFAULTS } from '../../support/filestackProcessing';
import { byId } from '../../support/locators';

const recorder = useFilestackServer();
beforeAll(async () => void (await binaryData()));

const STORED_URL = 'https://cdn.example/NEW';
const SHA256 = createHash('sha256').update(TEXT.bytes).digest('hex');
const store = async (options = {}) => await recorder.run('store', { options });

describe('the size of a stored file', () => {
	it.each(['', ' ', null, false, true, -1, {}, [5], 'unknown', ' 5 ', '5', 5])(
		'is not compared if the service reports %j',
		async (size) => {
			recorder.respond({ body: { url: STORED_URL, size } });
			expect(outputOf(await store())[0].json.handle).toBe('NEW');
		},
	);

	it.each([6, '6', ' 6 ', 0])('is an error if the service reports %j', async (size) => {
		recorder.respond({ body: { url: STORED_URL, size } });
		const error = errorOf(await store());
		expect(error.message).toMatch(/changed or damaged/);
		expect(error.description).toContain(`was 5, but the service reports ${Number(size)}.`);
	});
});

const FORMS = [
	...[SHA256, SHA256.toUpperCase(), ` ${SHA256}\n`],
	Buffer.from(SHA256, 'hex').toString('base64'),
	...[`sha256:${SHA256}`, `SHA-256=${SHA256}`, `sha256: ${SHA256.toUpperCase()}`],
];

describe('a hash', () => {
	const respond = (sha256: unknown) =>
		recorder.respond(({ path }) => ({
			body: path.includes('/metadata') ? { sha256 } : { url: STORED_URL },
		}));

	it.each(FORMS)(
		'in the form %j is output in lower-case hex, and equals that of the file',
		async (sha256) => {
			respond(sha256);
			const [hashes] = outputOf(await recorder.run('getHashes', { hashes: ['sha256'] }));
			expect(hashes.json.sha256).toBe(SHA256);
			const [metadata] = outputOf(await recorder.run('getMetadata', { fields: ['sha256'] }));
			expect(metadata.json.sha256).toBe(SHA256);
			expect(outputOf(await store({ verify: true }))[0].json.verified).toBe(true);
		},
	);

	it.each(['n/a', '', 12, null, {}, [SHA256]])(
		'that cannot be compared does not mean that the file is damaged: %j',
		async (sha256) => {
			respond(sha256);
			const { message } = errorOf(await store({ verify: true }));
			expect(message).toBe('Filestack did not return the SHA-256 of the file “NEW”');
		},
	);

	it('of another content is still an error', async () => {
		respond(`SHA256:${'A'.repeat(64)}`);
		const error = errorOf(await store({ verify: true }));
		expect(error.message).toMatch(/changed or damaged/);
		expect(error.description).toContain('a'.repeat(64));
	});
});

describe('a stored file', () => {
	it.each(['HTTPS://CDN.EXAMPLE/NEW', 'Https://cdn.example/NEW?x=1', ` ${STORED_URL} `])(
		'has the handle in the URL %j',
		async (url) => {
			recorder.respond({ body: { url } });
			expect(outputOf(await store())[0].json.handle).toBe('NEW');
		},
	);

	it('may have spaces around its handle', async () => {
		recorder.respond({ body: { handle: ' NEW ' } });
		expect(outputOf(await store())[0].json.handle).toBe('NEW');
	});
});

it.each([
	[
		{ upload_id: 12, region: ' eu ' },
		{ upload_id: '12', region: 'eu' },
	],
	[{ location_url: 'URL' }, {}],
	[{ location_url: 'URL/' }, {}],
])('an upload in parts accepts %j', async (changed, sent) => {
	recorder.respond(({ path }) => {
		const { host } = new URL(recorder.url);
		const started = { uri: '/b/k', region: 'eu', upload_id: 'U1', location_url: host, ...changed };
		const location_url = started.location_url.replace('URL', recorder.url);
		if (path === '/multipart/start') return { body: { ...started, location_url } };
		if (path === '/put') return { headers: { etag: '"e"' }, body: '' };
		return {
			body: path.endsWith('/upload') ? { url: `${recorder.url}/put` } : { url: STORED_URL },
		};
	});
	expect(outputOf(await store({ thresholdMb: 0 }))[0].json.handle).toBe('NEW');
	const call = recorder.requests.find(({ path }) => path === '/multipart/upload');
	expect(JSON.parse(call!.body)).toMatchObject({ uri: '/b/k', ...sent });
});

it.each(['', 'error: '])(
	'a Base64 path, which contains the policy, does not appear in an error (%j)',
	async (start) => {
		const parameters = {
			...DEFAULTS,
			file: 'HANDLE',
			output: 'stored',
			options: { fileName: 'a"b' },
		};
		for (const [status, body] of [
			[400, (path: string) => `${start}no ${path}`],
			[400, (path: string) => ({ error: `${start}no ${path}` })],
			[200, (path: string) => ({ error: `${start}no ${path}` })],
		] as const) {
			recorder.respond(({ path }) => ({ status, body: body(path) }));
			const run = await filestack(recorder.credentials(), 'image', 'resize', parameters);
			const { message, description } = errorOf(run);
			const encoded = /b64\/(\w{20})/.exec(recorder.requests.at(-1)!.path)![1];
			expect(message).toContain('no /b64/');
			expect(`${message} ${description}`).not.toContain(encoded);
		}
	},
);

describe('a URL with a password as the source', () => {
	const sourceUrl = 'https://user:Pa55word-9@files.example/a.png?v=1#part';
	const run = async (resource: string, operation: string, more = {}) =>
		await filestack(
			recorder.credentials(),
			resource,
			operation,
			{ ...DEFAULTS, source: 'url', sourceUrl, ...more },
			{ input: [await itemWith({ data: TEXT })] },
		);

	it('is requested without its fragment, and output without the password', async () => {
		recorder.respond({ body: { width: 3, height: 4, numpages: 1, caption: 'a' } });
		const source = 'https://files.example/a.png?v=1';
		for (const [resource, operation] of [
			...[
				['image', 'getSize'],
				['document', 'getInfo'],
				['file', 'analyze'],
			],
		]) {
			const [{ json }] = outputOf(await run(resource, operation, { analyses: ['caption'] }));
			expect(json.source).toBe(source);
			const requested = decodeURIComponent(recorder.requests.at(-1)!.path);
			expect(requested).toMatch(/\/https:\/\/user:Pa55word-9@files\.example\/a\.png\?v=1$/);
		}
	});

	it.each([400, 200])('does not appear in an error (%d), encoded or decoded', async (status) => {
		const url = 'https://user:Pa55w%40rd!@files.example/a.png';
		const body = `conv20 provider error: Error fetching ${url} (${decodeURIComponent(url)}): 401`;
		recorder.respond({ status, body });
		for (const [resource, operation, more] of [
			['image', 'resize', { output: 'file' }],
			['image', 'resize', { output: 'stored' }],
			['file', 'store', { url }],
			['file', 'overwrite', { url, file: byId('H') }],
			['website', 'takeScreenshot', { pageUrl: url }],
		] as const) {
			const error = errorOf(await run(resource, operation, { sourceUrl: url, ...more }));
			expect(error.message).toContain('Error fetching');
			expect(`${error.message} ${error.description} ${error.stack}`).not.toMatch(/Pa55w/);
		}
	});
});
