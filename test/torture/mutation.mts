import { type Signed, signedHeaders } from '../e2e/triggers.mts';
import type { SeededRandom } from './seededRandom.ts';
import type { RawRequest } from './request.mts';

/**
 * The expected result of a mutant.
 * - `refused`: the service has not signed it; no 2xx and no execution
 * - `taken`: it is equivalent to the original in HTTP or in the service's way of signing; one execution
 * - `either`: the content is signed, but n8n itself may reject the encoding; an execution if and only if the response
 * is 2xx
 */
export type Fate = 'refused' | 'taken' | 'either';

export interface Subject {
	service: Signed;
	secret: string;
	random: SeededRandom;
	/** A valid delivery to be mutated. */
	raw: RawRequest;
}

export interface Mutation {
	name: string;
	fate(service: Signed): Fate;
	change(subject: Subject): void;
	/** The approximate number per thousand mutants; 20 by default. */
	share?: number;
}

export const SIGNATURE = /signature$/i;
export const always = (fate: Fate) => () => fate;

export function signature(raw: RawRequest, change: (value: string) => string): void {
	for (const header of raw.headers) if (SIGNATURE.test(header[0])) header[1] = change(header[1]);
}

export function setHeader({ headers }: RawRequest, name: string, value: string): void {
	const at = headers.findIndex(([known]) => known.toLowerCase() === name.toLowerCase());
	if (at < 0) headers.push([name, value]);
	else headers[at][1] = value;
}

export const text = ({ body }: RawRequest) => body.toString();

/** Signs another body like the service. */
export function sign({ service, secret, raw }: Subject, body: string): void {
	raw.body = Buffer.from(body);
	raw.headers = Object.entries(signedHeaders(service, secret, body));
}

export function flip(bytes: Buffer, bit: number): void {
	bytes[bit >> 3] ^= 1 << (bit & 7);
}
