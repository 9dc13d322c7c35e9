import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { type NodeUnderTest, runNode } from './engine';
import { fileShotNode, fileThere } from './fileShot';
import { useSandbox } from './useSandbox';

const USUAL = { dialect: 'documented', download: 'redirect', dates: 'iso', deleteAnswer: 'json' };

/** Starts FileShot for a file of tests, with its usual settings before each test, and a file to upload. */
export function fileShotFile() {
	const content = randomBytes(3_000_017);
	const sandbox = useSandbox();
	const settings = async (values: object) =>
		await sandbox.control.patch('/services/fileShot/settings', values);
	beforeEach(async () => void (await settings(USUAL)));

	return {
		content,
		sandbox,
		settings,
		/** Uploads it. */
		upload: async () =>
			await fileThere(sandbox, 'Grüße „x“.bin', content, { options: { customSlug: 'my-doc' } }),
		/** Runs an operation of the resource “file”. */
		file: async (
			operation: string,
			parameters: IDataObject = {},
			more: Partial<NodeUnderTest> = {},
		) => await runNode(fileShotNode(sandbox, { operation, ...parameters }, more)),
	};
}
