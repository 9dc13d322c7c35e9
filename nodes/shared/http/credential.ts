import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { MAX_URL_LENGTH, pastedText, withoutEnd } from '../text';
import { learnSecrets } from './secrets';
import { baseUrlLabel, type JsonRecord, type Service, type ServiceContext } from './service';

/**
 * Returns the credential as entered. Reads it once per context, because n8n looks it up in its database and decrypts it each
 * time, and adds its passwords to the secrets of the context.
 */
export async function readCredential(
	context: ServiceContext,
	{ credential }: Service,
): Promise<JsonRecord> {
	const secrets = await learnSecrets(context, credential);
	return await secrets.credential(credential);
}

/** Returns the base URL of the credential, including the API path, without a trailing slash. */
export async function readBaseUrl(context: ServiceContext, service: Service): Promise<string> {
	return await readAddressField(context, service, 'baseUrl');
}

/**
 * Returns the address in a credential field, without a trailing slash; for services with several hosts. The API path is
 * appended to `baseUrl` only.
 * @throws NodeOperationError that names the field
 */
export async function readAddressField(
	context: ServiceContext,
	service: Service,
	field: string,
): Promise<string> {
	const credential = await readCheckedCredential(context, service);
	const { label, path } = addressesOf(service)[field];
	const { url, problem } = readAddress(credential[field], path);
	if (problem !== undefined) throw faultError(context, service, { label, problem });
	return field === 'baseUrl' ? `${url}${service.apiPath ?? ''}` : url;
}

/**
 * Returns the credential after validating every field: an operation that reads an invalid field late would otherwise fail
 * after its first requests.
 * @throws NodeOperationError that names the invalid field
 */
export async function readCheckedCredential(
	context: ServiceContext,
	service: Service,
): Promise<JsonRecord> {
	const credential = await readCredential(context, service);
	const fault = findCredentialFault(service, credential);
	if (fault) throw faultError(context, service, fault);
	return credential;
}

/**
 * Returns the base URL of the credential as a sign of the network that its files may come from; '' if it is not valid. Unlike
 * {@link readBaseUrl}, accepts a credential with an invalid field, because the credential is not sent.
 */
export async function readTrustedUrl(context: ServiceContext, service: Service): Promise<string> {
	const { baseUrl } = await readCredential(context, service);
	return readAddress(baseUrl, service.apiPath).url ?? '';
}

/** An invalid credential field. */
export interface CredentialFault {
	label: string;
	/** Continues the label in the error message: “is empty”. */
	problem: string;
}

/** Returns the first invalid field of a credential. Addresses other than the base URL may be empty. */
export function findCredentialFault(
	service: Service,
	credential: JsonRecord,
): CredentialFault | undefined {
	for (const [field, label] of Object.entries(service.secretFields)) {
		const { problem } = readSecret(credential[field]);
		if (problem !== undefined) return { label, problem };
	}
	for (const [field, { label, path }] of Object.entries(addressesOf(service))) {
		if (field !== 'baseUrl' && pastedText(credential[field]) === '') continue;
		const { problem } = readAddress(credential[field], path);
		if (problem !== undefined) return { label, problem };
	}
	return undefined;
}

const addressesOf = (service: Service): NonNullable<Service['otherAddresses']> => ({
	baseUrl: { label: baseUrlLabel(service), path: service.apiPath },
	...service.otherAddresses,
});

function faultError(
	context: ServiceContext,
	service: Service,
	{ label, problem }: CredentialFault,
): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		`The ${label} in the ${service.name} credential ${problem}`,
		{ description: `Open the ${service.name} credential and correct the ${label}.` },
	);
}

/** A host name, optionally with a port and a path: nothing that could be a secret entered in the wrong field. */
const BARE_ADDRESS =
	/^(?=.{4,80}$)(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?::\d{1,5})?(?:\/[a-z0-9./-]*)?$/i;

