import { randomBytes } from 'node:crypto';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { NodeUnderTest } from './engine';
import { filesAppUpload } from './filesApp';
import { useSandbox } from './useSandbox';

const MIB = 1024 * 1024;
const USUAL = {
	plan: 'team',
	chunkSize: 5 * MIB,
	chunkOptions: 'ignored',
	createdStatus: '200',
};

/** A file stored by Files App. */
interface StoredFile {
	id: string;
	name: string;
	size: number;
	type: string;
	encrypted: boolean;
	folderId?: string;
}

/** Starts Files App for a file of tests, with its usual settings before each test, and functions to test uploads. */
export function filesAppUploads() {
	const sandbox = useSandbox();
	const settings = async (values: object) =>
		await sandbox.control.patch('/services/filesApp/settings', values);

	beforeEach(async () => void (await settings(USUAL)));

	return {
		/** The content of a file of three chunks. */
		bytes: randomBytes(12 * MIB + 345),
		settings,
		get: <T>(url: string, config: object) => sandbox.control.get<T>(url, config),
		credentials: () => sandbox.info.services.filesApp.credentials,
		upload: async (
			input: INodeExecutionData[],
			parameters: object = {},
			more: Partial<NodeUnderTest> = {},
		) => await filesAppUpload(sandbox, input, parameters as IDataObject, more),
		/** The requested paths. */
		paths: async () => (await sandbox.requests()).map(({ path }) => path.replace('/api/v2', '')),
		fault: async (path: string, kind: object, more: object = {}) =>
			await sandbox.fault({ service: 'filesApp', path: `/api/v2${path}`, ...more, fault: kind }),
		stored: async () => (await sandbox.control.get<StoredFile[]>('/services/filesApp/files')).data,
	};
}
