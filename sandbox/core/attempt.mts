import axios from 'axios';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.mts';
import type { Attempt, Delivery } from './delivery.mts';
import type { Fault, Faults } from './faults.mts';
import type { DeliveryReorderer } from './reorderDeliveries.mts';
import { codeOf, messageOf } from './sandboxError.mts';

/** Maximum time that a webhook waits for a later one to be sent first, in real milliseconds. */
const MAX_REORDER_WAIT_MS = 10_000;

/** Number of bytes of a receiver's response that are stored. */
const STORED_RESPONSE_BYTES = 1024;

interface AttemptOptions {
	delivery: Delivery;
	kind: Attempt['kind'];
	clock: Clock;
	faults: Faults;
	timeoutSeconds: number;
	/** Statuses that acknowledge a delivery; every 2xx by default. */
	accepts?: readonly number[];
	reorderer: DeliveryReorderer;
	closing: AbortSignal;
}

/**
 * Sends a delivery once and does not follow redirects. Returns `undefined` if the sandbox closes during the attempt.
 */
export async function attemptDelivery(options: AttemptOptions): Promise<Attempt | undefined> {
	const { delivery, clock, closing } = options;
	const faults = options.faults.apply({
		on: 'delivery',
		service: delivery.service,
		method: 'POST',
		path: new URL(delivery.url).pathname,
	});
	const at = clock.now().toISOString();
	const started = performance.now();
	const outcome = await send(delivery, faults, options).catch((error: unknown) => ({
		accepted: false,
		error: closing.aborted ? '' : describeFailure(error, options.timeoutSeconds),
	}));
	options.reorderer.notifySent(delivery.service);
	if (closing.aborted) return undefined;
	const durationMs = Math.round(performance.now() - started);
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
		// Not AbortSignal.timeout: Node.js 20 may forget one in AbortSignal.any.
		const timeout = new AbortController();
		const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1000);
		try {
			const response = await axios.post<Readable>(delivery.url, Buffer.from(delivery.body), {
				headers,
				signal: AbortSignal.any([closing, timeout.signal]),
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
		} finally {
			clearTimeout(timer);
		}
	}
	return outcome;
}

/** Returns a wrong signature of the same format by changing the last character. */
function corruptSignature(signature: string): string {
	return signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0');
}

/** Returns the first KiB of the response. The status has already arrived, so an aborted body is not an error. */
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
		// Show the part that has arrived.
	}
	return Buffer.concat(chunks).subarray(0, STORED_RESPONSE_BYTES).toString('utf8');
}

function describeFailure(error: unknown, timeoutSeconds: number): string {
	if (axios.isCancel(error)) return `No response within ${timeoutSeconds} seconds`;
	const code = codeOf(error);
	const sentence = messageOf(error);
	return code && !sentence.includes(code) ? `${sentence} (${code})`.trim() : sentence;
}
