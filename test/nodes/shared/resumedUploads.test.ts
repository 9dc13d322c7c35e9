/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';

import type { IDataObject, INodeType } from 'n8n-workflow';
import * as n8nWorkflow from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import { binaryData, buildContext, errorOf, outputOf, startRun } from '../../support/engine';
import { PART_SERVICES, type PartUpload, partUploads } from '../../support/partUploads';
import { skipWaits } from '../../support/waits';

skipWaits();

const { count, proxy, newFile, node, prepare, sandbox, storedSha256 } = partUploads();

type Service = (typeof PART_SERVICES)[string];
type Uploaded = ReturnType<typeof newFile>;

afterEach(() => jest.restoreAllMocks());

/** Runs an upload, and returns the static data as n8n would save it. */
async function run(service: Service, file: Uploaded, more: PartUpload = {}) {
	const subject = await node(service, file, more);
	const { workflow, additionalData, mode } = buildContext(subject);
	const outcome = await startRun(workflow, additionalData, mode);
	return {
		run: outcome,
		staticData: JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject,
	};
}

/** Lets an upload fail when this share of the file has been sent. */
async function failAt(share: number, service: Service, file: Uploaded, more: PartUpload = {}) {
	proxy.downAfter(share * service.size);
	const failed = await run(service, file, more);
	await proxy.goUp();
	return { error: errorOf(failed.run), staticData: failed.staticData };
}

/** The class of the node in a process that remembers nothing. */
function afterRestart({ Node: { name } }: Service): new () => INodeType {
	let Node: (new () => INodeType) | undefined;
	jest.isolateModules(() => {
		// The engine recognizes its errors.
		jest.doMock('n8n-workflow', () => n8nWorkflow);
		Node = jest.requireActual<Record<string, new () => INodeType>>(
			`../../../nodes/${name}/${name}.node`,
		)[name];
	});
	jest.dontMock('n8n-workflow');
	return Node!;
}

const recordsIn = (staticData: IDataObject) =>
	((staticData['node:Subject'] as IDataObject | undefined)?.unfinishedUploads ??
		[]) as IDataObject[];

/** Changes one byte. */
const changedAt = ({ name, bytes }: Uploaded, position: number): Uploaded => {
	const changed = Buffer.from(bytes);
	changed[position] ^= 1;
	return { name, bytes: changed };
};

