/**
 * A TCP proxy that simulates a slow connection to a local server: it adds half of the round-trip time in each direction and
 * limits the bytes per second in each direction of a connection. Prints its port.
 * node throttledProxy.mjs <port of the server> <round-trip time, ms> <bytes per second>
 */
import { connect, createServer } from 'node:net';

const [port, roundTrip, rate] = process.argv.slice(2).map(Number);
/** Bytes in transit before the sender has to wait: the bandwidth-delay product and a little more. */
const WINDOW = Math.max(256 * 1024, (rate * (roundTrip + 50)) / 1000);

/**
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 */
function forward(from, to) {
	let freeAt = 0;
	let inTransit = 0;
	/**
	 * Node.js may fire timers of about the same time in any order; the bytes must keep theirs. The end is an empty chunk.
	 * @type {Uint8Array[]}
	 */
	const queue = [];
	/**
	 * Returns the milliseconds until data that is sent now arrives.
	 * @param {number} bytes
	 */
	const arrivalDelay = (bytes) => {
		const now = Date.now();
		freeAt = Math.max(now, freeAt) + (bytes / rate) * 1000;
		return freeAt - now + roundTrip / 2;
	};
	const arrive = () => {
		const next = queue.shift();
		if (!next) return;
		inTransit -= next.length;
		if (next.length === 0) to.end();
		else if (to.writable) to.write(next);
		if (inTransit <= WINDOW) from.resume();
	};
	from.on('data', (chunk) => {
		inTransit += chunk.length;
		queue.push(chunk);
		if (inTransit > WINDOW) from.pause();
		setTimeout(arrive, arrivalDelay(chunk.length));
	});
	from.on('end', () => {
		queue.push(new Uint8Array());
		setTimeout(arrive, arrivalDelay(0));
	});
	from.on('error', () => to.destroy());
	// After its end, everything before it still has to arrive.
	from.on('close', () => from.readableEnded || to.destroy());
}

const server = createServer({ allowHalfOpen: true }, (client) => {
	const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
	forward(client, upstream);
	forward(upstream, client);
});
server.listen(0, '127.0.0.1', () => {
	const address = /** @type {import('node:net').AddressInfo} */ (server.address());
	console.log(address.port);
});
// The parent process has exited.
process.stdin.on('end', () => process.exit()).resume();
