import type { IDataObject } from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import { bytesOf, errorOf, type NodeUnderTest, outputOf } from '../../support/engine';
import { fileShotFile } from '../../support/fileShotFile';
import { TestServer } from '../../support/testServer';
import { byId } from '../../support/locators';

const { content, file, sandbox, settings, upload } = fileShotFile();
const sha256 = sha256Of(content);
let id: string;

beforeAll(async () => void (id = await upload()));

/** A file that was uploaded with FileShot's own programs. */
async function madeElsewhere(wishes: object): Promise<string> {
	const body = {
		fileName: 'secret.pdf',
		content: Buffer.from('FSZK').toString('base64'),
		...wishes,
	};
	const { data } = await sandbox.control.post<{ fileId: string }>('/services/fileShot/files', body);
	return data.fileId;
}

describe('Download', () => {
	const download = async (parameters: IDataObject = {}, more: Partial<NodeUnderTest> = {}) =>
		await file('download', { fileId: byId(id), ...parameters }, more);

	it.each(['redirect', 'stream'])(
		'downloads the file from a server that responds with a %s',
		async (way) => {
			await settings({ download: way });
			const [{ json, binary }] = outputOf(await download());
			expect(json).toMatchObject({
				fileId: id,
				name: 'Grüße „x“.bin',
				mimeType: 'text/plain',
				size: content.length,
				sha256,
				isCiphertext: false,
				binaryPropertyName: 'data',
			});
			expect(json).not.toHaveProperty('notice');
			expect(await bytesOf(binary!.data)).toEqual(content);
		},
	);

	it('sends the API key to FileShot, but not to the file host that it redirects to', async () => {
		await download();
		const seen = (await sandbox.requests()).map(({ origin, authorized }) => [origin, authorized]);
		expect(seen).toEqual([
			['api', true],
			['api', true],
			['cdn', false],
		]);
	});

	it('uses the output field and file name of the user, and omits the hash if it is turned off', async () => {
		const options = { fileName: '../x.bin', sha256: false };
		const [{ json, binary }] = outputOf(await download({ binaryPropertyName: 'it', options }));
		expect(json.name).toBe('x.bin');
		expect(json.sha256).toBeUndefined();
		expect(Object.keys(binary!)).toEqual(['it']);
	});

	it.each(['redirect', 'stream'])(
		'reports that a zero-knowledge file is still encrypted (%s)',
		async (way) => {
			await settings({ download: way });
			const secret = await madeElsewhere({ isZeroKnowledge: true });
			const [{ json, binary }] = outputOf(await download({ fileId: byId(secret) }));
			expect(json).toMatchObject({
				isCiphertext: true,
				isZeroKnowledge: true,
				notice: expect.stringContaining('is still encrypted') as string,
			});
			expect(String(await bytesOf(binary!.data))).toBe('FSZK');
		},
	);

	it('recognizes a zero-knowledge file by the download header, and ignores the size before encryption', async () => {
		const host = new TestServer();
		const details = (more: object) => ({
			body: JSON.stringify({ fileId: 'x', fileName: 'a', ...more }),
		});
		await host
			.respondByUrl({
				'/api/files/header': details({ fileSize: 4 }),
				'/api/files/download/header': { body: 'FSZK', headers: { 'x-is-zero-knowledge': 'true' } },
				'/api/files/details': details({ fileSize: 1, isZeroKnowledge: 'true' }),
				'/api/files/download/details': { body: 'FSZK' },
			})
			.start();
		const credentials = { baseUrl: host.url } as never;
		for (const which of ['header', 'details']) {
			const [{ json }] = outputOf(await download({ fileId: byId(which) }, { credentials }));
			expect(json.isCiphertext).toBe(true);
		}
		await host.stop();
	});

	it.each(['truncate', 'reset'])(
		'retries the download after a %s at the file host',
		async (type) => {
			await sandbox.fault({ service: 'fileShot', origin: 'cdn', times: 1, fault: { type } });
			expect(outputOf(await download())[0].json.sha256).toBe(sha256);
		},
	);

	it('fails if the file does not have the size that FileShot reports', async () => {
		await sandbox.fault({ service: 'fileShot', fault: { type: 'wrongSize' } });
		const error = errorOf(await download());
		expect(error.message).toContain(`is ${content.length} bytes instead of the expected`);
	});

	it('explains a 403 of the file host', async () => {
		await sandbox.fault({
			service: 'fileShot',
			origin: 'cdn',
			fault: { type: 'status', status: 403 },
		});
		const error = errorOf(await download());
		expect(error.message).toMatch(/^FileShot responded with 403/);
		expect(error.description).toContain('password or payment');
	});

	it('cancels a stalled download', async () => {
		const delay = { type: 'delay', milliseconds: 20_000 };
		await sandbox.fault({ service: 'fileShot', path: '/api/files/download', fault: delay });
		const error = errorOf(await download({ options: { stallSeconds: 1 } }));
		expect(error.message).toBe('FileShot: No data was transferred for 1 second');
	});
});
