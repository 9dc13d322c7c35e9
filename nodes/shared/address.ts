import { NodeOperationError } from 'n8n-workflow';

import { pastedText } from './blanks';
import { learnSecrets } from './secrets';
import { addressFieldOf, type Json, type Service, type ServiceContext } from './service';

/** The base URL of a credential with the path of the API, without a slash at its end. */
export async function baseUrlOf(context: ServiceContext, service: Service): Promise<string> {
	return await addressOf(context, service, 'baseUrl');
}

/**
 * The address in a field of a credential, without a slash at its end; for services that have several hosts. Only the field
 * `baseUrl` gets the path of the API.
 * @throws NodeOperationError that names the field
 */
export async function addressOf(
	context: ServiceContext,
	service: Service,
	field: string,
): Promise<string> {
	const credential = await checkedCredential(context, service);
	const { label, path } = addressesOf(service)[field];
	const { url, problem } = readAddress(credential[field], path);
	if (problem !== undefined) throw faultError(context, service, { label, problem });
	return field === 'baseUrl' ? `${url}${service.apiPath ?? ''}` : url;
}

/**
 * The credential, all of which was checked: an operation must not fail half-way because of a field that it reads late.
 * @throws NodeOperationError that names the field that cannot be good
 */
export async function checkedCredential(context: ServiceContext, service: Service): Promise<Json> {
	const secrets = await learnSecrets(context, service.credential);
	const credential = await secrets.credential(service.credential);
	const fault = faultIn(service, credential);
	if (fault) throw faultError(context, service, fault);
	return credential;
}

/** What is wrong with a field of a credential: a text that continues the field's label. */
export interface CredentialFault {
	label: string;
	problem: string;
}

/** The first field of a credential that cannot be good. Addresses beside the base URL may be left empty. */
export function faultIn(service: Service, credential: Json): CredentialFault | undefined {
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
	baseUrl: { label: addressFieldOf(service), path: service.apiPath },
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

/** What somebody has put before an “@” may be a password, also where a URL parser takes it for a part of the path. */
const WITH_USER = /^https?:\/\/[^?#]*@/i;

/** What a URL parser would repair, leave out or resolve away: a server would see another address than the user. */
const REPAIRED = /[\s\p{Cc}\p{Cf}\\]|^https?:\/\/\/|\/(?:\.|%2e){1,2}(?:\/|$)/iu;

/**
 * The address that a user has entered, without a slash at its end.
 * @param path what the calls put behind it; it may have been entered with the whole path, with a part of it, or without
 * @returns the address without that path, or what is wrong with it: a text that continues the field's label and repeats
 * nothing of what was entered
 */
export function readAddress(
	entered: unknown,
	path = '',
): { url: string; problem?: undefined } | { url?: undefined; problem: string } {
	const text = pastedText(entered);
	if (text === undefined) return { problem: 'is not text' };
	if (text === '') return { problem: 'is empty' };
	if (!/^https?:\/\//i.test(text)) {
		return { problem: 'must start with https:// (or http:// for a local server)' };
	}
	if (WITH_USER.test(text)) return { problem: 'must not contain a user name or a password' };
	if (/[?#]/.test(text)) return { problem: 'must not contain “?” or “#”' };
	if (REPAIRED.test(text) || !text.isWellFormed() || !URL.canParse(text)) {
		return { problem: 'is not a valid URL' };
	}
	const { origin, pathname, port } = new URL(text);
	if (port === '0') return { problem: 'is not a valid URL' };
	return { url: `${origin}${withoutEnd(pathname.replace(/\/+$/, ''), path)}` };
}

/** A path without the other one, or the beginning of it, at its end. */
function withoutEnd(entered: string, path: string): string {
	const segments = path.split('/').filter(Boolean);
	for (let count = segments.length; count > 0; count--) {
		const end = `/${segments.slice(0, count).join('/')}`;
		if (entered.endsWith(end)) return entered.slice(0, -end.length).replace(/\/+$/, '');
	}
	return entered;
}

/**
 * A secret as it is sent: without the blanks that were copied along.
 * @returns the secret, or what is wrong with it: a text that continues the field's label
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
