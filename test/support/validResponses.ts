import { sha256Of } from './binary';
import type { TestRequest } from './testServer';

/** The content that every operation uploads or downloads. */
export const FILE = 'hello';
/** An empty ZIP file: only its end record. */
const EMPTY_ZIP = `PK\u0005\u0006${'\0'.repeat(18)}`;

/** The tasks of Filestack's CDN whose result is JSON. */
const JSON_TASK =
	/\/(store|imagesize|detect_faces|output=docinfo:true|caption|copyright|doc_detection|image_sentiment|sfw|tags|ocr|text_sentiment|run_workflow|workflow_status|video_convert)([=/]|$)/;

/** Whether a call returns the result of other tasks of Filestack's CDN. */
export const isProcessed = ({ method, path }: TestRequest) =>
	method === 'GET' &&
	/^\/(?!api\/|security=[^/]*\/12345678$)(.*\/)?security=/.test(path) &&
	!JSON_TASK.test(path);

/** Whether a call downloads the file itself, so that any body is valid. */
export const isFile = (request: TestRequest) => isProcessed(request) || isDownload(request);
const isDownload = ({ method, path, query }: TestRequest) =>
	method === 'GET' &&
	!JSON_TASK.test(path) &&
	/\/p\/abc|\/download\/|[?]download=true|\/api\/file\/12345678[?]|^\/(security=.*\/)?12345678[?]/.test(
		`${path}?${String(new URLSearchParams(query))}`,
	);

/** Returns a body that is valid for every call of every service. */
export function validBody(request: TestRequest, url: string): unknown {
	const { method, path } = request;
	if (isFile(request)) return path.endsWith('/zip') ? EMPTY_ZIP : FILE;
	if (method === 'GET' && path.endsWith('/me/tokens')) return [];
	if (path.includes('/detect_faces')) return [];
	const isCancelled = method === 'DELETE' && path.includes('/sessions/');
	const handle = 'HANDLE00000000000001';
	return {
		...{
			id: 'resource-1',
			fileId: 'file-1',
			handle,
			url: `${url}/${handle}`,
			upload_id: 'upload-1',
			chunk_size: 5242880,
		},
		...{
			uri: '/bucket/key',
			region: 'eu',
			location_url: new URL(url).host,
			headers: {},
			sha256: undefined,
		},
		...{
			token: 'sf_a-token-that-is-new',
			magic_link: `${url}/p/abc`,
			ok: true,
			deleted: true,
		},
		...{ status: isCancelled ? true : 'draft', location: 'S3', mimetype: 'text/plain' },
		...{ items: [], files: [], changes: [], total: 0, data: undefined },
		...(JSON_TASK.test(path) && tasksResult(path, url)),
		...(path.includes('/sessions') && { data: { request_id: 'req_1', status: 'pending' } }),
		...(path.includes('/metadata') && { sha256: sha256Of(Buffer.from(FILE)), filename: 'a.txt' }),
	};
}

/** Returns the results of all tasks of Filestack's CDN. */
const tasksResult = (path: string, url: string) => ({
	...{ width: 4, height: 3, numpages: 1, dimensions: { width: 4, height: 3 } },
	...{ caption: 'a', copyright: false, coords: {}, emotions: { Neutral: 1 }, sfw: true },
	...{ tags: { auto: {} }, text: 'a', jobid: 'job-1', uuid: 'job-1' },
	status: path.includes('/video_convert') ? 'completed' : 'Finished',
	data: { url: `${url}/HANDLE00000000000001` },
});

/** Calls whose status is the only result, because the body of the response is not documented. */
const STATUS_ONLY = [
	/^PUT /,
	/^DELETE \/api\/file/,
	/^POST .*\/(upload-chunk|finalize-upload|chunks)(\/|$)/,
];
export const hasStatusOnly = ({ method, path }: TestRequest) =>
	STATUS_ONLY.some((call) => call.test(`${method} ${path}`));
