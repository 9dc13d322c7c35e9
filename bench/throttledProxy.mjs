/**
 * A slow line to a server on this machine: a TCP proxy that adds half of the round trip each way and lets no more than so
 * many bytes a second through in each direction of a connection. Prints its port.
 * node link.mjs <port of the server> <round trip, ms> <bytes a second>
 */
import { connect, createServer } from 'node:net';

const [port, roundTrip, rate] = process.argv.slice(2).map(Number);
/** Bytes under way before the sender has to wait: what fills the line, and a little. */
const WINDOW = Math.max(256 * 1024, (rate * (roundTrip + 50)) / 1000);

function carry(from, to) {
	let free = 0;
	let underWay = 0;
	/** When what is sent now arrives, in milliseconds from now. */
	const arrival = (bytes) => {
		const now = Date.now();
		free = Math.max(now, free) + (bytes / rate) * 1000;
		return free - now + roundTrip / 2;
	};
	from.on('data', (chunk) => {
		underWay += chunk.length;
		if (underWay > WINDOW) from.pause();
		setTimeout(() => {
			underWay -= chunk.length;
			if (to.writable) to.write(chunk);
			if (underWay <= WINDOW) from.resume();
		}, arrival(chunk.length));
	});
	from.on('end', () => setTimeout(() => to.end(), arrival(0)));
	from.on('error', () => to.destroy());
	from.on('close', () => setTimeout(() => to.destroy(), arrival(0) + 1000));
}

const server = createServer({ allowHalfOpen: true }, (near) => {
	const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
	carry(near, far);
	carry(far, near);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
// Whoever started it is gone.
process.stdin.on('end', () => process.exit()).resume();
