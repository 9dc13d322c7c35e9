import type { IDataObject } from 'n8n-workflow';

import { itemWith } from './binary';
import { bytesOf, type NodeUnderTest, outputOf, runNode } from './engine';
import { fileShotNode } from './fileShot';
import { byId } from './locators';
import { useSandbox } from './useSandbox';

export const MIB = 1024 * 1024;
export const PASSPHRASE = ' Tr0ub4dor & 3 – ü ';

const USUAL = {
	dialect: 'both',
	download: 'redirect',
	encryptedDownloads: 'unchanged',
	zeroKnowledgeFlag: 'correct',
};

/** Starts FileShot for a file of tests, with functions to upload and download encrypted files. */
export function fileShotEncryption() {
	const sandbox = useSandbox();
	const settings = async (values: object) =>
		await sandbox.control.patch('/services/fileShot/settings', values);
	// A suite may upload files before its first test.
	beforeAll(async () => void (await settings(USUAL)));
	beforeEach(async () => void (await settings(USUAL)));

	const run = async (parameters: IDataObject, more: Partial<NodeUnderTest> = {}) =>
		await runNode(fileShotNode(sandbox, parameters, more));

	async function upload(bytes: Buffer, parameters: IDataObject, more: Partial<NodeUnderTest> = {}) {
		const file = { name: 'contract.pdf', bytes, type: 'application/pdf' };
		const input = [await itemWith({ data: file })];
		return await run({ operation: 'upload', ...parameters }, { input, ...more });
	}
	const uploaded = async (...file: Parameters<typeof upload>) =>
		outputOf(await upload(...file))[0].json;
	const download = async (
		fileId: unknown,
		parameters: object = {},
		more: Partial<NodeUnderTest> = {},
	) => await run({ operation: 'download', fileId, ...parameters } as IDataObject, more);

	return {
		...{ sandbox, settings, run, upload, uploaded, download },
		/** Returns the bytes that FileShot has. */
		storedBytes: async (id: unknown): Promise<Buffer> => {
			const [{ binary }] = outputOf(await download(byId(id), { decrypt: 'never' }));
			return await bytesOf(binary!.data);
		},
		/** Returns everything that the simulation received or keeps. */
		seenByService: async (): Promise<string> => {
			const parts = await Promise.all(
				['/requests', '/services/fileShot/files', '/services/fileShot/uploads'].map(async (path) =>
					JSON.stringify((await sandbox.control.get(path)).data),
				),
			);
			return parts.join('\n');
		},
		/** Uploads a file with a key and one with a passphrase before the tests of a block. */
		filesWithBothKeys: (content: Buffer) => {
			const files = {} as Record<'raw' | 'withPassphrase', IDataObject>;
			beforeAll(async () => {
				files.raw = await uploaded(content, { encrypt: 'raw' });
				files.withPassphrase = await uploaded(content, {
					encrypt: 'passphrase',
					encryptionPassphrase: PASSPHRASE,
				});
			});
			return files;
		},
	};
}
