import { binaryData } from './engine';
import { Sandbox } from './sandbox';

/** For a file of tests: n8n's storage, and a sandbox of its own, without requests and faults before each test. */
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
