import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { keepCredential } from '../http/secrets';
import type { Service } from '../http/service';
import type { Refusal } from './handler';

/** Milliseconds for which the deliveries of a trigger share one decrypted credential. */
const CACHE_MS = 2_000;

interface CachedCredential {
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
export async function judgeDelivery(
	context: IWebhookFunctions,
	{ credential: type }: Service,
	verify: (credential: IDataObject) => Refusal | undefined,
): Promise<Refusal | undefined> {
	const node = context.getNode();
	const key = JSON.stringify([context.getWorkflow().id, node.id, node.credentials?.[type]?.id]);
	const cached = cache.get(key);
	const first = cached && isFresh(cached) ? { refusal: verify(cached.credential) } : undefined;
	if (first && first.refusal === undefined) {
		keepCredential(context, type, cached!.credential);
		return undefined;
	}

	const fresh = { at: Date.now(), credential: await context.getCredentials(type) };
	keepCredential(context, type, fresh.credential);
	const isUnchanged = first && isSameCredential(fresh.credential, cached!.credential);
	const refusal = isUnchanged ? first.refusal : verify(fresh.credential);
	for (const [one, old] of cache) if (!isFresh(old)) cache.delete(one);
	if (refusal === undefined) cache.set(key, fresh);
	else cache.delete(key);
	return refusal;
}

/** Avoids computing the digests of a forged delivery twice. */
const isSameCredential = (one: IDataObject, other: IDataObject) =>
	JSON.stringify(one) === JSON.stringify(other);

const isFresh = ({ at }: CachedCredential) => Date.now() - at < CACHE_MS;
