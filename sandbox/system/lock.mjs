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
import { printLine } from './progress.mjs';

/** The interval at which an owner touches its lock file. */
const TOUCH_INTERVAL_MS = 5_000;

/** A lock file that has not been touched for this long is stale (a crash, a reused process id) and may be taken over. */
const STALE_AFTER_MS = 60_000;

/** This process as the owner of a lock: "pid@host". */
export const ownerId = `${process.pid}@${hostname()}`;

/**
 * Returns the `code` of a system error, such as "ENOENT".
 * @param {unknown} error
 * @returns {string | undefined}
 */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error).code;

/**
 * Whether this call created the file with its content: `link` is atomic, opening and writing a file is not.
 * @param {string} file
 */
function claim(file) {
	const own = `${file}.${process.pid}`;
	writeFileSync(own, ownerId);
	try {
		linkSync(own, file);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw error;
	} finally {
		rmSync(own, { force: true });
	}
}

/**
 * Whether an owner's process is still running; a process on another machine is assumed to be.
 * @param {string} owner "pid@host"
 */
export function isAlive(owner) {
	const [pid, host] = owner.split('@');
	if (host !== hostname()) return true;
	try {
		process.kill(Number(pid), 0);
		return !isZombie(pid);
	} catch (error) {
		return codeOf(error) === 'EPERM';
	}
}

/**
 * Whether a process has ended but its parent has not read its exit code, which may never happen in a container.
 * @param {string} pid
 */
function isZombie(pid) {
	try {
		// The state follows the name in parentheses, and the name may contain parentheses itself (man proc_pid_stat).
		return /^\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*(?=\))/s, ''));
	} catch {
		return false;
	}
}

/**
 * Returns the lock's owner ("pid@host"), or undefined if the lock is free or stale.
 * @param {string} file
 * @returns {string | undefined}
 */
function liveOwner(file) {
	try {
		const owner = readFileSync(file, 'utf8');
		const isFresh = Date.now() - statSync(file).mtimeMs < STALE_AFTER_MS;
		return isFresh && isAlive(owner) ? owner : undefined;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/**
 * Removes a stale lock. Puts it back if another process has taken it between the check and the rename.
 * @param {string} file
 */
function clearStale(file) {
	const aside = `${file}.stale.${process.pid}`;
	try {
		renameSync(file, aside);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return;
		throw error;
	}
	if (liveOwner(aside)) linkSync(aside, file);
	rmSync(aside, { force: true });
}

/**
 * Takes a lock without waiting.
 * @param {string} file
 * @returns {{ release: () => void } | { holder: string }} a function that releases the lock, or its owner's process id
 */
export function takeLock(file) {
	mkdirSync(dirname(file), { recursive: true });
	while (!claim(file)) {
		const owner = liveOwner(file);
		if (owner) return { holder: owner.split('@')[0] };
		clearStale(file);
	}
	const timer = setInterval(() => {
		const now = new Date();
		try {
			utimesSync(file, now, now);
		} catch {
			// The folder was removed while the work was in progress; the work itself may continue.
		}
	}, TOUCH_INTERVAL_MS);
	timer.unref();
	const release = () => {
		clearInterval(timer);
		process.off('exit', release);
		rmSync(file, { force: true });
	};
	// A process that exits on a signal does not reach the end of its work.
	process.once('exit', release);
	return { release };
}

/**
 * Runs work while holding a lock; waits until other processes have released it.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
	let isAnnounced = false;
	for (;;) {
		const lock = takeLock(file);
		if ('release' in lock) {
			try {
				return await work();
			} finally {
				lock.release();
			}
		}
		if (!isAnnounced)
			printLine(`  Waiting for process ${lock.holder}, which is already doing this.`);
		isAnnounced = true;
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}
