import { headerTime } from '../dates';

/** What the two clocks say while a page of the list is read. */
export interface Reading {
	/** The `Date` header of the response, as it is. */
	date: unknown;
	/** This host's time, milliseconds since 1970. */
	host: number;
}

/** The times at which everything is judged, milliseconds since 1970. */
export interface Clock {
	/** Something fits only if it fits at each of them. Empty if no time can be relied on. */
	times: readonly number[];
	/** For the report: the earliest of them, or else this host's. */
	checkedAt: number;
	/** Why nothing is judged by date, a sentence without its full stop. */
	warning?: string;
}

/** Clocks that differ by this much are not both right, milliseconds. */
const TOO_FAR_APART = 24 * 3_600_000;

/**
 * Decides what “now” is. Neither clock is believed alone, because a wrong one would make everything look expired: a date
 * has passed once both say so. If the service reports no time, or one that is a day or more off, nothing is judged at all.
 * @param readings one per page, at least one
 * @param trustsService whether the user wants the service's clock alone to count
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
				? `the time “${date.slice(0, 60)}”, which cannot be read`
				: 'no time';
		return `Nothing is judged by date, because ${service} sent ${seen}`;
	}
	if (trustsService || Math.abs(time - host) < TOO_FAR_APART) return undefined;
	const [theirs, ours] = [new Date(time).toISOString(), new Date(host).toISOString()];
	return `Nothing is judged by date, because the clock of ${service} (${theirs}) is a day or more off the clock of n8n (${ours})`;
}
