import type { IDataObject } from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import { bytesOf, errorOf, type NodeUnderTest, outputOf } from '../../support/engine';
import { fileShotFile } from '../../support/fileShotFile';
import { Host } from '../../support/host';
import { byId } from '../../support/locators';

const { content, file, sandbox, settings, upload } = fileShotFile();
const sha256 = sha256Of(content);
let id: string;

beforeAll(async () => void (id = await upload()));

/** What a sender makes with FileShot's own programs. */
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
		'fetches the file from a server that answers with a %s',
		async (way) => {
			await settings({ download: way });
			const [{ json, binary }] = outputOf(await download());
			expect(json).toMatchObject({
				fileId: id,
				fileName: 'Grüße „x“.bin',
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

	it('the key goes to FileShot, and not on to the host of the file', async () => {
		await download();
		const seen = (await sandbox.requests()).map(({ origin, authorized }) => [origin, authorized]);
		expect(seen).toEqual([
			['api', true],
			['api', true],
			['cdn', false],
		]);
	});

	it('takes the field, the name and no hash as the user wishes', async () => {
		const options = { fileName: '../x.bin', sha256: false };
		const [{ json, binary }] = outputOf(await download({ binaryPropertyName: 'it', options }));
		expect(json.fileName).toBe('x.bin');
		expect(json.sha256).toBeUndefined();
		expect(Object.keys(binary!)).toEqual(['it']);
	});

	it.each(['redirect', 'stream'])(
		'says of a zero-knowledge file that it is ciphertext (%s)',
		async (way) => {
			await settings({ download: way });
			const secret = await madeElsewhere({ isZeroKnowledge: true });
			const [{ json, binary }] = outputOf(await download({ fileId: byId(secret) }));
			expect(json).toMatchObject({
				isCiphertext: true,
				isZeroKnowledge: true,
				notice: expect.stringContaining('ciphertext') as string,
			});
			expect(String(await bytesOf(binary!.data))).toBe('FSZK');
		},
	);

	it('believes the header of the download as well, and no size from before the encryption', async () => {
		const host = new Host();
		const details = (more: object) => ({
			body: JSON.stringify({ fileId: 'x', fileName: 'a', ...more }),
		});
		await host.start({
			'/api/files/header': details({ fileSize: 4 }),
			'/api/files/download/header': { body: 'FSZK', headers: { 'x-is-zero-knowledge': 'true' } },
			'/api/files/details': details({ fileSize: 1, isZeroKnowledge: 'true' }),
			'/api/files/download/details': { body: 'FSZK' },
		});
		const credentials = { baseUrl: host.url } as never;
		for (const which of ['header', 'details']) {
			const [{ json }] = outputOf(await download({ fileId: byId(which) }, { credentials }));
			expect(json.isCiphertext).toBe(true);
		}
		await host.stop();
	});

	it.each(['truncate', 'reset'])(
		'begins again after a %s at the host of the file',
		async (type) => {
			await sandbox.fault({ service: 'fileShot', origin: 'cdn', times: 1, fault: { type } });
			expect(outputOf(await download())[0].json.sha256).toBe(sha256);
		},
	);

	it('never hands on a file of another length than FileShot says', async () => {
		await sandbox.fault({ service: 'fileShot', fault: { type: 'wrongSize' } });
		const error = errorOf(await download());
		expect(error.message).toContain(`is ${content.length} bytes instead of the expected`);
	});

	it('says what a refusal of the host of the file may mean', async () => {
		await sandbox.fault({
			service: 'fileShot',
			origin: 'cdn',
			fault: { type: 'status', status: 403 },
		});
		const error = errorOf(await download());
		expect(error.message).toMatch(/^FileShot answered 403/);
		expect(error.description).toContain('password or a price');
	});

	it('gives up a download that stands still', async () => {
		const delay = { type: 'delay', milliseconds: 20_000 };
		await sandbox.fault({ service: 'fileShot', path: '/api/files/download', fault: delay });
		const error = errorOf(await download({ options: { stallSeconds: 1 } }));
		expect(error.message).toBe('FileShot: No data was transferred for 1 seconds');
	});
});
