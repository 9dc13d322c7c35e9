import { inLittleMemory, LARGE, onLinux, receivedBytes, sendLarge } from '../sandbox/largeFile.mts';
import { http } from '../sandbox/support.mts';

const CHUNK = 64 * 2 ** 20;

onLinux(
	'uploads a large file (in one request and in chunks) and downloads it with little memory',
	async () => {
		await inLittleMemory(async ({ portal, services }) => {
			const { baseUrl, apiKey } = services.fileShot.credentials;
			const api = `${baseUrl}/api/files`;
			const headers = { authorization: `Bearer ${apiKey}` };
			const limits = { maxUploadBytes: LARGE };
			await http.patch(`${portal}/api/services/fileShot/settings`, limits);

			const sent = await sendLarge(`${api}/upload`, 'file', headers);
			expect(JSON.parse(sent.body)).toMatchObject({ success: true, fileSize: LARGE });

			const started = { fileName: 'large.bin', fileSize: LARGE };
			const { data } = await http.post<{ fileId: string }>(`${api}/init-upload`, started, {
				headers,
			});
			const type = { ...headers, 'content-type': 'application/octet-stream' };
			for (let index = 0; index < LARGE / CHUNK; index += 1) {
				const url = `${api}/upload-chunk/${data.fileId}/${index}`;
				const kept = await http.post(url, Buffer.alloc(CHUNK), { headers: type });
				expect(kept.status).toBe(200);
			}
			const { headers: responseHeaders } = await http.get(`${api}/download/${data.fileId}`);
			expect(await receivedBytes(String(responseHeaders.location))).toBe(LARGE);
		});
	},
	600_000,
);
