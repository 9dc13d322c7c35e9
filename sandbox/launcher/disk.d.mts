/** Throws a Problem (with a sentence of advice) when a folder's disk has less room than what takes this many bytes. */
export function checkDisk(folder: string, needed: number, what: string, advice?: string): void;
