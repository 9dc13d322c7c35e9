import { createHmac, timingSafeEqual } from 'node:crypto';

import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { keepCredential, secretsOf } from '../http/secrets';
import type { Service } from '../http/service';
import { startTimer } from '../http/stallGuard';
import { withoutBlanks } from '../text';

type Headers = ReturnType<IWebhookFunctions['getRequestObject']>['headers'];

/** A rejected delivery, with the response to its sender. */
export class WebhookRejection {
	/**
	 * @param status HTTP status
	 * @param reason one sentence for the sender and the n8n log; never a secret
	 */
	constructor(
		readonly status: number,
		readonly reason: string,
	) {}
}

/** How a service signs its deliveries: HMAC-SHA256 in a header, under the `webhookSecret` of the credential. */
export interface SignatureScheme {
	service: Service;
	/** Lower case. */
	header: string;
	/** The forms of the delivery that may be signed, the raw bytes first. Each is only built when needed. */
	texts(raw: Buffer, headers: Headers): Iterable<Buffer | string>;
	/** Another check with the credential, for correctly signed deliveries. */
	alsoRequired?(credential: IDataObject, headers: Headers): WebhookRejection | undefined;
}

/**
 * Verifies a delivery, the cheapest check first: the header format, the digests of the body, then `alsoRequired`.
 * Without a secret in the credential, rejects every delivery.
 * @returns why the delivery is rejected; undefined if it is valid
 */
export async function verifySignature(
	context: IWebhookFunctions,
	scheme: SignatureScheme,
	raw: Buffer,
): Promise<WebhookRejection | undefined> {
	const { service, header } = scheme;
	const { headers } = context.getRequestObject();
	const notSigned = new WebhookRejection(401, 'The signature does not match');
	if (parseDigest(headers[header]) === undefined) return notSigned;
	return await verifyWithCachedCredential(context, service, (credential) => {
		const secrets = parseSecrets(credential.webhookSecret);
		if (secrets.length === 0) return new WebhookRejection(401, missingSecretMessage(service));
		if (!isSigned(headers[header], scheme.texts(raw, headers), secrets)) return notSigned;
		return scheme.alsoRequired?.(credential, headers);
	});
}

/** The message for a credential without a secret, shared by all checks. */
export const missingSecretMessage = ({ name }: Service): string =>
	`The ${name} credential has no Webhook Secret, so deliveries cannot be verified`;

/**
 * Rejects a delivery signed too long ago or in the future, to prevent replay attacks.
 * @param signedAt milliseconds since 1970, part of the signed content
 * @param window seconds; 0 accepts any age
 * @returns why the delivery is rejected; undefined if its age is accepted
 */
export function verifyTimestamp(
	signedAt: number | undefined,
	window: number,
): WebhookRejection | undefined {
	if (window <= 0) return undefined;
	if (signedAt === undefined) {
		return new WebhookRejection(
			400,
			`The delivery has no timestamp. To accept it, set “${MAX_AGE_LABEL}” to 0.`,
		);
	}
	const age = Math.abs(Date.now() - signedAt) / 1000;
	return age <= window
		? undefined
		: new WebhookRejection(401, 'The delivery is too old, or the sender’s clock is wrong');
}

/** The label of the option that limits the age. */
export const MAX_AGE_LABEL = 'Maximum Age (Seconds)';

/** A hex SHA-256 digest, with the optional prefix of some services. */
const HEX_DIGEST = /^(?:sha256=)?([0-9a-f]{64})$/i;

