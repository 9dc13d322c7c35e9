import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { runCleanUp, onServiceClock, setClockSpeed } from './cleanUp';
import { fileShotNode } from './fileShot';
import { useSandbox } from './useSandbox';

const USUAL = { dialect: 'documented', dates: 'iso', deleteAnswer: 'json' };

/** Starts FileShot for a file of tests, empty before each test, with functions to test Clean Up. */
export function fileShotCleanUp() {
	const sandbox = useSandbox();
	beforeEach(async () => {
		await settings(USUAL);
		await setClockSpeed(sandbox, 1);
		for (const { id } of await stored()) await remove(id);
		await sandbox.reset();
	});

	const stored = async () =>
		(await sandbox.control.get<Array<{ id: string; name: string }>>('/services/fileShot/files'))
			.data;
	const settings = async (values: object) =>
		await sandbox.control.patch('/services/fileShot/settings', values);
	/** Deletes a file as another user. */
	const remove = async (id: string) => {
		const { baseUrl, apiKey } = sandbox.info.services.fileShot.credentials;
		const headers = { Authorization: `Bearer ${apiKey}` };
		await axios.delete(`${baseUrl.replace(/\/api$/, '')}/api/files/${id}`, { headers });
	};
	const node = (parameters: IDataObject = {}, credentials: IDataObject = {}) =>
		fileShotNode(
			sandbox,
			{ operation: 'cleanUp', ...onServiceClock(parameters) },
			{ credentials: credentials as never },
		);

	return {
		sandbox,
		settings,
		node,
		cleanUp: async (parameters: IDataObject = {}) => await runCleanUp(node(parameters)),
		/** The names of the files that are left. */
		left: async () => (await stored()).map(({ name }) => name).sort(),
		/**
		 * Uploads files.
		 * @param expiryDays by name
		 * @returns IDs by name
		 */
		filesThere: async (expiryDays: Record<string, number>) => {
			const ids: Record<string, string> = {};
			for (const [fileName, days] of Object.entries(expiryDays)) {
				const content = Buffer.from(fileName).toString('base64');
				const { data } = await sandbox.control.post<{ fileId: string }>(
					'/services/fileShot/files',
					{ fileName, content, expiryDays: days },
				);
				ids[fileName] = data.fileId;
			}
			return ids;
		},
	};
}
