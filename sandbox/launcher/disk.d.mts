/** Throws a Problem (with a sentence of advice) when a folder's disk has less room than this many bytes. */
export function checkDisk(folder: string, needed: number, advice?: string): void;
