/** Removes what killed runs have left below a folder. */
export function removeLeft(base: string): void;

/** Makes a folder for this process. */
export function makeRoom(base: string): string;
