/** SHA-256 (hex) over the names and contents of files and folders; paths are relative to root. */
export function contentHash(root: string, paths: string[]): string;

/** Whether the work that a stamp stands for was finished for exactly this content. */
export function isStamped(file: string, hash: string): boolean;

/** Written last: work that was interrupted leaves none and is repeated. */
export function writeStamp(file: string, hash: string): void;
