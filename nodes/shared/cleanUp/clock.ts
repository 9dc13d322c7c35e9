import { headerTime } from '../dates';

/** The times of both clocks when a page of the list was read. */
export interface Reading {
	/** The unparsed `Date` header of the response. */
	date: unknown;
	/** n8n's time, milliseconds since 1970. */
	host: number;
}

/** The times that dates are compared with, milliseconds since 1970. */
export interface Clock {
	/** An item matches only if it matches at each of them. Empty if there is no reliable time. */
	times: readonly number[];
	/** The time in the report: the earliest of them, or n8n's if there is none. */
	checkedAt: number;
	/** Why no dates are compared: a sentence without a period. */
	warning?: string;
}

/** Difference in milliseconds from which one of the two clocks must be wrong. */
const MAX_CLOCK_DIFFERENCE = 24 * 3_600_000;

/**
 * Determines the current time. A date has passed only if both clocks agree, because a single wrong clock would make every
 * item look expired. Without a valid time from the service, or if the clocks differ by a day or more, no dates are
 * compared.
 * @param readings one per page, at least one
 * @param trustsService whether to use the service's clock alone
 */
export function clockOf(
	service: string,
	readings: readonly Reading[],
	trustsService: boolean,
): Clock {
	let [earliest, latest] = [Infinity, -Infinity];
	const include = (time: number) => {
		earliest = Math.min(earliest, time);
		latest = Math.max(latest, time);
	};
	const [{ host: started }] = readings;
	for (const { date, host } of readings) {
		const time = headerTime(date);
		const warning = warningOf(service, date, host, trustsService);
		if (time === undefined || warning) return { times: [], checkedAt: started, warning };
		include(time);
		if (!trustsService) include(host);
	}
	return { times: earliest === latest ? [earliest] : [earliest, latest], checkedAt: earliest };
}

function warningOf(
	service: string,
	date: unknown,
	host: number,
	trustsService: boolean,
): string | undefined {
	const time = headerTime(date);
	if (time === undefined) {
		const seen =
			typeof date === 'string' && date.trim() !== ''
				? `the invalid time “${date.slice(0, 60)}”`
				: 'no time';
		return `No dates were compared because ${service} sent ${seen}`;
	}
	if (trustsService || Math.abs(time - host) < MAX_CLOCK_DIFFERENCE) return undefined;
	const [theirs, ours] = [new Date(time).toISOString(), new Date(host).toISOString()];
	return `No dates were compared because the clocks of ${service} (${theirs}) and n8n (${ours}) differ by a day or more`;
}
