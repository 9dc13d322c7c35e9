import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import type { OptionAdvice } from './optionAdvice';

/** The n8n contexts from which a service is called. */
export type ServiceContext =
	IExecuteFunctions | IWebhookFunctions | IHookFunctions | IPollFunctions | ILoadOptionsFunctions;

/** The n8n contexts in which a file is transferred. */
export type TransferContext = IExecuteFunctions | IWebhookFunctions;

/** A Node stream, named without importing node:stream. */
export type ByteStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** The definition of a service for the shared code. Each service's folder exports one. */
export interface Service {
	/** The service's name in error messages. */
	name: string;
	/** The name of its credential type; the credential has a `baseUrl` field. */
	credential: string;
	/** The secret fields that every call needs, with their labels. */
	secretFields: Readonly<Record<string, string>>;
	/** The label of the address field; “Base URL” by default. */
	baseUrlLabel?: string;
	/** The address of the service that most users have; undefined if users run their own servers. */
	usualAddress?: string;
	/** The common prefix of all API paths. The base URL may end with it, or with its first segments. */
	apiPath?: string;
	/** The credential fields for further addresses, by field name. */
	otherAddresses?: Readonly<Record<string, AddressField>>;
	/** Returns the service's message from an error body; undefined if it has none. */
	errorMessage(body: unknown): string | undefined;
	/** Whether the body of a 2xx response reports a failure. */
	reportsFailure?(body: unknown): boolean;
	/** Advice for the user, by HTTP status. */
	advice: Readonly<Record<number, string>>;
	/**
	 * Advice for a 404, if the path of the request names something that may be missing, such as a file. Returns undefined
	 * for a path that every server of this service has, so that the address must be wrong. Without this function, `advice`
	 * applies.
	 */
	missingAdvice?(path: string): string | undefined;
	/** Further advice that names fields, by HTTP status. For 429, there is a default. */
	optionAdvice?: Readonly<Record<number, readonly OptionAdvice[]>>;
	/** Advice for a redirect or a web page, for statuses whose cause is not a wrong address. */
	pageAdvice?: Readonly<Record<number, string>>;
	/** Returns secrets that a call derives from the credential, such as signatures, so that they are hidden as well. */
	secretsIn?(qs: IDataObject, credential: JsonRecord): string[];
}

/** Advice for a 404 to a part of a file: the service has discarded the upload. */
export const UPLOAD_IS_MISSING = 'The server no longer has this upload. Run the node again.';

/** A credential field for an address. */
export interface AddressField {
	label: string;
	/** The path that calls append. The address may end with it, or with its first segments. */
	path?: string;
}

/** The content that a call requires. A 2xx response without it is a failure, for example an upload without an ID. */
export interface ExpectedBody<T> {
	/** Its name in the error message, after “responded without”. */
	what: string;
	/** Extracts it from the body of a 2xx response ('' if that is empty); undefined if it is missing. */
	read(body: unknown, status: number): T | undefined;
}

/** For calls whose status is the only result. */
export const ANY_BODY: ExpectedBody<unknown> = {
	what: 'a JSON body',
	read: (body) => body,
};

/**
 * Requires `true` in one of the fields, or a response without a body (204, or any empty one if the call allows it).
 * @param what the confirmed action, for example “the deletion”
 */
export const confirmedBy = (what: string, ...fields: string[]): ExpectedBody<unknown> => ({
	what: `confirming ${what}`,
	read: (body) =>
		body === '' || (isJsonObject(body) && fields.some((field) => body[field] === true))
			? body
			: undefined,
});

/** The fields that servers and gateways put the content of a response into. */
const ENVELOPES = ['data', 'result', 'response', 'file', 'upload', 'package'];

/**
 * Returns the content of a body's envelope, if it is the only one that has the required content; otherwise the body itself.
 * Of a list with one entry, its entry counts as well.
 * @param allowsList false for a response that may be the result of a search
 */
