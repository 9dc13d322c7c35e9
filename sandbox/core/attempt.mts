import axios from 'axios';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.mts';
import type { Attempt, Delivery } from './delivery.mts';
import type { Fault, Faults } from './faults.mts';
import type { DeliveryReorderer } from './reorderDeliveries.mts';
import { codeOf, messageOf } from './sandboxError.mts';

/** How long a webhook waits to be overtaken, in real milliseconds. */
const MAX_REORDER_WAIT_MS = 10_000;

/** How much of a receiver's answer is kept, in bytes. */
const STORED_RESPONSE_BYTES = 1024;

interface AttemptOptions {
	delivery: Delivery;
	kind: Attempt['kind'];
	clock: Clock;
	faults: Faults;
	timeoutSeconds: number;
	/** Statuses that acknowledge; without it, every 2xx. */
	accepts?: readonly number[];
	reorderer: DeliveryReorderer;
	closing: AbortSignal;
}

/** Sends a delivery once; a redirect is an answer like another. `undefined` when the sandbox closes meanwhile. */
export async function attemptDelivery(options: AttemptOptions): Promise<Attempt | undefined> {
	const { delivery, clock, closing } = options;
	const faults = options.faults.apply({
		on: 'delivery',
		service: delivery.service,
		method: 'POST',
		path: new URL(delivery.url).pathname,
	});
	const at = clock.now().toISOString();
	const begun = performance.now();
	const outcome = await send(delivery, faults, options).catch((error: unknown) => ({
		accepted: false,
		error: closing.aborted ? '' : describeFailure(error, options.timeoutSeconds),
	}));
	options.reorderer.notifySent(delivery.service);
	if (closing.aborted) return undefined;
	const durationMs = Math.round(performance.now() - begun);
	return { at, kind: options.kind, durationMs, faults: faults.map(({ type }) => type), ...outcome };
}

type ReceiverResponse = Pick<Attempt, 'accepted' | 'status' | 'answer'>;

async function send(
	delivery: Delivery,
	faults: readonly Fault[],
	{ timeoutSeconds, accepts, reorderer: overtaking, closing }: AttemptOptions,
): Promise<ReceiverResponse> {
	const headers = { ...delivery.headers };
	let copies = 1;
	for (const fault of faults) {
		if (fault.type === 'delay') await sleep(fault.milliseconds, undefined, { signal: closing });
		if (fault.type === 'outOfOrder') {
			await overtaking.waitForNext(
				delivery.service,
				fault.milliseconds ?? MAX_REORDER_WAIT_MS,
				closing,
			);
		}
		if (fault.type === 'duplicateDelivery') copies = fault.copies ?? 2;
		if (fault.type === 'badSignature') {
			headers[delivery.signatureHeader] = corruptSignature(headers[delivery.signatureHeader]);
		}
	}
	let outcome: ReceiverResponse = { accepted: false };
	for (let copy = 0; copy < copies; copy += 1) {
		const signal = AbortSignal.any([closing, AbortSignal.timeout(timeoutSeconds * 1000)]);
		const response = await axios.post<Readable>(delivery.url, Buffer.from(delivery.body), {
			headers,
			signal,
			maxRedirects: 0,
			proxy: false,
			responseType: 'stream',
			validateStatus: () => true,
		});
		const answer = await readBeginning(response.data);
		outcome = {
			accepted:
				accepts?.includes(response.status) ?? (response.status >= 200 && response.status < 300),
			status: response.status,
			answer,
		};
	}
	return outcome;
}

/** Another signature of the same form: the last character is exchanged. */
function corruptSignature(signature: string): string {
	return signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0');
}

/** The answer's first KiB. The status has come already, so a body that breaks off takes nothing away from it. */
async function readBeginning(body: Readable): Promise<string> {
	const chunks: Buffer[] = [];
	let length = 0;
	try {
		for await (const chunk of body) {
			chunks.push(chunk as Buffer);
			length += (chunk as Buffer).length;
			if (length >= STORED_RESPONSE_BYTES) break;
		}
	} catch {
		// What has arrived is what can be shown.
	}
	return Buffer.concat(chunks).subarray(0, STORED_RESPONSE_BYTES).toString('utf8');
}

function describeFailure(error: unknown, timeoutSeconds: number): string {
	if (axios.isCancel(error)) return `No answer within ${timeoutSeconds} seconds`;
	const code = codeOf(error);
	const sentence = messageOf(error);
	return code && !sentence.includes(code) ? `${sentence} (${code})`.trim() : sentence;
}
