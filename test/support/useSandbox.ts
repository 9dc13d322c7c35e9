import { binaryData } from './engine';
import { Sandbox } from './sandbox';

/** Starts a sandbox for a file of tests; before each test it forgets requests and faults. */
export function useSandbox(): Sandbox {
	const sandbox = new Sandbox();
	beforeAll(async () => {
		await binaryData();
		await sandbox.start();
	});
	afterAll(async () => await sandbox.stop());
	beforeEach(async () => await sandbox.reset());
	return sandbox;
}
