import type { FastifyRequest } from 'fastify';

/** A size in bytes as the answer tells it: the true one, unless the fault `wrongSize` strikes the request. */
export function reportedSize({ faults }: FastifyRequest, size: number): number {
	return faults.some(({ type }) => type === 'wrongSize') ? size + 1 : size;
}

/** A hex hash as the answer tells it: the true one, unless the fault `wrongHash` strikes the request. */
export function reportedHash({ faults }: FastifyRequest, hash: string): string {
	if (!faults.some(({ type }) => type === 'wrongHash')) return hash;
	return (hash.startsWith('0') ? '1' : '0') + hash.slice(1);
}
