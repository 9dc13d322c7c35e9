import { createHmac } from 'node:crypto';

import {
	type Confirm,
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

/** The addresses of Filestack, which differ for apps with a domain of their own. */
export interface FilestackHosts {
	baseUrl: string;
	cdnBaseUrl: string;
	uploadBaseUrl: string;
}

export interface FilestackCredentials {
	apiKey: string;
	appSecret: string;
	/** A small public file, for uploads from a URL. */
	sourceUrl?: string;
}

/**
 * Sends requests that store nothing; if the user agrees, also stores up to five tiny files in different ways, reads them, and
 * deletes them.
 * @throws {Error} if the credentials are not valid
 */
export async function checkFilestack(
	hosts: FilestackHosts,
	{ apiKey, appSecret, sourceUrl = 'https://www.example.com/' }: FilestackCredentials,
	confirm: Confirm,
): Promise<ServiceReport> {
	const api = new Observer(hosts.baseUrl, {});
	const { requests } = api;
	const signed = sign(appSecret);
	const query = new URLSearchParams({ key: apiKey, ...signed }).toString();
	const settings: Record<string, string> = {};
	const wrong = new URLSearchParams({ key: 'AliveCheckOfNoApp000', ...signed }).toString();
	const type = { 'content-type': 'text/plain' };
	const unknown = await api.call('POST', `/api/store/S3?${wrong}`, CONTENT, type);
	settings.unknownKey = unknown.status === 401 ? '401' : '200';
	const upload = new Observer(hosts.uploadBaseUrl, {}, requests);
	Object.assign(settings, await describeIngestion(upload, apiKey, signed));

	const skipped = ['uploadEvent and webhookRetries: only seen in deliveries'];
	const question = `Filestack counts uploads. Store and delete up to five files of ${CONTENT.length} bytes?`;
	if (!(await confirm(question))) {
		skipped.push('security, uploadBody, storeTaskHandle and ranges: need stored files');
		return { settings, requests, skipped };
	}
	const handles: string[] = [];
	try {
		const accepted: string[] = [];
		for (const [form, body, headers] of bodies(sourceUrl)) {
			const stored = await api.call(
				'POST',
				`/api/store/S3?${query}&filename=${NAME}`,
				body,
				headers,
			);
			const handle = keep(stored, handles);
			const { size } = (stored.json ?? {}) as { size?: unknown };
			// A form that is stored as it was sent is an ordinary file to the service.
			const isContent = typeof body !== 'string' || form === 'raw' || size !== body.length;
			const isWhole = form !== 'multipart' || size === CONTENT.length;
			if (handle !== undefined && isContent && isWhole) accepted.push(form);
		}
		settings.uploadBody = NAMES[accepted.join()] ?? accepted.join(' and ');
		const cdn = new Observer(hosts.cdnBaseUrl, {}, requests);
		const security = `security=p:${signed.policy},s:${signed.signature}`;
		const task = await cdn.call('GET', `/${apiKey}/${security}/store/${sourceUrl}`);
		if (keep(task, handles) !== undefined)
			settings.storeTaskHandle = textIn(task, 'handle') === undefined ? 'missing' : 'returned';
		const [handle] = handles;
		if (handle === undefined)
			throw new Error(`Nothing could be stored. Check the credentials.\n  ${requests.at(-1)}`);
		Object.assign(settings, await describeFile(api, handle, query));
	} finally {
		for (const handle of handles) await api.call('DELETE', `/api/file/${handle}?${query}`);
	}
	return { settings, requests, skipped };
}

/** The values of the setting `uploadBody`, by the forms that are accepted. */
const NAMES: Readonly<Record<string, string>> = {
	'raw,formUrl': 'documented',
	'raw,formUrl,multipart,json': 'any',
};

/** The ways to send a file to the Store API, in the order of {@link NAMES}. */
function bodies(url: string): Array<[string, string | FormData, Record<string, string>]> {
	const form = new FormData();
	form.append('fileUpload', new Blob([CONTENT], { type: 'text/plain' }), NAME);
	const urlEncoded = { 'content-type': 'application/x-www-form-urlencoded' };
	return [
		['raw', CONTENT, { 'content-type': 'text/plain' }],
		['formUrl', new URLSearchParams({ url }).toString(), urlEncoded],
		['multipart', form, {}],
		['json', JSON.stringify({ url }), JSON_TYPE],
	];
}

/** A policy for ten minutes with its signature (Filestack docs, Security Policies). */
function sign(appSecret: string): { policy: string; signature: string } {
	const call = ['pick', 'read', 'stat', 'store', 'convert', 'remove'];
	const expiry = Math.floor(Date.now() / 1000) + 600;
	const json = JSON.stringify({ expiry, call });
	const policy = Buffer.from(json).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
	return { policy, signature: createHmac('sha256', appSecret).update(policy).digest('hex') };
}

/** Remembers the handle of a stored file, which is the end of its URL. */
function keep(stored: Observed, handles: string[]): string | undefined {
	const handle = isSuccess(stored) ? textIn(stored, 'url')?.split('/').at(-1) : undefined;
	if (handle !== undefined) handles.push(handle);
	return handle;
}

/** Starts an upload in parts, which expires by itself. */
async function describeIngestion(
	upload: Observer,
	apikey: string,
	signed: object,
): Promise<Record<string, string>> {
	const start = { filename: NAME, mimetype: 'text/plain', size: CONTENT.length, fii: true };
	const body = JSON.stringify({ ...start, apikey, ...signed, store: { location: 's3' } });
	const started = await upload.call('POST', '/multipart/start', body, JSON_TYPE);
	if (!isSuccess(started)) return {};
	const isOn = textIn(started, 'upload_type') === 'intelligent_ingestion';
	return { intelligentIngestion: isOn ? 'on' : 'off' };
}

async function describeFile(
	api: Observer,
	handle: string,
	query: string,
): Promise<Record<string, string>> {
	const withPolicy = await api.call('GET', `/api/file/${handle}/metadata?${query}`);
	const without = await api.call('GET', `/api/file/${handle}/metadata`);
	const part = await api.call('GET', `/api/file/${handle}?${query}`, undefined, RANGE);
	const limit = withPolicy.headers.get('filestack-limit');
	return {
		security: isSuccess(without) ? 'off' : 'on',
		ranges: describeRanges(part),
		...(limit !== null && { requestsPerMinute: limit }),
	};
}