export function contentOf(
	body: unknown,
	expects: ExpectedBody<unknown>,
	status: number,
	{ allowsList = true, depth = 2 } = {},
): unknown {
	if (expects.read(body, status) !== undefined || depth === 0) return body;
	const inside = (): unknown[] => {
		if (isJsonObject(body)) return ENVELOPES.map((name) => body[name]);
		return Array.isArray(body) && body.length === 1 && allowsList ? body : [];
	};
	const found = inside()
		.filter((value) => isJsonObject(value) || Array.isArray(value))
		.map((value) => contentOf(value, expects, status, { allowsList, depth: depth - 1 }))
		.filter((value) => !reportsError(value) && expects.read(value, status) !== undefined);
	return found.length === 1 ? found[0] : body;
}

/**
 * Whether the body of a success reports a failure. Ignores an `error` without content, because some services send the
 * field with every response.
 */
export function reportsError(body: unknown): boolean {
	if (!isJsonObject(body)) return false;
	const { error, success, ok, status } = body;
	const isDenied = booleanOf(success) === false || booleanOf(ok) === false || status === false;
	return isDenied || hasContent(error);
}

/** Whether an `error` says anything, itself or in one of its fields. */
function hasContent(error: unknown): boolean {
	if (typeof error === 'string') return !/^(|0|null|none|false)$/i.test(error.trim());
	if (!isJsonObject(error)) return Array.isArray(error) ? error.length > 0 : Boolean(error);
	return Object.values(error).some((value) =>
		typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : hasContent(value),
	);
}

/** Returns the label of the credential's address field. */
export const baseUrlLabel = ({ baseUrlLabel = 'Base URL' }: Service): string => baseUrlLabel;

/** Returns the advice for an address at which the service does not respond. */
export function addressAdvice(service: Service): string {
	const { name, usualAddress } = service;
	const usual = usualAddress ? ` The address of ${name} is ${usualAddress}.` : '';
	return `Check the ${baseUrlLabel(service)}.${usual}`;
}

/** A parsed JSON object. */
export type JsonRecord = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonRecord {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is an object whose values all pass a check. */
export const isRecordOf = (isOfType: (value: unknown) => boolean, value: unknown): boolean =>
	isJsonObject(value) && Object.values(value).every((one) => isOfType(one));

/** Returns a value if it is a text that is not blank, otherwise undefined. */
export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Returns an ID as text without spaces around it. Some servers send numbers; undefined for any other value. */
export const idTextOf = (value: unknown): string | undefined =>
	Number.isSafeInteger(value) ? String(value) : textOf(value)?.trim();

/** Returns a boolean, which some servers send as text or as 0 or 1; undefined for any other value. */
export function booleanOf(value: unknown): boolean | undefined {
	if (!['boolean', 'number', 'string'].includes(typeof value)) return undefined;
	const text = String(value).trim().toLowerCase();
	if (text === 'true' || text === '1') return true;
	return text === 'false' || text === '0' ? false : undefined;
}

/**
 * Returns a hash in lower-case hex, which some servers send in upper case, after its name (`sha256:2CF24D…`) or, for
 * SHA-256, in base64; undefined for any other value.
 */
export function hashOf(value: unknown): string | undefined {
	const text = (textOf(value) ?? '').trim().replace(/^[a-z][\w-]{2,9}[:=]\s?/i, '');
	if (/^[\w+/-]{43}=?$/.test(text)) return Buffer.from(text, 'base64').toString('hex');
	return /^(?:[\da-f]{2}){16,64}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** Returns a whole number of 0 or more, which some servers send as text (“5” or “5.0”); undefined for any other value. */
export function countOf(value: unknown): number | undefined {
	const isDigits = typeof value === 'string' && /^\d{1,16}(\.0{1,6})?$/.test(value.trim());
	const count = isDigits ? Number(value) : value;
	return Number.isSafeInteger(count) && Number(count) >= 0 ? Number(count) : undefined;
}
