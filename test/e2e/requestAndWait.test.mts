import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import hmacSha256 from 'crypto-js/hmac-sha256.js';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { readDemoFiles } from '../../sandbox/demo/demoFiles.mts';
import { PortalClient } from '../../sandbox/demo/portalClient.mts';
import { uploadAsRecipient } from '../../sandbox/demo/uploadAsRecipient.mts';
import { downloadBinary, getExecution, waitForExecution } from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import { installN8n } from '../../sandbox/n8n/install.mts';
import { startN8n } from '../../sandbox/n8n/start.mts';
import { upsertWorkflow, runManually, type SavedWorkflow } from '../../sandbox/n8n/workflows.mts';
import {
	credentialsFor,
	INSTALL_MS,
	inARow,
	node,
	startTestSystem,
	type TestSystem,
	waitUntilOver,
} from './harness.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;

let environment: TestSystem;
let portal: PortalClient;

beforeAll(async () => {
	environment = await startTestSystem({ version: HOST });
	portal = new PortalClient(environment.sandbox.info.portal);
}, INSTALL_MS);

afterAll(async () => environment?.stop());

async function workflow(options = {}): Promise<SavedWorkflow> {
	const parameters = {
		resource: 'session',
		operation: 'requestAndWait',
		recipientEmail: 'customer@example.com',
		requestorName: 'Acme',
		requestorEmail: 'onboarding@example.com',
		subject: 'Your documents',
		message: 'Please upload them.',
		// Not "data": older versions of n8n lose such a file after the run.
		binaryPropertyName: 'document',
		options,
	};
	return await upsertWorkflow(environment.rest, {
		name: `Request and wait ${JSON.stringify(options)}`,
		nodes: [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			node('Ask', 'n8n-nodes-file-delivery.fileCourier', parameters, {
				credentials: credentialsFor(environment, 'fileCourier'),
			}),
			node('After', 'n8n-nodes-base.noOp'),
		],
		connections: inARow('Start', 'Ask', 'After'),
	});
}

/** Runs the workflow until it waits; returns the execution and its session. */
async function waiting(
	options = {},
): Promise<{ id: string; sessionId: string; uploadUrl: string }> {
	const id = await runManually(environment.rest, await workflow(options));
	const { status, error, items } = await waitForExecution(environment.rest, id);
	expect([status, error]).toEqual(['waiting', undefined]);
	const { sessionId, link: uploadUrl } = items.Ask[0].json as Record<string, string>;
	return { id, sessionId, uploadUrl };
}

const sessions = async () =>
	(
		await axios.get<Array<Record<string, string>>>(
			`${portal.url}/api/services/fileCourier/sessions`,
		)
	).data;

/** Returns the callback URL that FileCourier received. */
async function callbackOf(uploadUrl: string): Promise<string> {
	const found = (await sessions()).find(({ upload_url }) => upload_url === uploadUrl);
	return found!.callbackUrl;
}

async function post(url: string, sessionId: string, secret: string): Promise<number> {
	const data = { request_id: sessionId, files: [] };
	const body = JSON.stringify({ event: 'files.delivered', timestamp: 't', data });
	const headers = {
		'content-type': 'application/json',
		'x-filecourier-signature': hmacSha256(body, secret).toString(),
	};
	const { status } = await axios.post(url, body, { headers, validateStatus: () => true });
	return status;
}

describe(`Request and Wait in a real n8n (${HOST})`, () => {
	it('waits through a restart of n8n and continues with the delivered files', async () => {
		const { id, uploadUrl } = await waiting();
		const { port, log } = environment.n8n;
		await environment.n8n.stop();
		const host = await installN8n(HOST);
		const again = await startN8n({
			installation: host,
			userFolder: join(environment.folder, 'n8n'),
			port,
			log,
		});
		try {
			await environment.rest.logIn();
			// At startup, n8n shortly shows executions as crashed that its event log lists as unfinished.
			await pRetry(
				async () => expect((await getExecution(environment.rest, id)).status).toBe('waiting'),
				{ retries: 60, minTimeout: 500, factor: 1 },
			);

			const documents = readDemoFiles();
			await uploadAsRecipient(uploadUrl, documents);
			const done = await waitUntilOver(environment.rest, id);
			expect([done.status, done.error]).toEqual(['success', undefined]);
			expect(done.items.After.map(({ json }) => json.delivered)).toEqual([true, true]);
			for (const [index, { binary }] of done.items.After.entries()) {
				const bytes = await downloadBinary(environment.rest, binary.document);
				expect(sha256(bytes)).toBe(sha256(documents[index].content));
			}

			// The execution has ended, so n8n itself rejects further calls and nothing runs again.
			const { webhookSecret } = environment.sandbox.info.services.fileCourier.credentials;
			const { sessionId } = done.items.After[0].json as Record<string, string>;
			expect(await post(await callbackOf(uploadUrl), sessionId, webhookSecret)).toBe(409);
			expect((await getExecution(environment.rest, id)).items.After).toHaveLength(2);
		} finally {
			environment.n8n.stop = () => again.stop();
		}
	});

	it('does not continue on a forged call or a delivery of another session', async () => {
		const { id, sessionId, uploadUrl } = await waiting();
		const callback = await callbackOf(uploadUrl);
		const { webhookSecret } = environment.sandbox.info.services.fileCourier.credentials;
		expect(await post(callback, sessionId, 'fcwh_forged')).toBe(401);
		expect(await post(callback, 'req_other', webhookSecret)).toBe(409);
		expect((await getExecution(environment.rest, id)).status).toBe('waiting');
		expect(await post(callback, sessionId, webhookSecret)).toBe(200);
		expect((await waitUntilOver(environment.rest, id)).status).toBe('success');
	});

	it('continues with delivered: false after the maximum wait', async () => {
		const { id, sessionId } = await waiting({ waitHours: 0.02 });
		const done = await waitUntilOver(environment.rest, id, 240);
		expect(done.status).toBe('success');
		expect(done.items.After[0].json).toMatchObject({ delivered: false, sessionId });
	}, 300_000);
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