/** Decodes the digest in a signature header; undefined if it is missing or invalid. */
export function parseDigest(header: unknown): Buffer | undefined {
	const hex = typeof header === 'string' ? HEX_DIGEST.exec(header.trim())?.[1] : undefined;
	return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/**
 * Whether the header contains the HMAC-SHA256 of one of the texts under one of the secrets.
 *
 * Compares decoded digests in constant time and checks every secret, so that timing reveals nothing about a secret.
 * Only builds the next text if no secret matches the previous one.
 *
 * @param texts the forms of the body that the service may have signed, the raw bytes first
 */
export function isSigned(
	header: unknown,
	texts: Iterable<Buffer | string>,
	secrets: readonly string[],
): boolean {
	const given = parseDigest(header);
	if (given === undefined || secrets.length === 0) return false;
	for (const text of texts) {
		let matches = 0;
		for (const secret of secrets) {
			const expected = createHmac('sha256', secret).update(text).digest();
			matches += Number(timingSafeEqual(given, expected));
		}
		if (matches > 0) return true;
	}
	return false;
}

/** Whether two texts are equal, compared in constant time for any lengths. */
export function timingSafeEqualStrings(given: string, expected: string): boolean {
	const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}

/** Minimum characters for comma-separated text to count as a separate secret. */
const MIN_LENGTH_OF_SEVERAL = 16;

/**
 * Returns the webhook secrets in a credential field, which contains several during a rotation: one per line, or
 * separated by commas if each has at least 16 characters. The whole line counts as well, because a secret may contain
 * commas.
 */
export function parseSecrets(field: unknown): string[] {
	const secrets = parseLines(field).flatMap((line) => {
		const pieces = line.split(',').map(withoutBlanks).filter(Boolean);
		return pieces.every(({ length }) => length >= MIN_LENGTH_OF_SEVERAL)
			? [line, ...pieces]
			: [line];
	});
	return [...new Set(secrets)];
}

/** Returns the user-defined keys in a credential field: one per line, with any characters. */
export function parseLines(field: unknown): string[] {
	const lines = typeof field === 'string' ? field.split(/[\r\n]+/) : [];
	return lines.map(withoutBlanks).filter(Boolean);
}

/** Milliseconds for which the deliveries of a trigger share one decrypted credential. */
const CACHE_MS = 2_000;

interface CachedCredential {
	/** When it was read, by the process's clock in milliseconds. */
	at: number;
	credential: IDataObject;
}

/** Cached credentials by workflow, node and credential ID. */
const cache = new Map<string, CachedCredential>();

/**
 * Verifies a delivery with a cached credential. n8n decrypts a credential on every read and creates an isolate for its
 * expressions, which takes longer than everything else; deliveries within two seconds therefore share it. A failed
 * check is repeated with a fresh credential before the delivery is rejected, so a new secret applies immediately, and a
 * removed one for at most two more seconds.
 */
async function verifyWithCachedCredential(
	context: IWebhookFunctions,
	{ credential: type }: Service,
	verify: (credential: IDataObject) => WebhookRejection | undefined,
): Promise<WebhookRejection | undefined> {
	const node = context.getNode();
	const key = JSON.stringify([context.getWorkflow().id, node.id, node.credentials?.[type]?.id]);
	const cached = cache.get(key);
	const first = cached && isFresh(cached) ? { rejection: verify(cached.credential) } : undefined;
	if (first && first.rejection === undefined) {
		await useCredential(context, type, cached!.credential);
		return undefined;
	}

	const fresh = { at: performance.now(), credential: await context.getCredentials(type) };
	await useCredential(context, type, fresh.credential);
	const isUnchanged = first && isSameCredential(fresh.credential, cached!.credential);
	const rejection = isUnchanged ? first.rejection : verify(fresh.credential);
	if (rejection === undefined) cacheCredential(key, fresh);
	else cache.delete(key);
	return rejection;
}

/** Caches a credential, and frees it after its time, because it contains secrets. */
function cacheCredential(key: string, cached: CachedCredential): void {
	cache.set(key, cached);
	startTimer(CACHE_MS, () => {
		if (cache.get(key) === cached) cache.delete(key);
	});
}

/** Provides the credential to the rest of the delivery, so that it is not read again. */
async function useCredential(
	context: IWebhookFunctions,
	type: string,
	credential: IDataObject,
): Promise<void> {
	keepCredential(context, type, credential);
	await secretsOf(context).learn(type, () => Promise.resolve(credential));
}

/** Avoids computing the digests of a forged delivery twice. */
const isSameCredential = (one: IDataObject, other: IDataObject) =>
	JSON.stringify(one) === JSON.stringify(other);

const isFresh = ({ at }: CachedCredential) => performance.now() - at < CACHE_MS;
