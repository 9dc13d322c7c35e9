import {
	CONTENT,
	describeRanges,
	JSON_TYPE,
	NAME,
	Observer,
	type Observed,
	RANGE,
	type ServiceReport,
} from './observer.mts';

type Dialect = 'documented' | 'desktop';

/**
 * Finds out where FileShot's documentation is silent or contradicts itself: uploads one tiny file per API profile, lists
 * and downloads it, and deletes it.
 * @throws {Error} if neither profile accepts an upload
 */
export async function checkFileShot(baseUrl: string, apiKey: string): Promise<ServiceReport> {
	const api = new Observer(baseUrl, { authorization: `Bearer ${apiKey}` });
	const uploads: [Dialect, string][] = [];
	const settings: Record<string, string> = {};
	try {
		const documented = await uploadAsDocumented(api);
		if (documented) uploads.push(['documented', documented]);
		const desktop = await uploadLikeDesktop(api);
		if (desktop) uploads.push(['desktop', desktop]);
		if (uploads.length === 0) {
			const seen = api.requests.map((line) => `\n  ${line}`).join('');
			throw new Error(`Neither API profile accepts an upload. Check the API key.${seen}`);
		}
		const [[dialect, id]] = uploads;
		settings.dialect = uploads.length === 2 ? 'both' : dialect;
		const list = dialect === 'documented' ? '/api/files?page=1&limit=20' : '/api/files/my-files';
		Object.assign(settings, describeList((await api.call('GET', list)).json, id));
		Object.assign(settings, await describeDownload(api, id));
	} finally {
		for (const [dialect, id] of uploads) {
			const path = dialect === 'documented' ? `/api/files/${id}` : `/api/files/delete/${id}`;
			settings.deleteAnswer = deleteAnswerOf(await api.call('DELETE', path));
		}
	}
	return { settings, requests: api.requests };
}

/** The file of both profiles, with the field names of the desktop app. */
const START = JSON.stringify({
	...{ fileName: NAME, fileSize: CONTENT.length, mimeType: 'text/plain' },
	...{ totalChunks: 1, isZeroKnowledge: 'false' },
});

function idIn({ status, json }: Observed): string | undefined {
	const { fileId } = (json ?? {}) as { fileId?: unknown };
	return status < 300 && typeof fileId === 'string' ? fileId : undefined;
}

async function uploadAsDocumented(api: Observer): Promise<string | undefined> {
	const id = idIn(await api.call('POST', '/api/files/init-upload', START, JSON_TYPE));
	if (id === undefined) return undefined;
	const type = { 'content-type': 'application/octet-stream' };
	await api.call('POST', `/api/files/upload-chunk/${id}/0`, CONTENT, type);
	return id;
}

async function uploadLikeDesktop(api: Observer): Promise<string | undefined> {
	const id = idIn(await api.call('POST', '/api/files/pre-upload', START, JSON_TYPE));
	if (id === undefined) return undefined;
	const form = new FormData();
	form.append('chunk', new Blob([CONTENT], { type: 'application/octet-stream' }), 'chunk-0');
	form.append('totalChunks', '1');
	form.append('isLastChunk', 'true');
	await api.call('POST', `/api/files/upload-chunk/${id}/0`, form);
	await api.call('POST', `/api/files/finalize-upload/${id}`, '{}', JSON_TYPE);
	return id;
}

/** The fields of a list that can contain its items. */
const SHAPES = ['files', 'data', 'items', 'results'];

function describeList(list: unknown, id: string): Record<string, string> {
	const fields = (list ?? {}) as Record<string, unknown>;
	const shape = Array.isArray(list) ? 'array' : SHAPES.find((name) => Array.isArray(fields[name]));
	if (shape === undefined) return {};
	const items = (shape === 'array' ? list : fields[shape]) as Record<string, unknown>[];
	const item = items.find(({ fileId, file_id }) => (fileId ?? file_id) === id);
	if (!item) return { listShape: shape };
	return {
		listShape: shape,
		fieldNames: 'file_id' in item ? 'snake_case' : 'camelCase',
		dates: dateFormatOf(item.createdAt ?? item.created_at),
	};
}

/** Tells seconds from milliseconds by the year: 10¹¹ seconds are in the year 5138. */
function dateFormatOf(date: unknown): string {
	if (typeof date !== 'number') return 'iso';
	return date < 1e11 ? 'epochSeconds' : 'epochMilliseconds';
}

async function describeDownload(api: Observer, id: string): Promise<Record<string, string>> {
	const path = `/api/files/download/${id}`;
	const first = await api.call('GET', path, undefined, RANGE);
	const location = first.headers.get('location');
	const part = location ? await api.follow(new URL(location, api.baseUrl).href, RANGE) : first;
	return { download: location ? 'redirect' : 'stream', ranges: describeRanges(part) };
}

function deleteAnswerOf({ status, text }: Observed): string {
	if (status === 204) return 'noContent';
	return text === '' ? 'empty' : 'json';
}
