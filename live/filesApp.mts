import {
	CONTENT,
	describeRanges,
	isSuccess,
	JSON_TYPE,
	NAME,
	Observer,
	type Observed,
	RANGE,
	type ServiceReport,
	textIn,
} from './observer.mts';

/**
 * Uploads two tiny files, one of them in chunks, reads and shares them, and deletes them.
 * @throws {Error} if the service accepts no upload
 */
export async function checkFilesApp(baseUrl: string, apiKey: string): Promise<ServiceReport> {
	const api = new Observer(baseUrl, { authorization: `Bearer ${apiKey}` });
	const files: string[] = [];
	const settings: Record<string, string> = {};
	const keep = (created: Observed) => {
		const id = textIn(created, 'id');
		if (id !== undefined) files.push(id);
		return id;
	};
	try {
		const form = new FormData();
		form.append('file', new Blob([CONTENT], { type: 'text/plain' }), NAME);
		const uploaded = await api.call('POST', '/upload', form);
		const id = keep(uploaded);
		if (id === undefined) {
			throw new Error(`The upload failed. Check the API key.\n  ${api.requests.at(-1)}`);
		}
		settings.createdStatus = String(uploaded.status);
		Object.assign(settings, describePlan(uploaded));
		Object.assign(settings, await describeChunks(api, keep));
		await api.call('GET', '/files?per_page=1&page=1&sort=created_at');
		await api.call('GET', `/files/${id}`);
		const share = JSON.stringify({ file_id: id, expires_in: 1 });
		await api.call('POST', '/share', share, JSON_TYPE);
		const since = textIn(uploaded, 'created_at') ?? new Date().toISOString();
		Object.assign(settings, await describeSync(api, since));
		const part = await api.call('GET', `/files/${id}?download=true`, undefined, RANGE);
		settings.ranges = describeRanges(part);
	} finally {
		for (const id of files) await api.call('DELETE', `/files/${id}`);
	}
	const skipped = ['maxUploadBytes, maxFileBytes and syncPageSize: need large or many files'];
	return { settings, requests: api.requests, skipped };
}

/** Requests per hour of each plan (Files App docs, Rate Limits). */
const PLANS: Readonly<Record<string, string>> = { 100: 'free', 1000: 'pro', 10000: 'team' };

function describePlan({ headers }: Observed): Record<string, string> {
	const limit = headers.get('x-ratelimit-limit');
	if (limit === null) return {};
	return Object.hasOwn(PLANS, limit) ? { plan: PLANS[limit] } : { requestsPerHour: limit };
}

/** Uploads a file in one chunk with `encrypt`, which the docs only list for single uploads. */
async function describeChunks(
	api: Observer,
	keep: (created: Observed) => string | undefined,
): Promise<Record<string, string>> {
	const start = JSON.stringify({
		...{ filename: NAME, total_size: CONTENT.length, total_chunks: 1 },
		encrypt: false,
	});
	const started = await api.call('POST', '/chunks/init', start, JSON_TYPE);
	const uploadId = textIn(started, 'upload_id');
	if (uploadId === undefined) return {};
	const form = new FormData();
	form.append('upload_id', uploadId);
	form.append('chunk_index', '0');
	form.append('data', new Blob([CONTENT]), 'chunk-0');
	await api.call('POST', '/chunks', form);
	const end = JSON.stringify({ upload_id: uploadId });
	const completed = await api.call('POST', '/chunks/complete', end, JSON_TYPE);
	keep(completed);
	const { chunk_size: chunkSize } = started.json as { chunk_size?: unknown };
	const { encrypted } = (completed.json ?? {}) as { encrypted?: unknown };
	return {
		...(typeof chunkSize === 'number' && { chunkSize: String(chunkSize) }),
		...(typeof encrypted === 'boolean' && { chunkOptions: encrypted ? 'ignored' : 'used' }),
	};
}

/** Sends the cursor of a page of changes: a service that uses it does not return the same changes again. */
async function describeSync(api: Observer, since: string): Promise<Record<string, string>> {
	const path = `/sync?since=${encodeURIComponent(since)}`;
	const first = await api.call('GET', path);
	const cursor = textIn(first, 'cursor');
	if (cursor === undefined) return {};
	const next = await api.call('GET', `${path}&cursor=${encodeURIComponent(cursor)}`);
	if (!isSuccess(next)) return { syncCursor: 'refused' };
	return { syncCursor: changesIn(next) === changesIn(first) ? 'ignored' : 'taken' };
}

const changesIn = ({ json }: Observed) => JSON.stringify((json as { changes?: unknown }).changes);
