/** Throws a Problem that names the build tools which this machine lacks. */
export function checkBuildTools(path?: string): void;
