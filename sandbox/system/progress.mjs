import { clearInterval, setInterval } from 'node:timers';
import { freeBytes } from './disk.mjs';

/** Prints a line. Not by console.log: a test runner would print it with a stack. */
export function say(line) {
	process.stdout.write(`${line}\n`);
}

/** Without a terminal (CI, a log file) a line now and then is enough. */
const QUIET_EVERY_SECONDS = 20;

/**
 * Shows that something long is going on: what, how far, how much was written, and for how many seconds.
 * @param {string} label
 * @param {string} [folder] where it writes; without it, nothing is told about sizes
 */
export function progress(label, folder) {
	const started = Date.now();
	// The file system's own count, because measuring a tree of a hundred thousand files every second would slow the
	// installation that it measures. Other programs' writes are in it too, so it is "about".
	const freeAtStart = folder && freeBytes(folder);
	let detail = '';
	let shownAt = 0;

	const seconds = () => Math.round((Date.now() - started) / 1000);
	const line = () => {
		const free = folder && freeBytes(folder);
		const written =
			free === undefined || freeAtStart === undefined ? 0 : Math.max(0, freeAtStart - free);
		const size =
			written > 5e6
				? `about ${written > 1e9 ? `${(written / 1e9).toFixed(1)} GB` : `${Math.round(written / 1e6)} MB`} written`
				: '';
		return `  ${label}: ${[detail, size, `${seconds()} s`].filter(Boolean).join(', ')}`;
	};
	const show = () => {
		if (process.stdout.isTTY) {
			process.stdout.write(`\r\u001b[2K${line().slice(0, (process.stdout.columns || 80) - 1)}`);
		} else if (seconds() - shownAt >= QUIET_EVERY_SECONDS) {
			shownAt = seconds();
			say(line());
		}
	};
	const timer = setInterval(show, 1000);
	const end = (text) => {
		clearInterval(timer);
		if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
		if (text) say(`  ${label}: ${text} (${seconds()} s)`);
	};

	return {
		/** What it is doing just now. */
		update(text) {
			detail = text;
		},
		done: () => end('done'),
		failed: () => end('failed'),
	};
}
