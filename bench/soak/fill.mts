import axios from 'axios';
import { getString } from '../../sandbox/n8n/json.mts';
import { each } from '../../test/torture/runs.mts';
import type { Bench } from '../case.mts';

/** More items of a list than a polling trigger remembers, which are 5,000. */
const ITEMS = 5_500;
const AT_ONCE = 10;

/**
 * Creates more files at FileShot and packages at SpeedyFiles than the polling triggers remember, because their records grow
 * until then.
 * @returns a function that deletes them, so that the lists are short again
 */
export async function fillLists({ environment, log }: Bench): Promise<() => Promise<void>> {
	log(`${ITEMS} files at FileShot and packages at SpeedyFiles`);
	const { portal, services } = environment.sandbox.info;
	const speedyFiles = axios.create({
		baseURL: `${services.speedyFiles.credentials.baseUrl}/api/v1`,
		headers: { authorization: `Bearer ${services.speedyFiles.credentials.apiToken}` },
	});
	const fileShot = axios.create({
		baseURL: `${services.fileShot.credentials.baseUrl}/api`,
		headers: { authorization: `Bearer ${services.fileShot.credentials.apiKey}` },
	});
	const deletions: Array<() => Promise<unknown>> = [];
	const numbers = Array.from({ length: ITEMS }, (_, n) => n);
	await each(numbers, AT_ONCE, async (number) => {
		const file = { fileName: `fill-${number}.txt`, content: 'eA==' };
		const added = await axios.post<unknown>(`${portal}/api/services/fileShot/files`, file);
		const fileId = getString(added.data, 'fileId');
		deletions.push(async () => fileShot.delete(`/files/${fileId}`));
		const made = await speedyFiles.post<unknown>('/packages', {
			title: `fill-${number}`,
			...{ recipient_email: 'cfo@example.com', recipient_name: 'CFO' },
		});
		const packageId = getString(made.data, 'id');
		deletions.push(async () => speedyFiles.delete(`/packages/${packageId}`));
	});
	return async () => {
		log('deletes them again');
		await each(deletions, AT_ONCE, async (remove) => {
			await remove();
		});
	};
}
