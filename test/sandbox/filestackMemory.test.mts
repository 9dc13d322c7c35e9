import { signed } from './filestackSupport.mts';
import { inLittleMemory, LARGE, onLinux, receivedBytes, sendZeros } from './largeFile.mts';
import { eventually, http } from './support.mts';

const PART = 64 * 2 ** 20;

onLinux(
	'stores, downloads, hashes and merges a large file with little memory',
	async () => {
		await inLittleMemory(async ({ services }) => {
			const { origins, credentials } = services.filestack;
			const expiry = Math.floor(Date.now() / 1000) + 3600;
			const proof = signed(JSON.stringify({ expiry }), credentials.appSecret);
			const query = new URLSearchParams({ ...proof, key: credentials.apiKey }).toString();
			const headers = { 'content-type': 'application/octet-stream' };

			const { body } = await sendZeros(`${origins.api}/api/store/S3?${query}`, { headers });
			const { url, size } = JSON.parse(body) as { url: string; size: number };
			expect(size).toBe(LARGE);
			const file = `${origins.api}/api/file/${url.slice(-20)}`;
			expect(await receivedBytes(`${file}?${query}`)).toBe(LARGE);
			const { data: hashed } = await http.get<unknown>(
				`${file}/metadata?${query}&md5=true&size=true`,
			);
			expect(hashed).toMatchObject({ size: LARGE });

			const named = { filename: 'large.bin', mimetype: 'application/octet-stream', size: LARGE };
			const call = async (name: string, fields: object) =>
				await http.post<Record<string, string> & { headers: Record<string, string> }>(
					`${origins.upload}/multipart/${name}`,
					{ apikey: credentials.apiKey, ...proof, ...fields },
				);
			const { uri, region, upload_id } = (await call('start', named)).data;
			const known = { uri, region, upload_id };
			const parts: object[] = [];
			for (let part = 1; (part - 1) * PART < LARGE; part += 1) {
				const length = Math.min(PART, LARGE - (part - 1) * PART);
				const { data } = await call('upload', { ...known, part, size: length });
				const sent = await sendZeros(data.url, {
					method: 'PUT',
					size: length,
					headers: data.headers,
				});
				parts.push({ part_number: part, etag: sent.headers.etag });
			}
			const response = await eventually(async () => {
				const response = await call('complete', { ...known, ...named, parts });
				return response.status !== 202 && response;
			}, 300);
			expect(response.data).toMatchObject({ size: LARGE, status: 'Stored' });
		});
	},
	600_000,
);
