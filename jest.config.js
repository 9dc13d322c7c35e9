/**
 * Three projects: the nodes in n8n's own engine (CommonJS, as n8n loads them), the sandbox, and the real n8n.
 * The last two are ES modules, like the programs they test.
 */
const modules = {
	testEnvironment: 'node',
	extensionsToTreatAsEsm: ['.mts'],
	moduleFileExtensions: ['mts', 'ts', 'mjs', 'js', 'json', 'node'],
	transform: {
		'^.+\\.mts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/sandbox/tsconfig.json' }],
	},
	modulePathIgnorePatterns: [
		'<rootDir>/.host',
		'<rootDir>/.run',
		'<rootDir>/dist',
		'<rootDir>/packages',
	],
};

/** @type {import('jest').Config} */
module.exports = {
	projects: [
		{
			displayName: 'nodes',
			testEnvironment: 'node',
			testMatch: ['<rootDir>/test/**/*.test.ts'],
			setupFiles: ['<rootDir>/test/support/environment.ts'],
			transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json' }] },
			modulePathIgnorePatterns: modules.modulePathIgnorePatterns,
		},
		{
			...modules,
			displayName: 'sandbox',
			testMatch: ['<rootDir>/test/sandbox/**/*.test.mts'],
		},
		{ ...modules, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.mts'] },
	],
	testTimeout: 60_000,
};
