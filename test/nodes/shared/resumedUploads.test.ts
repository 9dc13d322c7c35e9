/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';

import type { IDataObject } from 'n8n-workflow';

import { sha256Of } from '../../support/binary';
import { binaryData, errorOf, outputOf } from '../../support/engine';
import {
	afterRestart,
	changedAt,
	recordsIn,
	resumedUploads,
	SERVICES,
	withManyParts,
} from '../../support/resumedUploads';

const { count, proxy, newFile, prepare, sandbox, storedSha256, run, failAt } = resumedUploads();

describe.each(Object.keys(SERVICES))('a failed upload to %s', (name) => {
	const service = SERVICES[name];
	const { size } = service;
	beforeEach(async () => await prepare(service));

	const expectUploaded = async (
		outcome: Awaited<ReturnType<typeof run>>,
		file: ReturnType<typeof newFile>,
	) => {
		const [{ json }] = outputOf(outcome.run);
		expect(json.sha256).toBe(sha256Of(file.bytes));
		expect(await storedSha256(service, json)).toBe(sha256Of(file.bytes));
		return json;
	};

	it.each(['the same process', 'a restart'])(
		'is continued by the next execution after %s, which sends at most 15 %% again',
		async (when) => {
			const larger = withManyParts(service);
			const file = newFile(larger);
			const options = { partsAtOnce: 1 };
			const { error, staticData } = await failAt(0.9, larger, file, { options });
			expect(error.description).toMatch(
				/The next upload of the same file by this node continues after (chunk|part) \d+, until \d{4}-\d\d-\d\dT\d\d:\d\dZ/,
			);
			// In the same process, a polling trigger may have overwritten the static data.
			const more =
				when === 'a restart' ? { Node: afterRestart(service), staticData } : { staticData: {} };
			const next = await run(service, file, more);
			await expectUploaded(next, file);
			expect(count(service.start)).toBe(1);
			expect(proxy.sent).toBeLessThanOrEqual(1.15 * larger.size);
			expect(recordsIn(next.staticData)).toEqual([]);
		},
	);

	it('is continued several times', async () => {
		const larger = withManyParts(service);
		const file = newFile(larger);
		// Several parts in flight would all be lost.
		const options = { partsAtOnce: 1 };
		await failAt(0.3, larger, file, { options });
		await failAt(0.3, larger, file, { options });
		const { staticData } = await failAt(0.3, larger, file, { options });
		const more = { Node: afterRestart(service), staticData };
		await expectUploaded(await run(service, file, more), file);
		expect(count(service.start)).toBe(1);
		expect(proxy.sent).toBeLessThanOrEqual(1.5 * larger.size);
	});

	it('starts again from the first byte if the file has changed', async () => {
		const file = newFile(service);
		const { staticData } = await failAt(0.9, service, file, { options: { partsAtOnce: 1 } });
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
		// Several parts in flight would all be lost.
		await failAt(0.5, service, file, { options: { partsAtOnce: 1 } });
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

it.each(['Files App', 'Filestack'])(
	'a file that %s may have completed is not uploaded twice after a conflict',
	async (name) => {
		const service = SERVICES[name];
		await prepare(service);
		const file = newFile(service);
		const failWith = async (status: number) => {
			const fault = { type: 'status', status };
			await sandbox.fault({ service: service.id, path: service.complete, fault });
			const failed = await run(service, file);
			await sandbox.reset();
			return errorOf(failed.run).description;
		};
		expect(await failWith(503)).toContain('only completes it');
		const description = await failWith(409);
		expect(description).toMatch(
			/Check .* before you upload it again|to check whether the file exists/,
		);
		expect(description).not.toContain('The next upload');
		expect(count(service.start)).toBe(1);
		outputOf((await run(service, file)).run);
		expect(count(service.start)).toBe(2);
	},
);

describe('an upload to FileShot whose file was completed in the meantime', () => {
	const service = SERVICES['FileShot (documented)'];
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
