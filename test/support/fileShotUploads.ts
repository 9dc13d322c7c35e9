import { randomBytes } from 'node:crypto';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { itemWith } from './binary';
import type { NodeUnderTest } from './engine';
import { fileShotUpload } from './fileShot';
import { useSandbox } from './useSandbox';

const MIB = 1024 * 1024;
const USUAL = {
	dialect: 'documented',
	tier: 'creator',
	chunkSize: 0,
	dates: 'iso',
	maxUploadBytes: 100_000_000,
};

/** A file stored by FileShot. */
interface StoredFile {
	id: string;
	name: string;
	type: string;
	size: number;
	slug?: string;
	passwordProtected: boolean;
	password?: string;
	days: number;
	price?: number;
	isZeroKnowledge: boolean;
}

/** Starts FileShot for a file of tests, with its usual settings before each test, and functions to test uploads. */
export function fileShotUploads() {
	const bytes = randomBytes(17 * MIB + 345);
	const sandbox = useSandbox();
	const settings = async (values: object) =>
		await sandbox.control.patch('/services/fileShot/settings', values);

	beforeEach(async () => void (await settings(USUAL)));

	return {
		/** The content of {@link large}. */
		bytes,
		settings,
		get: <T>(url: string, config: object) => sandbox.control.get<T>(url, config),
		credentials: () => sandbox.info.services.fileShot.credentials,
		upload: async (
			input: INodeExecutionData[],
			parameters: object = {},
			more: Partial<NodeUnderTest> = {},
		) => await fileShotUpload(sandbox, input, parameters as IDataObject, more),
		/** The requested paths, with ID in place of the file's ID. */
		paths: async () =>
			(await sandbox.requests()).map(({ path }) =>
				path.replace('/api/files', '').replace(/\/[0-9a-f]{24}/, '/ID'),
			),
		fault: async (path: string, kind: object, more: object = {}) =>
			await sandbox.fault({ service: 'fileShot', path: `/api/files${path}`, ...more, fault: kind }),
		storedAs: async (id: unknown) => {
			const { data } = await sandbox.control.get<StoredFile[]>('/services/fileShot/files');
			return data.find((file) => file.id === id)!;
		},
		filesNamed: async (name: string) => {
			const { data } = await sandbox.control.get<StoredFile[]>('/services/fileShot/files');
			return data.filter((file) => file.name === name);
		},
		small: async (name = 'a.txt') =>
			await itemWith({ data: { name, bytes: Buffer.from('hello') } }),
		large: async (name = 'large.bin') =>
			await itemWith({ data: { name, bytes, type: 'application/x-thing' } }),
		inParts: (options: object = {}) => ({ options: { thresholdMb: 10, ...options } }),
	};
}
