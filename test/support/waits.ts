/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setTimeout as sleep } from 'node:timers/promises';

type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** The delays that the nodes have requested in the current test, in milliseconds. */
export const waits: number[] = [];

/**
 * How much shorter than in reality the delays of the nodes are: five minutes last three seconds. They still happen, so that
 * an outage lasts for as many attempts as in reality.
 */
const FACTOR = 100;
let factor = FACTOR;

/** Returns the milliseconds that a delay of this many seconds takes in a test. */
export const shortened = (seconds: number): number => (seconds * 1000) / FACTOR;

/** Lets the nodes continue at once in a file of tests. */
export const skipWaits = (): void => void (factor = Infinity);

/** Lets the delays of the nodes take a hundredth of their time again. */
export const useShortWaits = (): void => void (factor = FACTOR);

/** Lets the delays of the nodes last as long as in reality in a file of tests. */
export const useRealWaits = (): void => void (factor = 1);

/** Lets the clock of deadlines run as much faster as the delays are shorter, until mocks are restored. */
export function hurryDeadlines(): void {
	const now = performance.now.bind(performance);
	const start = now();
	jest.spyOn(performance, 'now').mockImplementation(() => start + (now() - start) * FACTOR);
}

/** Replaces the function with which the nodes wait. */
export const shortenWaits =
	(actual: Sleep): Sleep =>
	async (milliseconds, signal) => {
		waits.push(milliseconds);
		if (factor === 1) return await actual(milliseconds, signal);
		if (factor === Infinity) return;
		await sleep(milliseconds / factor, undefined, { signal }).catch(() => undefined);
	};
