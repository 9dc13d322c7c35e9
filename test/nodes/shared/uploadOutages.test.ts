import { outputOf, errorOf, runNode, buildContext, startRun } from '../../support/engine';
import { sha256Of } from '../../support/binary';
import { PART_SERVICES, partUploads } from '../../support/partUploads';

const { count, proxy, newFile, node, prepare, sandbox, storedSha256 } = partUploads();

afterEach(() => jest.restoreAllMocks());

/** In minutes: more than a hundred shortened waits. */
const SOON = 0.02;

/** Lets the connection come up again after this many refused requests. */
const afterRefused = (requests: number) => (one: typeof proxy) => one.refused >= requests;

describe.each(Object.keys(PART_SERVICES))('an upload in parts to %s', (name) => {
	const service = PART_SERVICES[name];
	const { partSize, size } = service;
	beforeEach(async () => await prepare(service));

	it('survives an outage and only sends the parts in flight again', async () => {
		const file = newFile(service);
		proxy.downAfter(size / 2, afterRefused(9));
		const run = await runNode(await node(service, file, { options: { giveUpMinutes: 10 } }));
		const [{ json }] = outputOf(run);
		expect(proxy.refused).toBe(9);
		expect(count(service.start)).toBe(1);
		expect(json.sha256).toBe(sha256Of(file.bytes));
		expect(await storedSha256(service, json)).toBe(sha256Of(file.bytes));
		expect(proxy.sent).toBeLessThanOrEqual(1.05 * size + 2 * partSize);
	});

	it('survives an outage during the last calls', async () => {
		const file = newFile(service);
		// A request that fails four times would end the upload without this.
		await sandbox.fault({
			...{ service: service.id, path: service.complete, times: 5 },
			fault: { type: 'status', status: 503, headers: { 'Retry-After': '0' } },
		});
		const run = await runNode(await node(service, file, { options: { giveUpMinutes: 10 } }));
		expect(outputOf(run)[0].json.sha256).toBe(sha256Of(file.bytes));
	});
});

describe('an outage of Filestack’s object storage', () => {
	const service = PART_SERVICES.Filestack;
	const unavailable = { service: 'filestack', origin: 'storage' };
	beforeEach(async () => await prepare(service));

	it('ends the upload although the upload API still responds', async () => {
		await sandbox.fault({ ...unavailable, nth: 3, times: 1e6, fault: { type: 'reset' } });
		const options = { giveUpMinutes: SOON, partsAtOnce: 1 };
		const error = errorOf(await runNode(await node(service, newFile(service), { options })));
		expect(error.message).toContain('Filestack’s object storage could not be reached');
	});

	it('is followed by a request for a new upload URL, because the old one may have expired', async () => {
		await sandbox.fault({ ...unavailable, nth: 3, times: 5, fault: { type: 'reset' } });
		const options = { giveUpMinutes: 10, partsAtOnce: 1 };
		const file = newFile(service);
		const parts = Math.ceil(service.size / service.partSize);
		outputOf(await runNode(await node(service, file, { options })));
		expect(count(/multipart\/upload$/)).toBe(parts + 5);
		expect(count(service.part)).toBe(parts + 5);
	});
});

describe('an upload to Files App that waits in an outage', () => {
	const service = PART_SERVICES['Files App'];
	beforeEach(async () => await prepare(service));

	it('gives up when nothing has succeeded for the set time', async () => {
		proxy.downAfter(service.size / 2);
		const started = performance.now();
		const options = { giveUpMinutes: SOON };
		const error = errorOf(await runNode(await node(service, newFile(service), { options })));
		expect(performance.now() - started).toBeGreaterThan(SOON * 60_000 - 100);
		expect(error.message).toContain('could not be reached');
		expect(error.description).toMatch(/\d+ of \d+ chunks were uploaded/);
	});

	it('is retried after a stall', async () => {
		const fault = { type: 'delay', milliseconds: 60_000 };
		await sandbox.fault({
			service: 'filesApp',
			path: service.complete.replace('/complete', ''),
			nth: 5,
			times: 5,
			fault,
		});
		const options = { stallSeconds: 1, giveUpMinutes: 10, partsAtOnce: 1 };
		const file = newFile(service);
		const [{ json }] = outputOf(await runNode(await node(service, file, { options })));
		expect(await storedSha256(service, json)).toBe(sha256Of(file.bytes));
	});

	it('logs that it waits, and how many chunks have arrived, at most every ten seconds', async () => {
		let ahead = 0;
		const now = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
		proxy.downAfter(service.size / 2, (one) => {
			ahead = 11_000;
			return one.refused >= 9;
		});
		const options = { giveUpMinutes: 10 };
		const subject = await node(service, newFile(service), { options, mode: 'manual' });
		const { workflow, additionalData, mode } = buildContext(subject);
		const shown: unknown[] = [];
		additionalData.sendDataToUI = (type, data) => void shown.push([type, data]);
		outputOf(await startRun(workflow, additionalData, mode));
		const text = JSON.stringify(shown);
		expect(text.match(/waiting for the connection/g)).toHaveLength(1);
		expect(text).toMatch(
			/Uploading “file-\d+\.bin”: waiting for the connection, \d+ of 41 chunks done/,
		);
	});
});
