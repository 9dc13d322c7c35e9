import { form, text } from '../sandbox/formSupport.mts';
import { inLittleMemory, LARGE, onLinux, receivedBytes, sendLarge } from '../sandbox/largeFile.mts';
import { http } from '../sandbox/support.mts';

const MIB = 2 ** 20;

onLinux(
	'uploads a large file (in one request and in chunks) and downloads it with little memory',
	async () => {
		await inLittleMemory(async ({ portal, services }) => {
			const { baseUrl, apiKey } = services.filesApp.credentials;
			const headers = { authorization: `Bearer ${apiKey}` };
			const limits = { plan: 'team', maxUploadBytes: LARGE, chunkSize: 16 * MIB };
			await http.patch(`${portal}/api/services/filesApp/settings`, limits);

			const sent = await sendLarge(`${baseUrl}/upload`, 'file', headers);
			expect(JSON.parse(sent.body)).toMatchObject({ size: LARGE });

			const total = { total_size: LARGE, total_chunks: LARGE / (16 * MIB) };
			const started = { filename: 'large.bin', ...total };
			const { data } = await http.post<{ upload_id: string }>(`${baseUrl}/chunks/init`, started, {
				headers,
			});
			const chunk = text('\0'.repeat(16 * MIB));
			for (let index = 0; index < total.total_chunks; index += 1) {
				const fields = { upload_id: data.upload_id, chunk_index: String(index), data: chunk };
				const kept = await http.post(`${baseUrl}/chunks`, form(fields, 'c'), { headers });
				expect(kept.status).toBe(200);
			}
			const end = { upload_id: data.upload_id };
			const made = await http.post<{ id: string; size: number }>(
				`${baseUrl}/chunks/complete`,
				end,
				{ headers },
			);
			expect(made.data.size).toBe(LARGE);
			const url = `${baseUrl}/files/${made.data.id}?download=true`;
			expect(await receivedBytes(url, headers)).toBe(LARGE);
		});
	},
	600_000,
);
