import { clearInterval, setInterval } from 'node:timers';
import { freeBytes } from './disk.mjs';

/**
 * Prints a line. Does not use console.log, because Jest adds a stack trace to it.
 * @param {string} line
 */
export function printLine(line) {
	process.stdout.write(`${line}\n`);
}

/** The interval between two progress lines if the output is not a terminal (CI, a log file). */
const LOG_INTERVAL_SECONDS = 20;

/**
 * @typedef {object} Progress
 * @property {(text: string) => void} update Sets the current activity.
 * @property {() => void} done
 * @property {() => void} failed
 */

/**
 * Shows the progress of a long task: its current activity, the bytes written and the seconds since its start.
 * @param {string} label
 * @param {string} [folder] the folder that the task writes to; without it, no size is shown
 * @returns {Progress}
 */
export function showProgress(label, folder) {
	const started = Date.now();
	// The file system's own counter, because measuring a tree of 100,000 files every second would slow down the
	// installation. It includes what other programs write, so the text says "about".
	const freeAtStart = folder === undefined ? undefined : freeBytes(folder);
	let detail = '';
	let shownAt = 0;

	const seconds = () => Math.round((Date.now() - started) / 1000);
	const line = () => {
		const free = folder === undefined ? undefined : freeBytes(folder);
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
		} else if (seconds() - shownAt >= LOG_INTERVAL_SECONDS) {
			shownAt = seconds();
			printLine(line());
		}
	};
	const timer = setInterval(show, 1000);
	/** @param {string} text */
	const end = (text) => {
		clearInterval(timer);
		if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
		if (text) printLine(`  ${label}: ${text} (${seconds()} s)`);
	};

	return {
		update(text) {
			detail = text;
		},
		done: () => end('done'),
		failed: () => end('failed'),
	};
}
