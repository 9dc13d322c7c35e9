/* eslint-disable @n8n/community-nodes/no-restricted-globals */

/** Whether to run the complete test (`npm run test:torture`) or the short form in `npm test`. */
export const isFull = process.env.TORTURE === 'full';

/** Returns the number of repetitions. */
export const scaled = (full: number, short: number): number => (isFull ? full : short);

/** The seed of all random numbers. Set TORTURE_SEED to repeat an earlier run. */
export const seed: number = Number(process.env.TORTURE_SEED) || Math.trunc(Math.random() * 2 ** 31);
