/* eslint-disable @n8n/community-nodes/no-restricted-globals */

/** Whether all of it runs (`npm run test:torture`) or the short form that belongs to `npm test`. */
export const isFull = process.env.TORTURE === 'full';

/** How often something is done. */
export const times = (full: number, short: number): number => (isFull ? full : short);

/** What all chance in a run comes from. TORTURE_SEED repeats an earlier one. */
export const seed: number = Number(process.env.TORTURE_SEED) || Math.trunc(Math.random() * 2 ** 31);
