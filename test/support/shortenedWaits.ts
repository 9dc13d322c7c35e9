/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setTimeout as sleep } from 'node:timers/promises';

/** How much shorter than in reality outages and the nodes' delays are: five minutes last three seconds. */
export const SHORTENED = 100;

/**
 * The nodes' delays between attempts are this much shorter if this is imported before the nodes. They still happen, so
 * that an outage lasts for as many attempts as in reality.
 */
jest.mock('../../nodes/shared/http/retry', () => ({
	...jest.requireActual<object>('../../nodes/shared/http/retry'),
	cancellableSleep: async (milliseconds: number, signal?: AbortSignal) =>
		await sleep(milliseconds / SHORTENED, undefined, { signal }).catch(() => undefined),
}));

/** Returns the milliseconds that this many seconds last in a test. */
export const shortened = (seconds: number): number => (seconds * 1000) / SHORTENED;
