/** The records of unfinished uploads in the static data of a node. */
import type { IDataObject } from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import { outputOf } from '../../support/engine';
import type { PartUpload } from '../../support/partUploads';
import {
	afterRestart,
	recordsIn,
	resumedUploads,
	SERVICES,
	withManyParts,
} from '../../support/resumedUploads';

const { count, proxy, newFile, prepare, storedSha256, run, failAt } = resumedUploads();

describe('the static data of a node with failed uploads', () => {
	const service = SERVICES['Files App'];
	beforeEach(async () => await prepare(service));

	const garbage: unknown[] = [
		'x',
		null,
		7,
		{ id: 'x' },
		[null, 'x', 7, [], {}, { id: 1 }],
		[{ id: 'x', key: 'x', data: '{}', mac: 'x', expiresAt: 1e15 }],
		[{ id: 'x', key: 'x', data: '{', mac: 'x', expiresAt: 'x' }],
	];
	it.each(garbage)('may be %j, from an older version or edited', async (unfinishedUploads) => {
		const file = newFile(service);
		const staticData = { 'node:Subject': { unfinishedUploads } } as IDataObject;
		const next = await run(service, file, { staticData });
		expect(await storedSha256(service, outputOf(next.run)[0].json)).toBe(sha256Of(file.bytes));
	});

	it.each(['id', 'key', 'data', 'mac', 'expiresAt'])(
		'is not used if %s was changed in it',
		async (field) => {
			const file = newFile(service);
			const { staticData } = await failAt(0.9, service, file);
			const [record] = recordsIn(staticData);
			const value = record[field];
			record[field] =
				typeof value === 'number' ? value + 1 : String(value).replace('upl_', 'upl-') + ' ';
			const more = { Node: afterRestart(service), staticData };
			outputOf((await run(service, file, more)).run);
			expect(count(service.start)).toBe(2);
		},
	);

	it.each([
		['another name', { options: { fileName: 'other.bin' } }],
		['another folder', { parameters: { folderId: 'folder_2' } }],
		['another encryption', { parameters: { encrypt: false } }],
		['another workflow', { workflowId: 'workflow2' }],
		['another node', { settings: { id: 'other-id' } }],
	] as Array<[string, PartUpload]>)('does not continue an upload for %s', async (_, more) => {
		const file = newFile(service);
		const { staticData } = await failAt(0.9, service, file);
		const Node = afterRestart(service);
		outputOf((await run(service, file, { Node, staticData, ...more })).run);
		expect(count(service.start)).toBe(2);
	});

	it('does not continue an upload whose session has expired by its own date', async () => {
		const file = newFile(service);
		const { staticData } = await failAt(0.9, service, file);
		const now = Date.now();
		jest.spyOn(Date, 'now').mockReturnValue(now + 3_600_000);
		const sent = count(service.part);
		outputOf((await run(service, file, { staticData })).run);
		expect(count(service.start)).toBe(2);
		expect(count(service.part) - sent).toBe(Math.ceil(service.size / service.partSize));
	});

	it('stays small: at most five uploads, the newest', async () => {
		let staticData: IDataObject = {};
		const files = Array.from({ length: 6 }, () => newFile(service));
		for (const file of files) {
			({ staticData } = await failAt(0.9, service, file, { staticData }));
		}
		expect(recordsIn(staticData)).toHaveLength(5);
		expect(JSON.stringify(staticData).length).toBeLessThan(32 * 1024);
		const starts = count(service.start);
		const restarted = { Node: afterRestart(service), staticData };
		outputOf((await run(service, files[5], restarted)).run);
		expect(count(service.start)).toBe(starts);
	});

	it('is not changed by an upload that succeeds', async () => {
		const { staticData } = await run(service, newFile(service));
		expect(staticData).toEqual({ 'node:Subject': {} });
	});

	it('is not saved after a manual execution, which the error says', async () => {
		const file = newFile(service);
		const { error } = await failAt(0.9, service, file, { mode: 'manual' });
		expect(error.description).toContain(
			'n8n does not save this after a manual execution, so it is lost when n8n restarts.',
		);
		outputOf((await run(service, file, { mode: 'manual' })).run);
		expect(count(service.start)).toBe(1);
	});

	it('is used by Retry On Fail within one execution', async () => {
		const larger = withManyParts(service);
		const file = newFile(larger);
		// The first request is cut, and three retries are refused; then the node is run again.
		proxy.downAfter(0.9 * larger.size, ({ refused }) => refused >= 3);
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
		const options = { partsAtOnce: 1 };
		const next = await run(service, file, { settings, options });
		expect(await storedSha256(service, outputOf(next.run)[0].json)).toBe(sha256Of(file.bytes));
		expect(proxy.refused).toBe(3);
		expect(count(service.start)).toBe(1);
		expect(proxy.sent).toBeLessThanOrEqual(1.15 * larger.size);
	});
});
