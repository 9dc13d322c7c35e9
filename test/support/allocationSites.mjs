/**
 * Lets more than a hundred chunks wait, each in its own stream, while V8 collects garbage, and shows how V8 judges the objects
 * that Node creates for them.
 * node --expose-gc --trace-pretenuring --trace-pretenuring-statistics --import tsx allocationSites.mjs [MODULE to load before]
 */
import { createHash } from 'node:crypto';

if (process.argv[2]) await import(process.argv[2]);
const waiting = Array.from({ length: 150 }, () => {
	const stream = createHash('sha256');
	stream.cork();
	stream.write('x');
	return stream;
});
for (let n = 0; n < 2; n++) globalThis.gc({ type: 'minor' });
// An object that is requested later is kept until then.
process.exitCode = waiting.length === 150 ? 0 : 1;
