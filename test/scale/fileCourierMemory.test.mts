import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inLittleMemory, LARGE, onLinux, receivedBytes, sendLarge } from '../sandbox/largeFile.mts';
import { http, REQUEST } from '../sandbox/support.mts';

onLinux(
	'uploads and downloads a large file with little memory',
	async () => {
		await inLittleMemory(async ({ portal, services }, folder) => {
			const { origins, credentials } = services.fileCourier;
			const auth = { username: credentials.clientId, password: credentials.clientSecret };
			const created = await http.post<{ data: { upload_url: string } }>(
				`${origins.api}/api/ext/sessions`,
				REQUEST,
				{ auth },
			);
			expect((await sendLarge(created.data.data.upload_url, 'files')).status).toBe(303);
			const files = join(folder, 'services/fileCourier/files');
			const [name] = await readdir(files);
			expect((await stat(join(files, name))).size).toBe(LARGE);
			const { data } = await http.get<{ body: string }[]>(`${portal}/api/deliveries`);
			const { url } = (JSON.parse(data[0].body) as { data: { files: { url: string }[] } }).data
				.files[0];
			expect(await receivedBytes(url)).toBe(LARGE);
		});
	},
	180_000,
);
