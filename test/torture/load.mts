import { getPath } from '../../sandbox/n8n/json.mts';
import { type ActiveTrigger, goodDelivery, type Signed } from '../e2e/triggers.mts';
import type { Chance } from './chance.ts';
import { type RawRequest, rawRequest } from './request.mts';

/** Where the number of a good delivery stands in what starts a run. */
const NUMBER_AT: Record<Signed, string> = {
	fileCourier: 'request_id',
	speedyFiles: 'package_id',
	filestack: 'id',
};

/** The number of the good delivery that an item came from. */
export const idIn = (service: Signed, item: unknown): string =>
	String(getPath(item, NUMBER_AT[service])).replace(/^(req_|p)/, '');

export interface Load {
	/** Good deliveries; a tenth of them are repeats of others, near to them or far away. */
	requests: RawRequest[];
	/** The numbers that have to run, once each. */
	distinct: Map<ActiveTrigger, number[]>;
}

/**
 * @param total requests, the repeats included
 * @param first number of the first delivery
 */
export function makeLoad(
	chance: Chance,
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
		const from = chance.whole(0, requests.length - 1);
		// Half of them at the same moment as the first, half at any time after it.
		const to = chance.next() < 0.5 ? from + 1 : chance.whole(from + 1, requests.length);
		requests.splice(to, 0, requests[from]);
	}
	return { requests, distinct };
}
