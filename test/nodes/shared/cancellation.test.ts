/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { getEventListeners } from 'node:events';

import { sleep } from 'n8n-workflow';

import { filesApp } from '../../../nodes/FilesApp/service';
import { lastCallPayload, partPayload } from '../../../nodes/shared/files/parts';
import { requestFile } from '../../../nodes/shared/files/remoteResponse';
import type { TransferContext } from '../../../nodes/shared/http/service';
import { itemWith } from '../../support/binary';
import { buildContext, type NodeUnderTest, startRun } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { filesAppNode } from '../../support/filesApp';
import { credentialsOf, filestackNode } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';
import { useRealWaits } from '../../support/waits';

useRealWaits();

/** Milliseconds: half the delay of the server. It takes a quarter of a second on an idle machine. */
const SOON = 30_000;

type PartCall = Parameters<typeof partPayload>[2];

const sandbox = useSandbox();

const input = async () => [
	await itemWith({ data: { name: 'a.bin', bytes: Buffer.alloc(12 * 1024 * 1024) } }),
];

/** Runs a node and stops it once the sandbox has received the given number of requests. */
async function stopAfter(node: NodeUnderTest, requests: number): Promise<void> {
	const { workflow, additionalData, mode } = buildContext(node);
	const run = startRun(workflow, additionalData, mode);
	await eventually(async () => (await sandbox.requests()).length >= requests);
	const stopped = Date.now();
	run.cancel();
	await run;
	expect(Date.now() - stopped).toBeLessThan(SOON);
	await sleep(500);
	// No new request starts in the background after the stop.
	expect(await sandbox.requests()).toHaveLength(requests);
}

const standstill = { type: 'delay', milliseconds: 60_000 };

it.each([
	['whole', '/upload', { thresholdMb: 100 }, 1],
	['in parts', '/chunks', { thresholdMb: 1, partsAtOnce: 2 }, 3],
])('an upload %s ends when the user stops the execution', async (_, path, options, requests) => {
	await sandbox.fault({
		service: 'filesApp',
		path: `/api/v2${path}`,
		// The first call of an upload in parts does not send a part.
		...(requests > 1 && { nth: 2, times: 100 }),
		fault: standstill,
	});
	const parameters = { resource: 'file', operation: 'upload', options };
	await stopAfter(filesAppNode(sandbox, parameters, { input: await input() }), requests);
});

it('an upload in parts that waits in an outage ends when the user stops the execution', async () => {
	const fault = { type: 'status', status: 503, headers: { 'Retry-After': '60' } };
	await sandbox.fault({ service: 'filesApp', path: '/api/v2/chunks', nth: 2, times: 100, fault });
	const options = { thresholdMb: 1, partsAtOnce: 1, giveUpMinutes: 10 };
	const parameters = { resource: 'file', operation: 'upload', options };
	await stopAfter(filesAppNode(sandbox, parameters, { input: await input() }), 2);
});

it('an upload of parts to presigned URLs ends when the user stops the execution', async () => {
	await sandbox.fault({ service: 'filestack', origin: 'storage', fault: standstill });
	const options = { thresholdMb: 1, partSizeMb: 5, partsAtOnce: 1 };
	const more = { input: await input() };
	await stopAfter(filestackNode(credentialsOf(sandbox), 'file', 'store', { options }, more), 3);
});

it.each([
	['a part', partPayload],
	[
		'the last call',
		(_: readonly Buffer[], __: string, settings: PartCall) => lastCallPayload({}, settings, 1),
	],
])('%s ends with the execution, even if n8n does not end the request', async (_, payload) => {
	const stop = new AbortController();
	const settings = { stallTimeout: 60_000, concurrency: 1, cancel: stop.signal };
	const { stallGuard } = await payload([Buffer.alloc(1)], 'text/plain', settings).open();
	const outcome = stallGuard!.during(new Promise(() => undefined));
	stop.abort();
	await expect(outcome).rejects.toMatchObject({ code: 'ERR_CANCELED' });
});

it('a request for a file that has failed no longer listens for the end of the execution', async () => {
	const refused = Object.assign(new Error('Refused'), { code: 'ECONNREFUSED' });
	const context = {
		getNode: () => ({ name: 'Subject' }),
		helpers: { httpRequest: () => Promise.reject(refused) },
	} as unknown as TransferContext;
	const { signal } = new AbortController();
	const options = { host: filesApp, stallTimeout: 60_000, cancel: signal };
	expect(await requestFile(context, 'https://example.com/file', options)).toMatchObject({
		code: 'ECONNREFUSED',
	});
	expect(getEventListeners(signal, 'abort')).toEqual([]);
});
