import type {
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
	/** The label of that field where it is not “Base URL”. */
	addressField?: string;
	/** What every path of the API begins with; a user may have entered it as the end of the base URL. */
	apiPath?: string;
	/** The service's own words in an error body, undefined where the body has none. */
	errorMessage(body: unknown): string | undefined;
	/** Whether a 2xx answer nevertheless reports a failure. */
	reportsFailure?(body: unknown): boolean;
	/** What the user can do, by HTTP status. */
	advice: Readonly<Record<number, string>>;
	/** The same for a redirect or a web page in place of an answer, where the address is not to blame. */
	pageAdvice?: Readonly<Record<number, string>>;
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
