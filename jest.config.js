const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * Five projects: the nodes in n8n's own engine (CommonJS, as n8n loads them), the sandbox, the real n8n, the same in queue
 * mode, and torture tests, in which nothing may be lost. The sandbox and real n8n suites are ES modules, like the programs that they test; torture suites may be either.
 */
const modules = {
	testEnvironment: 'node',
	setupFilesAfterEnv: ['<rootDir>/test/support/buffers.js'],
	extensionsToTreatAsEsm: ['.mts'],
	moduleFileExtensions: ['mts', 'ts', 'mjs', 'js', 'json', 'node'],
	transform: { '^.+\\.m?ts$': '<rootDir>/test/support/transformer.js' },
	modulePathIgnorePatterns: [
		'<rootDir>/.host',
		'<rootDir>/.run',
		'<rootDir>/dist',
		'<rootDir>/packages',
	],
};

const engine = {
	testEnvironment: '<rootDir>/test/support/suiteEnvironment.js',
	setupFilesAfterEnv: [...modules.setupFilesAfterEnv, '<rootDir>/test/support/environment.ts'],
	transform: modules.transform,
	modulePathIgnorePatterns: modules.modulePathIgnorePatterns,
};

// Needs an installed n8n: short with the other tests that do, whole with all torture.
const tortureOfRealN8n = ['<rootDir>/test/torture/**/*.test.mts'];

/**
 * The suites of a real n8n. With E2E_HOST=oldest those that read this variable, because the others would run in the newest n8n
 * again.
 */
function suitesOfRealN8n() {
	const folder = join(__dirname, 'test/e2e');
	if (process.env.E2E_HOST !== 'oldest')
		return ['<rootDir>/test/e2e/**/*.test.mts', ...tortureOfRealN8n];
	return readdirSync(folder)
		.filter((file) => file.endsWith('.test.mts'))
		.filter((file) => readFileSync(join(folder, file), 'utf8').includes('E2E_HOST'))
		.map((file) => `<rootDir>/test/e2e/${file}`);
}

// Compare generated accounts with a model of the rules: a few hundred with the other tests, thousands with all torture.
const generated = [
	'<rootDir>/test/nodes/cleanUpModel.test.ts',
	'<rootDir>/test/nodes/shared/cleanUpPlan.test.ts',
];

/** @type {import('jest').Config} */
module.exports = {
	globalSetup: '<rootDir>/test/support/testTempDir.mjs',
	// Most tests wait for sockets, processes and timers.
	maxWorkers: '100%',
	// Jest keeps the modules that a suite has loaded, so that a worker would run out of heap in the end: one above this
	// limit is replaced before its next suite.
	workerIdleMemoryLimit: '1.5GB',
	projects: [
		{
			...engine,
			displayName: 'nodes',
			testMatch: ['<rootDir>/test/**/*.test.ts'],
			testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/torture/'],
		},
		{
			...modules,
			displayName: 'sandbox',
			testEnvironment: '<rootDir>/test/support/sandboxEnvironment.mjs',
			testMatch: ['<rootDir>/test/sandbox/**/*.test.mts', '<rootDir>/test/*.test.mts'],
		},
		{
			...modules,
			displayName: 'e2e',
			testMatch: suitesOfRealN8n(),
		},
		{
			...modules,
			displayName: 'scale',
			testMatch: ['<rootDir>/test/scale/**/*.test.mts'],
		},
		{
			...modules,
			...engine,
			displayName: 'torture',
			testMatch: [
				'<rootDir>/test/torture/**/*.test.ts',
				...(process.env.TORTURE === 'full' ? [...tortureOfRealN8n, ...generated] : []),
			],
		},
	],
	testTimeout: 60_000,
};