describe.each(Object.keys(PART_SERVICES))('a failed upload to %s', (name) => {
	const service = PART_SERVICES[name];
	const { size } = service;
	beforeEach(async () => await prepare(service));

	const expectUploaded = async (outcome: Awaited<ReturnType<typeof run>>, file: Uploaded) => {
		const [{ json }] = outputOf(outcome.run);
		expect(json.sha256).toBe(sha256Of(file.bytes));
		expect(await storedSha256(service, json)).toBe(sha256Of(file.bytes));
		return json;
	};

	it.each(['the same process', 'a restart'])(
		'is continued by the next execution after %s, which sends at most 15 %% again',
		async (when) => {
			const file = newFile(service);
			const options = { partsAtOnce: 1 };
			const { error, staticData } = await failAt(0.9, service, file, { options });
			expect(error.description).toMatch(
				/The next upload of the same file by this node continues after (chunk|part) \d+, until \d{4}-\d\d-\d\dT\d\d:\d\dZ/,
			);
			// In the same process, a polling trigger may have overwritten the static data.
			const more =
				when === 'a restart' ? { Node: afterRestart(service), staticData } : { staticData: {} };
			const next = await run(service, file, more);
			await expectUploaded(next, file);
			expect(count(service.start)).toBe(1);
			expect(proxy.sent).toBeLessThanOrEqual(1.15 * size);
			expect(recordsIn(next.staticData)).toEqual([]);
		},
	);

	it('is continued several times', async () => {
		const larger = { ...service, size: service.sizeForFailures };
		const file = newFile(larger);
		await failAt(0.3, larger, file);
		await failAt(0.3, larger, file);
		const { staticData } = await failAt(0.3, larger, file);
		const more = { Node: afterRestart(service), staticData };
		await expectUploaded(await run(service, file, more), file);
		expect(count(service.start)).toBe(1);
		expect(proxy.sent).toBeLessThanOrEqual(1.5 * larger.size);
	});

	it('starts again from the first byte if the file has changed', async () => {
		const file = newFile(service);
		const { staticData } = await failAt(0.9, service, file);
		const changed = changedAt(file, size >> 1);
		const sent = count(service.part);
		const next = await run(service, changed, { staticData });
		await expectUploaded(next, changed);
		expect(count(service.start)).toBe(2);
		expect(count(service.part) - sent).toBe(Math.ceil(size / service.partSize));
		expect(recordsIn(next.staticData)).toEqual([]);
	});

	it('is continued if the file has only changed where nothing has arrived', async () => {
		const file = newFile(service);
		await failAt(0.5, service, file);
		const changed = changedAt(file, size - 1);
		await expectUploaded(await run(service, changed), changed);
		expect(count(service.start)).toBe(1);
	});

	it('is still continued if the file cannot be read the next time, and only with the same file', async () => {
		const file = newFile(service);
		await failAt(0.9, service, file);
		const changed = changedAt(file, size >> 3);
		const failing = async function* () {
			yield await Promise.resolve(changed.bytes.subarray(0, size >> 2));
			throw new Error('The disk failed');
		};
		jest
			.spyOn(await binaryData(), 'getAsStream')
			.mockImplementationOnce(() => Promise.resolve(Readable.from(failing())));
		const failed = await run(service, changed);
		expect(errorOf(failed.run).description).toContain('The disk failed');
		await expectUploaded(await run(service, file), file);
		expect(count(service.start)).toBe(1);
	});

	it('starts again if its session no longer exists', async () => {
		const file = newFile(service);
		await failAt(0.9, service, file);
		// Filestack does not document how long an upload lasts.
		if (service.id === 'filestack') {
			const fault = { type: 'status', status: 404 };
			await sandbox.fault({ service: service.id, path: '/multipart/upload', times: 1, fault });
		} else await sandbox.control.post('/clock', { advance: 25 * 3600 });
		await expectUploaded(await run(service, file), file);
		await sandbox.control.post('/clock', { reset: true });
		expect(count(service.start)).toBe(2);
	});

	it('is only continued once by two executions at the same time', async () => {
		const file = newFile(service);
		const { staticData } = await failAt(0.9, service, file);
		const copy = () => JSON.parse(JSON.stringify(staticData)) as IDataObject;
		const outcomes = await Promise.all(
			[copy(), copy()].map(async (data) => await run(service, file, { staticData: data })),
		);
		const files = [];
		for (const outcome of outcomes) files.push(await expectUploaded(outcome, file));
		const [one, other] = files.map(({ fileId, handle }) => fileId ?? handle);
		expect(one).not.toBe(other);
		expect(count(service.start)).toBe(2);
	});

	it('only has the completion repeated if every part has arrived', async () => {
		const file = newFile(service);
		const isDocumented = name === 'FileShot (documented)';
		// Completes at the last chunk; then the details are missing.
		const path = isDocumented ? '/api/files/*' : service.complete;
		const method = isDocumented ? 'GET' : 'POST';
		const fault = { type: 'status', status: 503 };
		await sandbox.fault({ service: service.id, path, method, fault });
		const failed = await run(service, file);
		expect(errorOf(failed.run).description).toContain('only completes it');
		await sandbox.reset();
		const sent = count(service.part);
		const more = { Node: afterRestart(service), staticData: failed.staticData };
		await expectUploaded(await run(service, file, more), file);
		expect(count(service.part)).toBe(sent);
		expect(count(service.start)).toBe(1);
	});

	it('leaves no secret in the static data', async () => {
		const { staticData } = await failAt(0.9, service, newFile(service), {
			parameters: { passwordProtected: true, password: 'the password of the file' },
		});
		const text = JSON.stringify(staticData);
		expect(recordsIn(staticData)).toHaveLength(1);
		expect(text).not.toContain('the password');
		for (const [field, value] of Object.entries(sandbox.info.services[service.id].credentials)) {
			if (/key|secret/i.test(field)) expect(text).not.toContain(value);
		}
	});
});

describe('the static data of a node with failed uploads', () => {
	const service = PART_SERVICES['Files App'];
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
		expect(count(service.part) - sent).toBe(41);
	});

	it('stays small: at most five uploads, the newest', async () => {
		let staticData: IDataObject = {};
		const files = Array.from({ length: 6 }, () => newFile(service));
		for (const file of files) {
			({ staticData } = await failAt(0.1, service, file, { staticData }));
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
		const file = newFile(service);
		// The first request is cut, and three retries are refused; then the node is run again.
		proxy.downAfter(0.9 * service.size, ({ refused }) => refused >= 3);
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
		const options = { partsAtOnce: 1 };
		const next = await run(service, file, { settings, options });
		expect(await storedSha256(service, outputOf(next.run)[0].json)).toBe(sha256Of(file.bytes));
		expect(proxy.refused).toBe(3);
		expect(count(service.start)).toBe(1);
		expect(proxy.sent).toBeLessThanOrEqual(1.15 * service.size);
	});
});

describe('an upload to FileShot whose file was completed in the meantime', () => {
	const service = PART_SERVICES['FileShot (documented)'];
	beforeEach(async () => await prepare(service));

	it('is not continued, because FileShot ignores further chunks of a complete file', async () => {
		const file = newFile(service);
		const { staticData } = await failAt(0.9, service, file);
		outputOf((await run(service, file)).run);
		// The static data is older than the completion, as after a crash.
		const changed = changedAt(file, service.size - 1);
		const next = await run(service, changed, { Node: afterRestart(service), staticData });
		const [{ json }] = outputOf(next.run);
		expect(await storedSha256(service, json)).toBe(sha256Of(changed.bytes));
		expect(count(service.start)).toBe(2);
	});

	it('stays available for a later attempt if FileShot cannot be asked', async () => {
		const file = newFile(service);
		const { staticData } = await failAt(0.9, service, file);
		const Node = afterRestart(service);
		proxy.goDown('resetting');
		errorOf((await run(service, file, { Node, staticData })).run);
		await proxy.goUp();
		outputOf((await run(service, file, { Node })).run);
		expect(count(service.start)).toBe(1);
	});
});
