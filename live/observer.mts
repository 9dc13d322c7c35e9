/** A response of the service; its text is only used by the checks and never reported. */
export interface Observed {
	status: number;
	headers: Headers;
	text: string;
	/** The parsed body; undefined if it is not JSON. */
	json: unknown;
}

export interface ServiceReport {
	/** The settings of the service's simulation that correspond to the real service. */
	settings: Record<string, string>;
	/** A line per request: what was sent and what the response looked like, without any values. */
	requests: string[];
	/** What was not checked, and why. */
	skipped?: string[];
}

/** Asks the user before something is sent or counted; resolves to whether it may happen. */
export type Confirm = (question: string) => Promise<boolean>;

/** The content of the files that the checks upload. */
export const CONTENT = 'A file of a live check; it is deleted at once.';
export const NAME = 'live-check.txt';
export const JSON_TYPE = { 'content-type': 'application/json' };
/** The range that {@link describeRanges} judges. */
export const RANGE = { range: 'bytes=0-3' };

/** Response headers that are reported with their values, because they contain neither secrets nor personal data. */
const REPORTED =
	/^(?:content-type|accept-ranges|content-range|retry-after|.*rate-?limit.*|filestack-(?:limit|remaining|reset))$/i;

/** Sends requests to a service and records what the responses look like. */
export class Observer {
	/**
	 * @param headers the headers of requests to the service itself, with its credential
	 * @param requests the lines of another observer, to continue them
	 */
	constructor(
		readonly baseUrl: string,
		readonly headers: Record<string, string>,
		readonly requests: string[] = [],
	) {}

	/** Requests a path of the service with the credential; redirects are not followed. */
	async call(
		method: string,
		path: string,
		body?: string | FormData,
		headers = {},
	): Promise<Observed> {
		const url = new URL(this.baseUrl.replace(/\/$/, '') + path);
		return await this.#send(`${method} ${redact(path)}`, url, method, body, {
			...this.headers,
			...headers,
		});
	}

	/** Requests a URL that the service has returned, without the credential. */
	async follow(url: string, headers = {}): Promise<Observed> {
		return await this.#send('GET the returned URL', new URL(url), 'GET', undefined, headers);
	}

	async #send(
		shown: string,
		url: URL,
		method: string,
		body: string | FormData | undefined,
		headers: Record<string, string>,
	): Promise<Observed> {
		const response = await fetch(url, { method, body, headers, redirect: 'manual' });
		const text = await response.text();
		const json = parse(text);
		const seen = [...response.headers].filter(([name]) => REPORTED.test(name));
		const named = [...seen.map((one) => one.join(': ')), ...describeEtag(response.headers)];
		const content = json === undefined ? `${text === '' ? 'no' : 'other'} content` : shapeOf(json);
		this.requests.push(`${shown} → ${response.status}; ${named.join('; ')}; ${content}`);
		return { status: response.status, headers: response.headers, text, json };
	}
}

/** Returns a path without IDs, keys and signatures, and the names of its query parameters. */
function redact(path: string): string {
	const [, pathname, query] = /^([^?]*)\??(.*)$/s.exec(path)!;
	const shown = pathname
		.replace(/https?:.*/s, '…')
		.replace(/[\w=-]{8,}/g, (part) => (/^[a-z-]+$/.test(part) ? part : '…'));
	const names = [...new URLSearchParams(query).keys()].map((name) => `${name}=…`);
	return names.length > 0 ? `${shown}?${names.join('&')}` : shown;
}

/** Returns the value of the setting `ranges` for the response to a request with {@link RANGE}. */
export function describeRanges({ status, headers }: Observed): string {
	if (status !== 206) return 'unsupported';
	return headers.get('etag')?.startsWith('W/') ? 'weakEtag' : 'supported';
}

/** Returns a text field of a JSON response. */
export function textIn({ json }: Observed, name: string): string | undefined {
	const value = (json as Record<string, unknown> | null | undefined)?.[name];
	return typeof value === 'string' ? value : undefined;
}

export const isSuccess = ({ status }: Observed) => status >= 200 && status < 300;

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function describeEtag(headers: Headers): string[] {
	const etag = headers.get('etag');
	return etag === null ? [] : [etag.startsWith('W/') ? 'a weak ETag' : 'a strong ETag'];
}

/** Describes a value by its field names and types, for example `{fileId: string, files: [{…}]}`. */
export function shapeOf(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return `[${value.length > 0 ? shapeOf(value[0]) : ''}]`;
	if (typeof value !== 'object') return typeof value;
	return `{${Object.entries(value)
		.map(([name, one]) => `${name}: ${shapeOf(one)}`)
		.join(', ')}}`;
}
