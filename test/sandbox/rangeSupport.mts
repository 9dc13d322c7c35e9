import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { App } from './filesAppSupport.mts';
import { Shot } from './fileShotSupport.mts';
import { Stack } from './filestackSupport.mts';
import { Instance } from './speedyFilesSupport.mts';
import { Bench, eventually, http, Receiver, upload } from './support.mts';

export const BYTES = '0123456789';

/** A download of ten bytes. */
export interface Download {
	url: string;
	headers?: Record<string, string>;
}

/** A service's download, in its own sandbox. */
export interface Server {
	bench: Bench;
	service: string;
	/** Stores the ten bytes and returns how to download them. */
	store(): Promise<Download>;
	/** The body of a 416. */
	refusal: unknown;
}

/** All downloads that support ranges and conditional requests. */
export const SERVERS: [download: string, start: () => Promise<Server>][] = [
	[
		'Files App: a file',
		async () => {
			const app = await App.start();
			const { apiKey } = app.bench.sandbox.info.services.filesApp.credentials;
			const headers = { authorization: `Bearer ${apiKey}` };
			return {
				...{ bench: app.bench, service: 'filesApp' },
				store: async () => ({
					url: `${app.api}/files/${await app.upload('a.txt', BYTES)}?download=true`,
					headers,
				}),
				refusal: { error: { code: 'range_not_satisfiable', message: 'Range Not Satisfiable' } },
			};
		},
	],
	[
		'Files App: a share link',
		async () => {
			const app = await App.start();
			return {
				...{ bench: app.bench, service: 'filesApp' },
				store: async () => {
					const file_id = await app.upload('a.txt', BYTES);
					const { url } = (await app.post('/share', { file_id })).data;
					const page = (await http.get<string>(url)).data;
					const href = /href="([^"]*\/file\?[^"]*)"/.exec(page)?.[1].replaceAll('&amp;', '&');
					return { url: new URL(href ?? '', url).href };
				},
				refusal: expect.anything(),
			};
		},
	],
	[
		'FileShot: the CDN',
		async () => {
			const shot = await Shot.start();
			return {
				...{ bench: shot.bench, service: 'fileShot' },
				store: async () => {
					const { fileId } = await shot.upload('a.txt', BYTES);
					const { headers } = await shot.get(`/files/download/${fileId}`);
					return { url: String(headers.location) };
				},
				refusal: { error: 'Range Not Satisfiable' },
			};
		},
	],
	[
		'FileShot: a direct stream',
		async () => {
			const shot = await Shot.start({ download: 'stream' });
			return {
				...{ bench: shot.bench, service: 'fileShot' },
				store: async () => ({
					url: `${shot.api}/files/download/${(await shot.upload('a.txt', BYTES)).fileId}`,
				}),
				refusal: { error: 'Range Not Satisfiable' },
			};
		},
	],
	[
		'Filestack: the File API',
		async () => {
			const stack = await Stack.start();
			return {
				...{ bench: stack.bench, service: 'filestack' },
				store: async () => {
					const handle = await stack.handle(BYTES);
					const proof = new URLSearchParams({ ...stack.sign({ call: ['read'], handle }) });
					return { url: `${stack.file(handle)}?${proof.toString()}` };
				},
				refusal: { result: 'error', error: { code: 416, msg: 'Range Not Satisfiable' } },
			};
		},
	],
	[
		'Filestack: the CDN',
		async () => {
			const stack = await Stack.start();
			return {
				...{ bench: stack.bench, service: 'filestack' },
				store: async () => ({ url: stack.cdn(await stack.handle(BYTES)) }),
				refusal: 'Range Not Satisfiable',
			};
		},
	],
	[
		'FileCourier: a delivered file',
		async () => {
			const bench = await Bench.start();
			const receiver = await Receiver.start();
			return {
				...{ bench, service: 'fileCourier' },
				store: async () => {
					receiver.requests.length = 0;
					const { link } = await bench.session({ callback_url: receiver.url });
					await upload(link, { name: 'a.txt', bytes: BYTES, type: 'text/plain' });
					const { body: raw } = await eventually(
						async () => await Promise.resolve(receiver.requests[0]),
					);
					const { data } = JSON.parse(raw) as { data: { files: { url: string }[] } };
					return { url: data.files[0].url };
				},
				refusal: { status: false, error: 'Range Not Satisfiable' },
			};
		},
	],
	[
		'SpeedyFiles: S3 storage',
		async () => {
			const instance = await Instance.start();
			await instance.set({ storage: 's3' });
			return {
				...{ bench: instance.bench, service: 'speedyFiles' },
				store: async () => {
					const { link, files } = await instance.sent({ name: 'a.txt', bytes: BYTES });
					const { headers } = await http.get(`${link}/file/${files[0]}`);
					return { url: String(headers.location) };
				},
				refusal: expect.stringContaining('<Code>InvalidRange</Code>'),
			};
		},
	],
];

export const get = async (
	{ url, headers }: Download,
	more: Record<string, string> = {},
	config: AxiosRequestConfig = {},
): Promise<AxiosResponse<string>> =>
	await http.request<string>({
		...{ url, headers: { ...headers, ...more }, responseType: 'text', ...config },
	});

export const set = async ({ bench, service }: Server, mode: string) =>
	await bench.control('patch', `/api/services/${service}/settings`, { ranges: mode });

export const summary = ({ status, data, headers }: AxiosResponse<string>) => ({
	status,
	data,
	range: headers['content-range'] as unknown,
	length: headers['content-length'] as unknown,
});

export const WHOLE = { status: 200, data: BYTES, range: undefined, length: '10' };

export function partial(part: string) {
	const start = BYTES.indexOf(part);
	const range = `bytes ${start}-${start + part.length - 1}/10`;
	return { status: 206, data: part, range, length: String(part.length) };
}
