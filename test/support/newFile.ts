import type { IDataObject } from 'n8n-workflow';

import { itemWith } from './binary';
import { credentialsOf, filestack, newHandle, TEXT } from './filestack';
import type { Sandbox } from './sandbox';

/** For a file of tests: a file that is newly stored in Filestack before each, and operations on it. */
export function newFile(sandbox: Sandbox) {
	const file = {
		handle: '',
		run: async (operation: string, parameters: IDataObject = {}, input = TEXT) =>
			await filestack(
				credentialsOf(sandbox),
				'file',
				operation,
				{ file: file.handle, ...parameters },
				{ input: [await itemWith({ data: input })] },
			),
	};
	beforeEach(async () => {
		file.handle = await newHandle(sandbox, TEXT);
		await sandbox.reset();
	});
	return file;
}
