/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { once } from 'node:events';

import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { useTrigger, VECTOR } from '../../support/fileCourierTrigger';
import { TestServer } from '../../support/testServer';
import { hmacSha256 } from '../../support/sign';

const trigger = useTrigger();

describe('a signed delivery', () => {
	it('starts the workflow with the example of FileCourier’s documentation', async () => {
		await trigger.activate();
		const { status } = await trigger.post(VECTOR.body, {
			'X-FileCourier-Signature': VECTOR.signature,
		});
		expect(status).toBe(200);
		expect(trigger.server.runs).toHaveLength(1);
		expect(trigger.server.runs[0]).toEqual([
			{
				json: {
					event: 'files.delivered',
					occurredAt: '2025-01-22T14:22:18.000Z',
					sessionId: 'req_abc123xyz',
					referenceId: 'CUST-12345',
					recipientEmail: 'customer@example.com',
					fileIndex: 0,
					fileCount: 1,
					file: {
						name: 'drivers-license.pdf',
						size: 245832,
						mimeType: 'application/pdf',
						url: 'https://files.filecourier.io/abc123/drivers-license.pdf?signature=abc',
						expiresAt: '2025-01-23T14:22:18.000Z',
						downloaded: false,
					},
					deliveryKey: expect.stringMatching(/^[\w-]{22}$/),
				},
			},
		]);
	});

	it('is accepted if its JSON is indented and signed in that form', async () => {
		await trigger.activate();
		const { status } = await trigger.deliver(JSON.stringify(JSON.parse(VECTOR.body), null, 2));
		expect([status, trigger.server.runs.length]).toEqual([200, 1]);
	});

	it('is accepted if its JSON was indented after it was signed', async () => {
		await trigger.activate();
		const body = JSON.stringify(JSON.parse(VECTOR.body), null, 2);
		const { status } = await trigger.post(body, { 'X-FileCourier-Signature': VECTOR.signature });
		expect([status, trigger.server.runs.length]).toEqual([200, 1]);
	});

	it('is accepted with either secret of a rotation, in upper case and with the prefix sha256=', async () => {
		await trigger.activate(
			{ options: { repeatWindow: 0 } },
			{ webhookSecret: `fcwh_new\n${VECTOR.secret}` },
		);
		for (const secret of ['fcwh_new', VECTOR.secret]) {
			const signature = `sha256=${hmacSha256(VECTOR.body, secret).toUpperCase()}`;
			expect(
				(await trigger.post(VECTOR.body, { 'X-FileCourier-Signature': signature })).status,
			).toBe(200);
		}
		expect(trigger.server.runs).toHaveLength(2);
	});

	it('gets a 200 response but does not start the workflow if its event is not selected', async () => {
		await trigger.activate();
		const { status, data } = await trigger.deliver(
			'{"event":"files.viewed","timestamp":"t","data":{}}',
		);
		expect([status, data]).toEqual([200, { received: true, ignored: true }]);
		expect(trigger.server.runs).toEqual([]);
	});

	it('starts the workflow with any event if “Any Event” is selected', async () => {
		await trigger.activate({ events: ['*'] });
		await trigger.deliver(
			'{"event":"files.viewed","timestamp":"t","data":{"request_id":"req_1","who":"x"}}',
		);
		expect(trigger.server.runs[0][0].json).toMatchObject({
			event: 'files.viewed',
			sessionId: 'req_1',
			who: 'x',
		});
	});

	it.each([
		[{ recipient: '*@EXAMPLE.com', referenceId: 'CUST-*', fileName: '*.pdf' }, 1],
		[{ recipient: '*@acme.com' }, 0],
		[{ referenceId: 'CUST-1' }, 0],
		[{ fileName: '*.png' }, 0],
	])('with the filters %j starts %i runs', async (options, runs) => {
		await trigger.activate({ options });
		const { status } = await trigger.deliver(VECTOR.body);
		expect([status, trigger.server.runs.length]).toEqual([200, runs]);
	});

	it('omits files whose names do not match', async () => {
		await trigger.activate({ options: { fileName: '*.PDF' } });
		const files = ['a.pdf', 'b.png', 'c.pdf'].map((name) => ({ name }));
		await trigger.deliver(
			JSON.stringify({ event: 'files.delivered', data: { request_id: 'r', files } }),
		);
		expect(trigger.server.runs[0].map(({ json }) => (json.file as IDataObject).name)).toEqual([
			'a.pdf',
			'c.pdf',
		]);
	});

	it('starts a run each time it is sent while the editor listens for a test event', async () => {
		await trigger.activate({}, {}, 'manual' as never);
		await trigger.deliver(VECTOR.body);
		await trigger.deliver(VECTOR.body);
		expect(trigger.server.runs).toHaveLength(2);
	});
});

