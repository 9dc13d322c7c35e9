import { createHash } from 'node:crypto';
import { inLittleMemory, LARGE, onLinux, receivedBytes, sendLarge } from './largeFile.mts';
import { http } from './support.mts';
import { NEW_PACKAGE } from './speedyFilesSupport.mts';

/** Returns the hash of this number of zero bytes. */
function hashOfZeros(size: number): string {
	const hash = createHash('sha256');
	const chunk = Buffer.alloc(2 ** 20);
	for (let hashed = 0; hashed < size; hashed += chunk.length) hash.update(chunk);
	return hash.digest('hex');
}

onLinux(
	'uploads and downloads a large file, also as a ZIP, with little memory',
	async () => {
		await inLittleMemory(async ({ services }) => {
			const { baseUrl, apiToken } = services.speedyFiles.credentials;
			const headers = { authorization: `Bearer ${apiToken}` };
			const packages = `${baseUrl}/api/v1/packages`;
			const { data: made } = await http.post<{ id: string }>(packages, NEW_PACKAGE, { headers });
			const sent = await sendLarge(`${packages}/${made.id}/files`, 'file', headers);
			expect(sent.status).toBe(201);
			const file = JSON.parse(sent.body) as { id: string };
			expect(file).toMatchObject({ size_bytes: LARGE, sha256: hashOfZeros(LARGE) });
			const { data } = await http.post<{ magic_link: string }>(
				`${packages}/${made.id}/finalize`,
				undefined,
				{ headers },
			);
			expect(await receivedBytes(`${data.magic_link}/file/${file.id}`)).toBe(LARGE);
			const zipped = await receivedBytes(`${data.magic_link}/zip`);
			expect(zipped).toBeGreaterThan(LARGE);
			expect(zipped).toBeLessThan(LARGE + 1000);
		});
	},
	600_000,
);
