// Jest's environment of a suite of the sandbox, with the program that a worker loads once because each suite starts it.
import { TestEnvironment } from 'jest-environment-node';
import { tsImport } from 'tsx/esm/api';

const { startSandbox } = await tsImport('../../sandbox/server.mts', import.meta.url);

export default class extends TestEnvironment {
	async setup() {
		await super.setup();
		this.global.startSandbox = startSandbox;
	}
}
