import { getPath } from '../../sandbox/n8n/json.mts';
import { type ActiveTrigger, goodDelivery, type Signed } from '../e2e/triggers.mts';
import type { SeededRandom } from './seededRandom.ts';
import { type RawRequest, rawRequest } from './request.mts';

/** The path of a valid delivery's number in the trigger's output. */
const NUMBER_AT: Record<Signed, string> = {
	fileCourier: 'sessionId',
	speedyFiles: 'packageId',
	filestack: 'deliveryId',
};

/** Returns the number of the valid delivery that an item came from. */
export const idIn = (service: Signed, item: unknown): string =>
	String(getPath(item, NUMBER_AT[service])).replace(/^(req_|p)/, '');

export interface Load {
	/** Valid deliveries; a tenth of them are duplicates of others, near or far away. */
	requests: RawRequest[];
	/** The numbers that must start exactly one execution each. */
	distinct: Map<ActiveTrigger, number[]>;
}

/**
 * @param total number of requests, including duplicates
 * @param first number of the first delivery
 */
export function makeLoad(
	random: SeededRandom,
	triggers: ActiveTrigger[],
	total: number,
	first: number,
): Load {
	const distinct = new Map<ActiveTrigger, number[]>(triggers.map((trigger) => [trigger, []]));
	const repeats = Math.floor(total / 10);
	const requests = Array.from({ length: total - repeats }, (_, index) => {
		const trigger = triggers[index % triggers.length];
		distinct.get(trigger)!.push(first + index);
		return rawRequest(trigger.url, goodDelivery(trigger.service, trigger.secret, first + index));
	});
	for (let n = 0; n < repeats; n++) {
		const from = random.whole(0, requests.length - 1);
		// Half of the duplicates are sent right after the original, half at any time later.
		const to = random.next() < 0.5 ? from + 1 : random.whole(from + 1, requests.length);
		requests.splice(to, 0, requests[from]);
	}
	return { requests, distinct };
}
