export interface LauncherOptions {
	/** End after the journey, with an exit code. */
	once: boolean;
	/** Ports that the person wants; without them, the usual ones or free ones. */
	port?: number;
	sandboxPort?: number;
}

/** Reads the command line of `npm start`. Throws a Problem that names what it does not understand. */
export function readOptions(args: string[]): LauncherOptions;
