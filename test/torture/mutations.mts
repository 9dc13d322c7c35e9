import type { SeededRandom } from './seededRandom.ts';
import type { Mutation } from './mutation.mts';
import { BODIES } from './mutationsOfBody.mts';
import { ENCODINGS } from './mutationsOfEncoding.mts';
import { HEADERS } from './mutationsOfHeaders.mts';
import { SIGNATURES } from './mutationsOfSignature.mts';

export const MUTATIONS: Mutation[] = [...BODIES, ...SIGNATURES, ...HEADERS, ...ENCODINGS];

/** Returns a random mutation, weighted by the shares. */
export function pickMutation(random: SeededRandom): Mutation {
	const shares = MUTATIONS.map(({ share = 20 }) => share);
	let left = random.next() * shares.reduce((sum, share) => sum + share, 0);
	return MUTATIONS.find((_, index) => (left -= shares[index]) < 0)!;
}
