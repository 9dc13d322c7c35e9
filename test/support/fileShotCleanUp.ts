import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { runCleanUp, onServiceClock, setClockSpeed } from './cleanUp';
import { fileShotNode } from './fileShot';
import { useSandbox } from './useSandbox';

const USUAL = { dialect: 'documented', dates: 'iso', deleteAnswer: 'json' };

/** For a file of tests: FileShot in a sandbox of its own, empty before each test, and what Clean Up is tested with. */
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
	/** Another user deletes a file. */
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
		 * Puts files there.
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