describe('a duplicate delivery', () => {
	it('starts one run and gets five 2xx responses if sent one after the other', async () => {
		await trigger.activate();
		const responses = [];
		for (let n = 0; n < 5; n++) responses.push((await trigger.deliver(VECTOR.body)).status);
		expect(responses).toEqual([200, 200, 200, 200, 200]);
		expect(trigger.server.runs).toHaveLength(1);
	});

	it('starts one run and gets five 2xx responses if sent at the same moment', async () => {
		await trigger.activate();
		const responses = await Promise.all(
			Array.from({ length: 5 }, () => trigger.deliver(VECTOR.body)),
		);
		expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
		expect(trigger.server.runs).toHaveLength(1);
	});

	it('does not start a second run after a restart of n8n', async () => {
		await trigger.activate();
		await trigger.deliver(VECTOR.body);
		const { savedStaticData, runs } = trigger.server;
		expect(runs).toHaveLength(1);
		await trigger.server.stop();
		await trigger.activate(); // under another workflow ID, so nothing about it is in memory
		trigger.server.savedStaticData = savedStaticData;
		expect((await trigger.deliver(VECTOR.body)).data).toEqual({ received: true, repeated: true });
		expect(trigger.server.runs).toEqual([]);
	});

	it('is not detected between two sessions, which start two runs', async () => {
		await trigger.activate();
		await trigger.deliver(VECTOR.body);
		await trigger.deliver(VECTOR.body.replaceAll('req_abc123xyz', 'req_another'));
		expect(trigger.server.runs).toHaveLength(2);
	});

	it('starts the run if n8n could not start it for the first delivery', async () => {
		await trigger.activate();
		trigger.server.failNextStart = true;
		expect((await trigger.deliver(VECTOR.body)).status).toBe(500);
		expect((await trigger.deliver(VECTOR.body)).status).toBe(200);
		expect((await trigger.deliver(VECTOR.body)).status).toBe(200);
		expect(trigger.server.runs).toHaveLength(1);
	});

	it.each([
		['starts no second run', false, 200],
		['can be sent again if n8n could not start the run', true, 503],
	])('of a sender that hung up during the download %s', async (_, failNextStart, status) => {
		const host = await new TestServer().respond({ body: 'a', delay: 500 }).start();
		const data = { request_id: 'r', files: [{ name: 'a.txt', url: host.url }] };
		const body = JSON.stringify({ event: 'files.delivered', data });
		await trigger.activate({ download: true, binaryPropertyName: 'data' });
		trigger.server.failNextStart = failNextStart;
		const first = axios.post(trigger.url, body, {
			headers: {
				'content-type': 'application/json',
				'X-FileCourier-Signature': hmacSha256(body, VECTOR.secret),
			},
			signal: AbortSignal.timeout(200),
		});
		await expect(first).rejects.toThrow('canceled');
		expect((await trigger.deliver(body)).status).toBe(status);
		await trigger.deliver(body);
		expect(trigger.server.runs).toHaveLength(1);
		await host.stop();
	});

	it.each([
		['starts no second run', false],
		['starts the run if n8n could not start it', true],
	])('of a sender that hung up while n8n started the run %s', async (_, failNextStart) => {
		await trigger.activate();
		trigger.server.failNextStart = failNextStart;
		const hangUp = new AbortController();
		trigger.server.beforeStart = async (response) => {
			trigger.server.beforeStart = undefined;
			const closed = once(response, 'close');
			hangUp.abort();
			await closed;
		};
		const first = axios.post(trigger.url, VECTOR.body, {
			headers: {
				'content-type': 'application/json',
				'X-FileCourier-Signature': VECTOR.signature,
			},
			signal: hangUp.signal,
		});
		await expect(first).rejects.toThrow('canceled');
		for (let n = 0; n < 2; n++) await trigger.deliver(VECTOR.body);
		expect(trigger.server.runs).toHaveLength(1);
	});

	it('starts a run each time if Ignore Duplicates For is 0', async () => {
		await trigger.activate({ options: { repeatWindow: 0 } });
		for (let n = 0; n < 5; n++) await trigger.deliver(VECTOR.body);
		expect(trigger.server.runs).toHaveLength(5);
	});
});
