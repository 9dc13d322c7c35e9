import { NodeOperationError } from 'n8n-workflow';

import { learnSecrets } from './secrets';
import { addressFieldOf, type Service, type ServiceContext } from './service';

/** The base URL of a credential with the path of the API, without a slash at its end. */
export async function baseUrlOf(context: ServiceContext, service: Service): Promise<string> {
	return await addressOf(context, service, 'baseUrl', addressFieldOf(service));
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
	label: string,
): Promise<string> {
	const secrets = await learnSecrets(context, service.credential);
	const entered = (await secrets.credential(service.credential))[field];
	const { url, problem } = readAddress(entered, field === 'baseUrl' ? service.apiPath : undefined);
	if (problem === undefined) return url;
	throw new NodeOperationError(
		context.getNode(),
		`The ${label} in the ${service.name} credential ${problem}`,
		{ description: `Correct the ${label} in the ${service.name} credential.` },
	);
}

/**
 * The address that a user has entered, with the path of the API behind it exactly once: it may have been entered with the
 * whole path, with a part of it, or without.
 * @returns the address, or what is wrong with it: a text that continues the field's label
 */
export function readAddress(
	entered: unknown,
	apiPath = '',
): { url: string; problem?: undefined } | { url?: undefined; problem: string } {
	const text = withoutBlanks(typeof entered === 'string' ? entered : '');
	if (text === '') return { problem: 'is empty' };
	if (!/^https?:\/\//i.test(text)) {
		return { problem: 'must start with https:// (or http:// for a local server)' };
	}
	if (/[?#]/.test(text)) return { problem: 'must not contain “?” or “#”' };
	// A URL parser would repair these, or resolve them away.
	const isPlain = !/[\s\\]/.test(text) && !/\/\.{1,2}(?:\/|$)/.test(text);
	if (!isPlain || !URL.canParse(text)) return { problem: 'is not a valid URL' };
	const { username, password, origin, pathname } = new URL(text);
	if (username !== '' || password !== '' || /^https?:\/\/[^/]*@/i.test(text)) {
		return { problem: 'must not contain a user name or a password' };
	}
	const url = `${origin}${pathname}`.replace(/\/+$/, '');
	const segments = apiPath.split('/').filter(Boolean);
	for (let count = segments.length; count > 0; count--) {
		const entered = `/${segments.slice(0, count).join('/')}`;
		if (url.endsWith(entered)) return { url: `${url.slice(0, -entered.length)}${apiPath}` };
	}
	return { url: `${url}${apiPath}` };
}

/** A text without what is copied along at its ends: spaces, line breaks and characters that nobody sees. */
export const withoutBlanks = (text: string): string =>
	text.replace(/^[\s\u00AD\u200B-\u200F\u2060\uFEFF]+|[\s\u00AD\u200B-\u200F\u2060\uFEFF]+$/g, '');

/**
 * A secret as it is sent: without the blanks that were copied along.
 * @returns the secret, or what is wrong with it: a text that continues the field's label
 */
export function readSecret(
	entered: unknown,
): { secret: string; problem?: undefined } | { secret?: undefined; problem: string } {
	const secret = withoutBlanks(typeof entered === 'string' ? entered : '');
	if (secret === '') return { problem: 'is empty' };
	return /^[\x20-\x7E\xA0-\xFF]+$/.test(secret)
		? { secret }
		: { problem: 'contains a character that cannot be sent, such as a line break. Copy it again' };
}

/** @throws NodeOperationError that names the field, before anything is sent with a secret that cannot be good */
export async function checkSecrets(context: ServiceContext, service: Service): Promise<void> {
	const secrets = await learnSecrets(context, service.credential);
	const credential = await secrets.credential(service.credential);
	for (const [field, label] of Object.entries(service.secretFields)) {
		const { problem } = readSecret(credential[field]);
		if (problem === undefined) continue;
		throw new NodeOperationError(
			context.getNode(),
			`The ${label} in the ${service.name} credential ${problem}`,
			{ description: `Open the ${service.name} credential and enter the ${label} again.` },
		);
	}
}
