import { randomBytes } from 'node:crypto';

import { BinaryDataConfig } from 'n8n-core';
import { Container } from '@n8n/di';

import { sha256Of } from '../../support/binary';
import { binaryData, bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { createSession, fileCourierNode, uploadAsRecipient } from '../../support/fileCourier';
import { Sandbox } from '../../support/sandbox';
import { SIZES } from '../../support/sizes';
import { TestServer, useTestServer } from '../../support/testServer';

/** A file host. The URL contains whether the length is announced, the size, and the number of bytes missing at the end. */
const host = useTestServer().handle(({ url = '' }, response) => {
	const [, way, size, missing = 0] = url.split('/');
	const bytes = Buffer.alloc(Number(size), 'x');
	if (way === 'announced') response.setHeader('content-length', bytes.length);
	// Without a Content-Length, Node sends the body chunked.
	response.write(bytes.subarray(0, bytes.length - Number(missing)), () =>
		missing ? response.destroy() : response.end(),
	);
	if (bytes.length === 0) response.end();
});
let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await new Sandbox().start()));
afterAll(async () => await sandbox.stop());

const download = async (url: string) =>
	await runNode(
		fileCourierNode(sandbox, {
			...{ resource: 'file', operation: 'download' },
			...{ url, binaryPropertyName: 'data' },
		}),
	);

describe.each(['filesystem', 'default'] as const)('in n8n’s binary data mode “%s”', (mode) => {
	beforeAll(async () => {
		Container.get(BinaryDataConfig).mode = mode;
		await binaryData();
	});

	it.each(SIZES)('downloads a delivered file of %i bytes', async (size) => {
		const bytes = randomBytes(size);
		const [{ json, binary }] = outputOf(await download(await delivered(bytes)));
		expect(json).toMatchObject({ size, sha256: sha256Of(bytes) });
		expect(binary!.data.id === undefined).toBe(mode === 'default');
		expect(sha256Of(await bytesOf(binary!.data))).toBe(sha256Of(bytes));
	});

	describe.each(['announced', 'chunked'])('from a host whose response length is %s', (way) => {
		it.each(SIZES)('downloads %i bytes', async (size) => {
			const [{ json, binary }] = outputOf(await download(`${host.url}/${way}/${size}`));
			const sha256 = sha256Of(Buffer.alloc(size, 'x'));
			expect(json).toMatchObject({ size, sha256 });
			expect(sha256Of(await bytesOf(binary!.data))).toBe(sha256);
		});

		it('outputs no file if the last byte is missing', async () => {
			const error = errorOf(await download(`${host.url}/${way}/65537/1`));
			expect(error.message).toContain('could not be reached');
			expect(error.description).toMatch(/response was cut off|before the full response arrived/);
		});
	});
});

/** Uploads a file as the recipient and returns its delivered URL. */
async function delivered(bytes: Buffer): Promise<string> {
	const receiver = await new TestServer().start();
	const session = await createSession(sandbox, { callbackUrl: receiver.url });
	const { link } = outputOf(session)[0].json as { link: string };
	await uploadAsRecipient(link, [{ name: 'a.bin', type: 'application/x-thing', bytes }]);
	const { data } = JSON.parse((await receiver.nextRequest()).body) as {
		data: { files: Array<{ url: string }> };
	};
	await receiver.stop();
	return data.files[0].url;
}
