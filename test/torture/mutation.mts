import { type Signed, signedHeaders } from '../e2e/triggers.mts';
import type { Chance } from './chance.ts';
import type { RawRequest } from './request.mts';

/**
 * What has to become of a mutant.
 * - `refused`: it is not what the service has signed; no 2xx and no run
 * - `taken`: it says the same in another way that HTTP, or the service's own way of signing, allows; one run
 * - `either`: it is what the service has signed, in a wrapping that n8n itself may refuse; a run if and only if 2xx
 */
export type Fate = 'refused' | 'taken' | 'either';

export interface Subject {
	service: Signed;
	secret: string;
	chance: Chance;
	/** A good delivery, to be changed. */
	raw: RawRequest;
}

export interface Mutation {
	name: string;
	fate(service: Signed): Fate;
	change(subject: Subject): void;
	/** How many of a thousand, roughly; 20 unless given. */
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

/** Signs another body as the service would. */
export function sign({ service, secret, raw }: Subject, body: string): void {
	raw.body = Buffer.from(body);
	raw.headers = Object.entries(signedHeaders(service, secret, body));
}

export function flip(bytes: Buffer, bit: number): void {
	bytes[bit >> 3] ^= 1 << (bit & 7);
}
