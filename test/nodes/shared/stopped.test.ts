import { sleep } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { binaryData, buildContext, startRun } from '../../support/engine';
import { filesAppNode } from '../../support/filesApp';
import { Sandbox } from '../../support/sandbox';

/** Milliseconds; it takes a quarter of a second, but not on a machine that is busy with other tests. */
const SOON = 5_000;

let sandbox: Sandbox;
beforeAll(async () => {
	await binaryData();
	sandbox = await Sandbox.start();
});
afterAll(async () => await sandbox.stop());
beforeEach(async () => await sandbox.reset());

it.each([
	['whole', '/upload', { thresholdMb: 100 }, 1],
	['in parts', '/chunks', { thresholdMb: 1, partsAtOnce: 2 }, 3],
])('an upload %s ends when the user stops the execution', async (_, path, options, requests) => {
	await sandbox.fault({
		service: 'filesApp',
		path: `/api/v2${path}`,
		// The first call of an upload in parts is none of them.
		...(requests > 1 && { nth: 2, times: 100 }),
		fault: { type: 'delay', milliseconds: 60_000 },
	});
	const input = [
		await itemWith({ data: { name: 'a.bin', bytes: Buffer.alloc(12 * 1024 * 1024) } }),
	];
	const { workflow, additionalData, mode } = buildContext(
		filesAppNode(sandbox, { resource: 'file', operation: 'upload', options }, { input }),
	);
	const run = startRun(workflow, additionalData, mode);
	while ((await sandbox.requests()).length < requests) await sleep(20);
	const stopped = Date.now();
	run.cancel();
	await run;
	expect(Date.now() - stopped).toBeLessThan(SOON);
	await sleep(500);
	// Nothing new is begun behind the back of whoever stopped it.
	expect(await sandbox.requests()).toHaveLength(requests);
});
