import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { keepCredential } from '../secrets';
import type { Service } from '../service';
import type { Refusal } from './receive';

/** Milliseconds for which the deliveries of a trigger share one reading of its credential. */
const SHARED_FOR = 2_000;

interface Reading {
	at: number;
	credential: IDataObject;
}

/** By workflow, node and credential. */
const readings = new Map<string, Reading>();

/**
 * Has a delivery judged with the credential of its trigger. n8n reads and decrypts a credential anew each time, and makes an
 * isolate for its expressions, which takes longer than all else that is done for a delivery; so those of a burst share a
 * reading. A refusal is always that of a new reading: a secret counts as soon as it is entered, and for at most two seconds
 * after it was removed.
 */
export async function judgeDelivery(
	context: IWebhookFunctions,
	{ credential: type }: Service,
	judge: (credential: IDataObject) => Refusal | undefined,
): Promise<Refusal | undefined> {
	const node = context.getNode();
	const key = JSON.stringify([context.getWorkflow().id, node.id, node.credentials?.[type]?.id]);
	const shared = readings.get(key);
	const first = shared && isFresh(shared) ? { refusal: judge(shared.credential) } : undefined;
	if (first && first.refusal === undefined) {
		keepCredential(context, type, shared!.credential);
		return undefined;
	}

	const reading = { at: Date.now(), credential: await context.getCredentials(type) };
	keepCredential(context, type, reading.credential);
	const isUnchanged = first && isSameCredential(reading.credential, shared!.credential);
	const refusal = isUnchanged ? first.refusal : judge(reading.credential);
	for (const [one, old] of readings) if (!isFresh(old)) readings.delete(one);
	if (refusal === undefined) readings.set(key, reading);
	else readings.delete(key);
	return refusal;
}

/** So that the digests of a forged delivery are computed once. */
const isSameCredential = (one: IDataObject, other: IDataObject) =>
	JSON.stringify(one) === JSON.stringify(other);

const isFresh = ({ at }: Reading) => Date.now() - at < SHARED_FOR;
