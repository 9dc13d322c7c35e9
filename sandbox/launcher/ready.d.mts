/** The repository's folder. */
export const ROOT: string;

/** Throws a Problem when this Node.js is too old for the project. */
export function checkNode(version?: string): void;

/** How many packages a lockfile installs. */
export function packagesIn(lockfile: string): number;

/** Installs what package-lock.json names unless it is there. Throws a Problem. */
export function ready(root?: string): Promise<void>;
