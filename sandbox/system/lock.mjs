import {
	linkSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { say } from './progress.mjs';

/** A holder touches its lock this often; one that was not touched for HELD_MS is nobody's (a crash, a reused process id). */
const TOUCH_MS = 5_000;
const HELD_MS = 60_000;

/** This process, as a lock names its holder. */
export const me = `${process.pid}@${hostname()}`;

/** True when the file was made, with its content, by this call alone: linking is atomic, opening and writing are not. */
function claim(file) {
	const own = `${file}.${process.pid}`;
	writeFileSync(own, me);
	try {
		linkSync(own, file);
		return true;
	} catch (error) {
		if (error.code === 'EEXIST') return false;
		throw error;
	} finally {
		rmSync(own, { force: true });
	}
}

/** Whether the process that is so named still runs; one of another machine is taken to. */
export function isAlive(holder) {
	const [pid, host] = holder.split('@');
	if (host !== hostname()) return true;
	try {
		process.kill(Number(pid), 0);
		return !isZombie(pid);
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** Whether a process has ended and nobody has asked for its exit code yet: in a container that may never happen. */
function isZombie(pid) {
	try {
		// The state stands behind the name in brackets, which may hold brackets itself (man proc_pid_stat).
		return /^\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*(?=\))/s, ''));
	} catch {
		return false;
	}
}

/** The holder's "pid@host" if somebody really holds the lock. */
function holderOf(file) {
	try {
		const holder = readFileSync(file, 'utf8');
		const touched = Date.now() - statSync(file).mtimeMs < HELD_MS;
		return touched && isAlive(holder) ? holder : undefined;
	} catch (error) {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	}
}

/** Clears a dead holder's lock. If somebody took it between looking and moving, it is put back. */
function clearStale(file) {
	const aside = `${file}.stale.${process.pid}`;
	try {
		renameSync(file, aside);
	} catch (error) {
		if (error.code === 'ENOENT') return;
		throw error;
	}
	if (holderOf(aside)) linkSync(aside, file);
	rmSync(aside, { force: true });
}

/**
 * Takes a lock without waiting.
 * @param {string} file
 * @returns {{ release: () => void } | { holder: string }} how to give it back, or the process id of whoever holds it
 */
export function takeLock(file) {
	mkdirSync(dirname(file), { recursive: true });
	while (!claim(file)) {
		const holder = holderOf(file);
		if (holder) return { holder: holder.split('@')[0] };
		clearStale(file);
	}
	const touch = setInterval(() => {
		const now = new Date();
		try {
			utimesSync(file, now, now);
		} catch {
			// Somebody removed the folder: the work goes on, it is theirs to repeat.
		}
	}, TOUCH_MS);
	touch.unref();
	const release = () => {
		clearInterval(touch);
		process.off('exit', release);
		rmSync(file, { force: true });
	};
	// A program that ends in the middle of its work, because it was asked to, does not get to its end.
	process.once('exit', release);
	return { release };
}

/**
 * Runs work while no other process does work under the same lock file.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
	let told = false;
	for (;;) {
		const lock = takeLock(file);
		if ('release' in lock) {
			try {
				return await work();
			} finally {
				lock.release();
			}
		}
		if (!told) say(`  Process ${lock.holder} is working here already: waiting for it.`);
		told = true;
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}
