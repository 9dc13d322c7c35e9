/** Takes a lock without waiting: how to give it back, or the process id of whoever holds it. */
export function takeLock(file: string): { release: () => void } | { holder: string };

/** Runs work while no other process does work under the same lock file; a dead holder's lock is taken over. */
export function withLock<T>(file: string, work: () => Promise<T>): Promise<T>;

/** This process, as a lock names its holder: pid@host. */
export const me: string;

/** Whether the process that is so named still runs; one of another machine is taken to. */
export function isAlive(holder: string): boolean;
