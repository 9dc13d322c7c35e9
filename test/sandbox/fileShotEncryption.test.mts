/** The share page of an encrypted file, with the script that its browser runs: WebCrypto, no code of the nodes. */
import { readFile } from 'node:fs/promises';
import { Shot } from './fileShotSupport.mts';
import { http } from './support.mts';

interface Vector {
	name: string;
	rawKey: string | null;
	passphrase: string | null;
	plainHex: string;
	containerHex?: string;
}

interface PageScript {
	decryptContainer(
		bytes: ArrayBuffer,
		secrets: { fragment: string; passphrase: string },
	): Promise<{ name: string; type: string; parts: ArrayBuffer[] }>;
}

const URL_OF_VECTORS = new URL('../support/fszkVectors.json', import.meta.url);
const vectors = (JSON.parse(await readFile(URL_OF_VECTORS, 'utf8')) as Vector[]).filter(
	(vector) => vector.containerHex !== undefined,
);

let shot: Shot;
let page: PageScript;
beforeAll(async () => {
	shot = await Shot.start();
	page = (await import(
		new URL('../../sandbox/public/fszk.js', import.meta.url).href
	)) as PageScript;
});
afterAll(async () => await shot.stop());

const stored = async ({ containerHex = '' }: Vector, more: object = {}) => {
	const content = Buffer.from(containerHex, 'hex').toString('base64');
	const file = { fileName: 'x.bin', content, isZeroKnowledge: true, ...more };
	const path = '/api/services/fileShot/files';
	return (await shot.bench.control<{ downloadUrl: string; fileId: string }>('post', path, file))
		.data;
};
const contentOf = async (link: string): Promise<ArrayBuffer> => {
	const { data } = await http.get<Buffer>(`${link}/content`, { responseType: 'arraybuffer' });
	return Uint8Array.from(data).buffer;
};
const secretsOf = ({ rawKey, passphrase }: Vector) => ({
	fragment: rawKey === null ? '' : `#k=${rawKey}`,
	passphrase: passphrase ?? '',
});

test.each(vectors.map((vector) => [vector.name, vector] as const))(
	'decrypts %s',
	async (_, vector) => {
		const { downloadUrl } = await stored(vector);
		const { data } = await http.get<string>(downloadUrl);
		expect(data).toContain('/assets/encryptedFile.js');
		const opened = await page.decryptContainer(await contentOf(downloadUrl), secretsOf(vector));
		const bytes = Buffer.concat(opened.parts.map((part) => Buffer.from(part)));
		expect(bytes.toString('hex')).toBe(vector.plainHex);
		expect(opened.name).toBe('Übung “1”.txt');
	},
);

test('rejects a wrong key, a wrong passphrase and an incomplete link', async () => {
	for (const vector of vectors.filter(({ plainHex }) => plainHex !== '')) {
		const bytes = await contentOf((await stored(vector)).downloadUrl);
		const decrypt = async (fragment: string) =>
			await page.decryptContainer(bytes, { fragment, passphrase: 'wrong' });
		await expect(decrypt(`#k=${'A'.repeat(43)}`)).rejects.toThrow('does not fit');
		if (vector.rawKey !== null) await expect(decrypt('')).rejects.toThrow('incomplete');
	}
});

test('asks for no password if the file has only a passphrase', async () => {
	await shot.withSettings({ dialect: 'desktop' }, async () => {
		const { data } = await shot.post('/files/pre-upload', {
			...{ fileName: 'a.encrypted', fileSize: 3, originalFileName: 'a', originalFileSize: 3 },
			...{ isZeroKnowledge: 'true', isPasswordProtected: 'true' },
		});
		await shot.part(data.fileId, 0, 'abc', { totalChunks: '1' });
		const { downloadUrl } = (await shot.post(`/files/finalize-upload/${data.fileId}`, {})).data;
		const { data: html } = await http.get<string>(downloadUrl);
		expect(html).toContain('/assets/encryptedFile.js');
		expect((await shot.get(`/files/info/${data.fileId}`)).data).toMatchObject({
			originalFileName: 'a',
			originalFileSize: 3,
			isZeroKnowledge: true,
		});
	});
});

test.each(['cutInChunk', 'trailing', 'swapped', 'newVersion'])(
	'does not decrypt a file that the server has changed: %s',
	async (encryptedDownloads) => {
		const [vector] = vectors;
		const { downloadUrl } = await stored(vector);
		await shot.withSettings({ encryptedDownloads }, async () => {
			const bytes = await contentOf(downloadUrl);
			await expect(page.decryptContainer(bytes, secretsOf(vector))).rejects.toThrow();
		});
	},
);

test('a file that was cut at the end of a chunk with its size lowered looks complete to the page', async () => {
	const [vector] = vectors;
	const { downloadUrl } = await stored(vector);
	await shot.withSettings({ encryptedDownloads: 'cutAndLowered' }, async () => {
		const { parts } = await page.decryptContainer(await contentOf(downloadUrl), secretsOf(vector));
		expect(parts.length).toBe(3);
	});
});

test('the zero-knowledge flag can be absent or wrong', async () => {
	const { fileId } = await stored(vectors[0]);
	for (const [zeroKnowledgeFlag, expected] of [
		['correct', true],
		['absent', undefined],
		['inverted', false],
	]) {
		await shot.withSettings({ zeroKnowledgeFlag }, async () => {
			const { data } = await shot.get(`/files/${fileId}`);
			expect((data as unknown as Record<string, unknown>).isZeroKnowledge).toBe(expected);
			const { headers } = await shot.get(`/files/download/${fileId}`);
			expect(headers['x-is-zero-knowledge']).toBe(expected ? 'true' : undefined);
		});
	}
});

test('only encrypted files have content for the page', async () => {
	const { downloadUrl } = await shot.upload('a.txt', 'abc');
	expect((await http.get(`${downloadUrl}/content`)).status).toBe(404);
});