/** User info, even where a URL parser would treat it as part of the path: it may contain a password. */
const USER_INFO = /^https?:\/\/[^?#]*@/i;

/** Input that a URL parser would repair, drop or resolve: requests would go to a different address than entered. */
const NORMALIZED_BY_PARSER = /[\s\p{Cc}\p{Cf}\\]|^https?:\/\/\/|\/(?:\.|%2e){1,2}(?:\/|$)/iu;

/**
 * Parses an address entered by a user.
 * @param path the path that calls append; the address may end with all of it, with its first segments, or without it
 * @returns the address without that path and without a trailing slash, or the problem as a continuation of the field's
 * label. The problem only contains the input if that is a bare host name, because other input may contain a password.
 */
export function readAddress(
	entered: unknown,
	path = '',
): { url: string; problem?: undefined } | { url?: undefined; problem: string } {
	const text = pastedText(entered);
	if (text === undefined) return { problem: 'is not text' };
	if (text === '') return { problem: 'is empty' };
	if (!/^https?:\/\//i.test(text)) {
		const suggestion = BARE_ADDRESS.test(text) ? `. Enter https://${text}` : '';
		return { problem: `must start with https:// (or http:// for a local server)${suggestion}` };
	}
	if (USER_INFO.test(text)) return { problem: 'must not contain a user name or a password' };
	if (/[?#]/.test(text)) return { problem: 'must not contain “?” or “#”' };
	if (text.length > MAX_URL_LENGTH) return { problem: 'is not a valid URL' };
	if (NORMALIZED_BY_PARSER.test(text) || !text.isWellFormed() || !URL.canParse(text)) {
		return { problem: 'is not a valid URL' };
	}
	const { origin, pathname, port } = new URL(text);
	if (port === '0') return { problem: 'is not a valid URL' };
	return { url: `${origin}${withoutSuffix(withoutEnd(pathname, /\//), path)}` };
}

/** Removes `path`, or its first segments, from the end of the entered path. */
function withoutSuffix(entered: string, path: string): string {
	const segments = path.split('/').filter(Boolean);
	for (let count = segments.length; count > 0; count--) {
		const end = `/${segments.slice(0, count).join('/')}`;
		if (entered.endsWith(end)) return withoutEnd(entered.slice(0, -end.length), /\//);
	}
	return entered;
}

/**
 * Trims a pasted secret, including invisible characters.
 * @returns the secret, or the problem as a continuation of the field's label
 */
export function readSecret(
	entered: unknown,
): { secret: string; problem?: undefined } | { secret?: undefined; problem: string } {
	const secret = pastedText(entered);
	if (secret === undefined) return { problem: 'is not text' };
	if (secret === '') return { problem: 'is empty' };
	return /^[\x20-\x7E\xA0-\xFF]+$/.test(secret)
		? { secret }
		: { problem: 'contains a character that cannot be sent, such as a line break. Copy it again' };
}

type Authenticate = (
	credentials: ICredentialDataDecryptedObject,
	options: IHttpRequestOptions,
) => Promise<IHttpRequestOptions>;

const secretOf = (credentials: ICredentialDataDecryptedObject, field: string) =>
	pastedText(credentials[field]) ?? '';

/** Sends the secret of a credential field as a bearer token, without surrounding white space. */
export const bearerAuth =
	(field: string): Authenticate =>
	async (credentials, options) => {
		const authorization = `Bearer ${secretOf(credentials, field)}`;
		return await Promise.resolve({
			...options,
			headers: { ...options.headers, Authorization: authorization },
		});
	};

/** Sends two credential fields as HTTP Basic authentication, without surrounding white space. */
export const basicAuth =
	(username: string, password: string): Authenticate =>
	async (credentials, options) =>
		await Promise.resolve({
			...options,
			auth: {
				username: secretOf(credentials, username),
				password: secretOf(credentials, password),
			},
		});
