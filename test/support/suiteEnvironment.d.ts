import type { SandboxInfo } from './processes';

declare global {
	/** Loads a module once per worker, outside of the suite's registry. */
	var requireOnce: (name: string) => unknown;
	/** The worker's process of sandboxes. */
	var sandboxHost: {
		start(): Promise<{ folder: string; info: SandboxInfo }>;
		stop(folder: string): Promise<void>;
	};
}
