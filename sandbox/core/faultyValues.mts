import type { FastifyRequest } from 'fastify';

/** Returns the size (bytes) for the response: the real one, unless the fault `wrongSize` applies to the request. */
export function reportedSize({ faults }: FastifyRequest, size: number): number {
	return faults.some(({ type }) => type === 'wrongSize') ? size + 1 : size;
}

/** Returns the hash (hex) for the response: the real one, unless the fault `wrongHash` applies to the request. */
export function reportedHash({ faults }: FastifyRequest, hash: string): string {
	if (!faults.some(({ type }) => type === 'wrongHash')) return hash;
	return (hash.startsWith('0') ? '1' : '0') + hash.slice(1);
}
