import { shortenWaits, waits } from './waits';

/**
 * Runs before the imports of each suite. n8n's engine takes longer to load than most suites take to run, so a worker loads it
 * once, outside of the suite's module registry.
 */
for (const name of [
	'n8n-core',
	'n8n-workflow',
	'@n8n/di',
	'@n8n/blob-storage',
	'@n8n/blob-storage/object-store',
	'axios',
]) {
	jest.mock(name, () => requireOnce(name));
}

// The engine outlives the suite; spies on it must not.
afterAll(() => jest.restoreAllMocks());

// Delays between attempts would take most of the time of a run.
type Retry = typeof import('../../nodes/shared/http/retry');
jest.mock('../../nodes/shared/http/retry', () => {
	const actual = jest.requireActual<Retry>('../../nodes/shared/http/retry');
	return { ...actual, cancellableSleep: shortenWaits(actual.cancellableSleep) };
});
beforeEach(() => void (waits.length = 0));
