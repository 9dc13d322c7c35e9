// Jest's environment of a suite of the nodes, with what is loaded or started once per worker because each suite needs it.
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const { TestEnvironment } = require('jest-environment-node');

const { SandboxHost } = require('./sandboxHost');

// n8n reads these when it is loaded, and would otherwise write into the user's home folder.
const folder = mkdtempSync(join(tmpdir(), 'n8n-test-'));
process.env.N8N_USER_FOLDER = folder;
process.env.N8N_ENCRYPTION_KEY = 'test-encryption-key';
process.env.N8N_LOG_LEVEL ??= 'silent';
const { Container } = require('@n8n/di');
const { BinaryDataConfig, BinaryDataService } = require('n8n-core');
const { LoggerProxy } = require('n8n-workflow');

/** Replaces the engine's log, which looks up the calling function of each line before it discards it. */
const NO_LOG = Object.fromEntries(
	['error', 'warn', 'info', 'debug'].map((level) => [level, () => {}]),
);

/**
 * Calls in the stack of an error, as in n8n. Jest raises this to 100, and looks up each call in the source maps when a stack
 * is read, which the nodes do with each of their errors.
 */
const STACK_LENGTH = 10;

const sandboxHost = new SandboxHost();

module.exports = class extends TestEnvironment {
	async setup() {
		await super.setup();
		Object.assign(this.global, { requireOnce: require, sandboxHost });
		for (const realm of [globalThis, this.global]) realm.Error.stackTraceLimit = STACK_LENGTH;
		Container.get(BinaryDataConfig).mode = 'filesystem';
		await Container.get(BinaryDataService).init();
		if (process.env.N8N_LOG_LEVEL === 'silent') LoggerProxy.init(NO_LOG);
	}

	/** Stops the sandboxes that a failed test has left, and empties n8n's storage, which would grow to gigabytes. */
	async teardown() {
		await sandboxHost.stopAll();
		rmSync(join(folder, '.n8n'), { recursive: true, force: true, maxRetries: 3 });
		await super.teardown();
	}
};
