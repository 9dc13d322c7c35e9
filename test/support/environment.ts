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
