import { createHash, randomBytes } from 'node:crypto';

import { bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { createSession, fileCourierNode, uploadAsRecipient } from '../../support/fileCourier';
import { useSandbox } from '../../support/useSandbox';
import { TestServer } from '../../support/testServer';

const bytes = randomBytes(3 * 1024 * 1024 + 17);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const sandbox = useSandbox();
const receiver = new TestServer();
let url: string;

beforeAll(async () => {
	await receiver.start();
	url = (await deliver('Gehaltsabrechnung „März“.bin', bytes)).url;
});
afterAll(async () => {
	await receiver.stop();
});

/** Uploads a file as the recipient and returns the file object of FileCourier's delivery. */
async function deliver(name: string, content: Buffer): Promise<{ url: string }> {
	const run = await createSession(sandbox, { callbackUrl: receiver.url });
	const { link: uploadUrl } = outputOf(run)[0].json as { link: string };
	await uploadAsRecipient(uploadUrl, [{ name, type: 'application/x-thing', bytes: content }]);
	const body = JSON.parse((await receiver.nextRequest()).body) as {
		data: { files: Array<{ url: string }> };
	};
	return body.data.files[0];
}

const download = (parameters: object) =>
	runNode(
		fileCourierNode(sandbox, {
			resource: 'file',
			operation: 'download',
			binaryPropertyName: 'data',
			...parameters,
		}),
	);

it('downloads a delivered file to n8n’s storage and outputs its name, type, size and SHA-256', async () => {
	const [{ json, binary }] = outputOf(await download({ url }));
	expect(json).toMatchObject({
		name: 'Gehaltsabrechnung „März“.bin',
		mimeType: 'application/x-thing',
		size: bytes.length,
		sha256,
		binaryPropertyName: 'data',
	});
	expect(binary!.data.id).toMatch(/^filesystem/);
	expect(await bytesOf(binary!.data)).toEqual(bytes);
});

it('sends no credentials to the file host', async () => {
	await download({ url });
	const requests = (await sandbox.requests()).filter(({ origin }) => origin === 'files');
	expect(requests).toHaveLength(1);
	expect(requests[0]).toMatchObject({ status: 200, authorized: false });
});

it('uses the selected field and file name, and outputs no SHA-256 if it is turned off', async () => {
	const options = { fileName: '../x.bin', sha256: false };
	const [{ json, binary }] = outputOf(
		await download({ url, binaryPropertyName: 'passport', options }),
	);
	expect(json.name).toBe('x.bin');
	expect(json.sha256).toBeUndefined();
	expect(Object.keys(binary!)).toEqual(['passport']);
});

it('downloads an empty file', async () => {
	const empty = await deliver('empty.txt', Buffer.alloc(0));
	const [{ json, binary }] = outputOf(await download({ url: empty.url }));
	expect(json).toMatchObject({ size: 0, sha256: createHash('sha256').digest('hex') });
	expect(await bytesOf(binary!.data)).toHaveLength(0);
});

it.each(['truncate', 'reset'])('retries the download after a %s', async (type) => {
	await sandbox.fault({ service: 'fileCourier', origin: 'files', times: 2, fault: { type } });
	const [{ json }] = outputOf(await download({ url }));
	expect(json.sha256).toBe(sha256);
});

it('outputs no file if every response is truncated', async () => {
	await sandbox.fault({ service: 'fileCourier', origin: 'files', fault: { type: 'truncate' } });
	const error = errorOf(await download({ url, options: { giveUpMinutes: 0 } }));
	expect(error.message).toMatch(/^The file host could not be reached/);
});

it('says what to do if the URL was changed or has expired', async () => {
	const changed = errorOf(await download({ url: `${url}x` }));
	expect(changed.message).toMatch(/^The file host responded with 403/);
	await sandbox.control.post('/clock', { advance: 24 * 3600 + 1 });
	const expired = errorOf(await download({ url }));
	expect(expired.description).toContain('24 hours');
	url = (await deliver('again.bin', bytes)).url;
});

it('names the address that cannot be reached, also if a space was pasted before the URL', async () => {
	const error = errorOf(await download({ url: '\u00a0http://127.0.0.1:9/a.pdf' }));
	expect(error.message).toBe('The file host could not be reached at http://127.0.0.1:9');
});

it('cancels a stalled download', async () => {
	await sandbox.fault({
		service: 'fileCourier',
		origin: 'files',
		fault: { type: 'delay', milliseconds: 20_000 },
	});
	const started = Date.now();
	const error = errorOf(await download({ url, options: { stallSeconds: 1 } }));
	expect(error.message).toBe('The file host: No data was transferred for 1 second');
	expect(Date.now() - started).toBeLessThan(19_000);
});

it.each(['', 'report.pdf', 'file:///etc/passwd', 'javascript:alert(1)'])(
	'rejects %j as a URL',
	async (wrong) => {
		const error = errorOf(await download({ url: `={{ ${JSON.stringify(wrong)} }}` }));
		expect(error.message).toBe(
			wrong ? 'The file URL is not a valid URL' : 'The field “File URL” is empty',
		);
	},
);
