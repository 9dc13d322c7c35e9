/** Removes what killed runs have left below a folder. */
export function removeAbandonedDirs(base: string): void;

/** Makes a folder for this process. */
export function createTempDir(base: string): string;
