import { createHash, randomBytes } from 'node:crypto';

import { itemWith } from '../../support/binary';
import { bytesOf, errorOf, outputOf } from '../../support/engine';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';

const bytes = randomBytes(1024 * 1024 + 17);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const FILES = {
	data: { name: 'Bericht „März“.pdf', type: 'application/pdf', bytes },
	note: { name: 'note.txt', bytes: Buffer.from('hello') },
};

interface Sent {
	packageId: string;
	link: string;
	files: Array<{ fileId: string; sha256: string }>;
}

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);
let sent: Sent;

const send = async (name = FILES.data.name) =>
	(await user.json('package.send', PACKAGE, {
		input: [await itemWith({ ...FILES, data: { ...FILES.data, name } })],
	})) as unknown as Sent;

beforeAll(async () => {
	sent = await send();
});

const one = (parameters: object = {}) =>
	user.run('file.download', {
		magicLink: sent.link,
		scope: 'one',
		fileId: byId(sent.files[0].fileId),
		...parameters,
	});
const all = (parameters: object = {}) =>
	user.run('file.download', { magicLink: sent.link, scope: 'all', ...parameters });

it('downloads one file by the magic link, without sending the credential', async () => {
	const [{ json, binary }] = outputOf(await one());
	expect(json).toMatchObject({
		name: 'Bericht „März“.pdf',
		mimeType: 'application/pdf',
		size: bytes.length,
		sha256,
		url: `${sent.link}/file/${sent.files[0].fileId}`,
	});
	expect(await bytesOf(binary!.data)).toEqual(bytes);
	expect((await sandbox.requests()).map(({ authorized }) => authorized)).toEqual([false]);
});

it('downloads all files as a ZIP', async () => {
	const [{ json, binary }] = outputOf(await all({ binaryPropertyName: 'archive' }));
	expect(json).toMatchObject({
		name: expect.stringMatching(/\.zip$/) as string,
		mimeType: 'application/zip',
		binaryPropertyName: 'archive',
	});
	const zip = await bytesOf(binary!.archive);
	expect(zip.subarray(0, 4)).toEqual(Buffer.from('PK\x03\x04'));
	expect(zip.includes('Bericht „März“.pdf')).toBe(true);
	expect(zip.includes('note.txt')).toBe(true);
});

it.each([
	[
		'the link of a single file',
		() => ({ magicLink: `${sent.link}/file/${sent.files[0].fileId}`, fileId: byId('') }),
	],
	['a slash at the end', () => ({ magicLink: ` ${sent.link}/ ` })],
	[
		'the file as a URL',
		() => ({
			fileId: { __rl: true, mode: 'url', value: `${sent.link}/file/${sent.files[0].fileId}` },
		}),
	],
])('accepts %s', async (_, parameters) => {
	expect(outputOf(await one(parameters()))[0].json.sha256).toBe(sha256);
});

it('overrides the file name, and compares the file with the expected SHA-256', async () => {
	const options = { fileName: '../x.pdf', expectedSha256: sha256.toUpperCase(), sha256: false };
	expect(outputOf(await one({ options }))[0].json).toMatchObject({ name: 'x.pdf', sha256 });

	const wrong = { expectedSha256: sent.files[1].sha256 };
	const error = errorOf(await one({ options: wrong }));
	expect(error.message).toBe('“Bericht „März“.pdf” does not match the expected SHA-256');
	expect(error.description).toContain(sha256);
	expect(error.description).toContain(sent.files[1].sha256);
});

it.each(['truncate', 'reset'])('retries the download after a %s', async (type) => {
	await user.fault({ type }, { times: 2 });
	expect(outputOf(await one())[0].json.sha256).toBe(sha256);
});

it.each(['truncate', 'reset'])('fails if a ZIP ends with a %s', async (type) => {
	await user.fault({ type });
	expect(errorOf(await all()).message).toContain('The magic link could not be reached');
});

describe('with files stored in S3', () => {
	beforeAll(async () => {
		await sandbox.reset();
		await user.set({ storage: 's3' });
		sent = await send('Bericht "März".pdf');
	});
	afterAll(async () => {
		await user.set({ storage: 'local' });
		sent = await send();
	});

	it('follows the redirect to the storage without sending the credential', async () => {
		const [{ json, binary }] = outputOf(await one());
		expect(json).toMatchObject({ sha256, name: 'Bericht "März".pdf' });
		expect(await bytesOf(binary!.data)).toEqual(bytes);
		const requests = await sandbox.requests();
		expect(requests.map(({ origin }) => origin)).toEqual(['instance', 'storage']);
		expect(requests.filter(({ authorized }) => authorized)).toEqual([]);
	});

	it('reports what to do about a file whose name S3 does not accept', async () => {
		const { link: magicLink, files } = await send('Bericht „März“.pdf');
		const error = errorOf(await one({ magicLink, fileId: byId(files[0].fileId) }));
		expect(error.message).toMatch(/^The magic link responded with 400/);
		expect(error.description).toContain('rename the file');
	});

	it('reports what to do instead of downloading a ZIP', async () => {
		const error = errorOf(await all());
		expect(error.message).toMatch(/^The magic link responded with 400: bulk zip download is only/);
		expect(error.description).toContain('Set Files to Download to Single File');
	});
});

it('reports what to do about an unknown file and an invalid link', async () => {
	const unknown = errorOf(await one({ fileId: byId('unknown') }));
	expect(unknown.message).toMatch(/^The magic link responded with 404/);
	expect(unknown.description).toContain('Check the file ID');

	const dead = await send();
	await user.json('package.revoke', { packageId: byId(dead.packageId) });
	const error = errorOf(await all({ magicLink: dead.link }));
	expect(error.message).toMatch(/^The magic link responded with 410/);
	expect(error.description).toContain('expired, was revoked');
});

it.each([
	['={{ null }}', 'The field “Magic Link” is empty'],
	['report.pdf', 'The field “Magic Link” is not a valid magic link'],
	['file:///p/abc', 'The field “Magic Link” is not a valid magic link'],
	[
		'https://files.example.com/dash/packages/abc',
		'The field “Magic Link” is not a valid magic link',
	],
	['https://files.example.com/p/../admin', 'The field “Magic Link” is not a valid magic link'],
	[
		'https://files.example.com/p/abc%2F..%2Fadmin',
		'The field “Magic Link” is not a valid magic link',
	],
])('rejects the magic link %j without sending a request', async (magicLink, message) => {
	expect(errorOf(await one({ magicLink })).message).toBe(message);
	expect(await user.calls()).toEqual([]);
});

it('reports that File is empty', async () => {
	expect(errorOf(await one({ fileId: byId('') })).message).toBe('The File is empty');
});
