import type { Settings } from '../../core/settings.mts';

export interface Tier {
	/** Whether API keys of this tier may access non-public files. */
	hasApi: boolean;
	uploadsPerHour: number;
	callsPerMinute: number;
	/** Bytes. */
	maxFileBytes: number;
}

const GB = 1_000_000_000;

/** FileShot docs, Rate Limits. */
const TIERS: Readonly<Record<string, Tier>> = {
	free: tier(false, 10, Infinity, 10 * GB),
	pro: tier(false, 100, Infinity, 100 * GB),
	creator: tier(true, 500, 1000, 300 * GB),
	professional: tier(true, Infinity, Infinity, 500 * GB),
};

/** What each tier means, by name. */
export const describeTiers = (): Record<string, string> =>
	Object.fromEntries(
		Object.entries(TIERS).map(
			([name, { hasApi, uploadsPerHour, callsPerMinute, maxFileBytes }]) => {
				const limits = [
					Number.isFinite(uploadsPerHour)
						? `${uploadsPerHour} uploads per hour`
						: 'unlimited uploads',
					...(Number.isFinite(callsPerMinute) ? [`${callsPerMinute} calls per minute`] : []),
					`files up to ${maxFileBytes / GB} GB`,
				];
				return [name, hasApi ? `${limits.join(', ')}.` : 'Keys are rejected with 403.'];
			},
		),
	);

function tier(
	hasApi: boolean,
	uploadsPerHour: number,
	callsPerMinute: number,
	maxFileBytes: number,
): Tier {
	return { hasApi, uploadsPerHour, callsPerMinute, maxFileBytes };
}

/** Returns the account's tier with the limits that the settings override. */
export function currentTier(settings: Settings): Tier {
	const own = TIERS[settings.get('tier')];
	return {
		...own,
		uploadsPerHour: settings.number('uploadsPerHour') || own.uploadsPerHour,
		callsPerMinute: settings.number('callsPerMinute') || own.callsPerMinute,
		maxFileBytes: settings.number('maxFileBytes') || own.maxFileBytes,
	};
}
