import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

/** Every place of n8n from which a service is called. */
export type ServiceContext =
	| IExecuteFunctions
	| IWebhookFunctions
	| IHookFunctions
	| IPollFunctions
	| ILoadOptionsFunctions;

/** What the shared code has to know of a service. Each service's folder exports one. */
export interface Service {
	/** The service's name in error texts. */
	name: string;
	/** The name of its credential type; the credential has a `baseUrl` field. */
	credential: string;
	/** The fields of the credential that every call needs, with their labels. */
	secretFields: Readonly<Record<string, string>>;
	/** The label of the address field where it is not “Base URL”. */
	addressField?: string;
	/** What every path of the API begins with; a user may have entered it, or a part of it, as the end of the base URL. */
	apiPath?: string;
	/** The fields of the credential for further addresses, by name. */
	otherAddresses?: Readonly<Record<string, Address>>;
	/** The service's own words in an error body, undefined where the body has none. */
	errorMessage(body: unknown): string | undefined;
	/** Whether the body of a 2xx response reports a failure. */
	reportsFailure?(body: unknown): boolean;
	/** What the user can do, by HTTP status. */
	advice: Readonly<Record<number, string>>;
	/** The same for a redirect or a web page in place of an answer, where the address is not to blame. */
	pageAdvice?: Readonly<Record<number, string>>;
	/** What a call with that query carries beside the secrets of the credential, and must not come back either. */
	secretsIn?(qs: IDataObject, credential: Json): string[];
}

/** A field of a credential for an address. */
export interface Address {
	label: string;
	/** What the calls put behind it; a user may have entered it, or a part of it, as the end of the address. */
	path?: string;
}

/**
 * What a call is made for. A 2xx response that does not contain it is a failure, whatever it says else: an upload
 * without an ID, a list without its items, `{}`.
 */
export interface Essential<T> {
	/** Its name in the error, after “responded without”. */
	what: string;
	/** Reads it out of the body of a 2xx response ('' where that is empty); undefined where it is missing. */
	read(body: unknown, status: number): T | undefined;
}

/** For calls whose status says all. */
export const NOTHING: Essential<unknown> = {
	what: 'a JSON body',
	read: (body) => body,
};

/**
 * Confirmation by one of the fields, or by a response without a body (204, and an empty one where the call allows it).
 * @param what what is confirmed, for example “the deletion”
 */
export const confirmationOf = (what: string, ...fields: string[]): Essential<unknown> => ({
	what: `confirming ${what}`,
	read: (body) =>
		body === '' || (isJsonObject(body) && fields.some((field) => body[field] === true))
			? body
			: undefined,
});

/**
 * Whether a body reports a failure although the status says success. An `error` that is null, false or empty is none:
 * some services send the field with every response.
 */
export function reportsError(body: unknown): boolean {
	if (!isJsonObject(body)) return false;
	const { error, success, status } = body;
	const isFilled =
		typeof error === 'object' && error !== null
			? Object.keys(error).length > 0
			: typeof error === 'string'
				? error.trim() !== ''
				: Boolean(error);
	return isFilled || success === false || success === 'false' || status === false;
}

/** The label of the credential's field for the address, as the user sees it. */
export const addressFieldOf = ({ addressField = 'Base URL' }: Service): string => addressField;

/** Parsed JSON: what a service may answer with. */
export type Json = Record<string, unknown>;

export function isJsonObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a field, undefined where it is missing, empty or no text. */
export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
