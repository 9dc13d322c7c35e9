/** The environment without what an outer npm put into it, with some variables of our own. */
export function ownEnvironment(extra?: Record<string, string>): Record<string, string>;

export interface RunOptions {
	/** What the progress line calls it. */
	label: string;
	cwd: string;
	/** File that gets the whole output. */
	log: string;
	env?: Record<string, string>;
	/** How many packages a complete installation has, for "n of N". */
	packages?: number;
}

/** Runs a program to its end and shows how far it is. Throws a Problem when it cannot be started or fails. */
export function run(command: string, args: string[], options: RunOptions): Promise<void>;
