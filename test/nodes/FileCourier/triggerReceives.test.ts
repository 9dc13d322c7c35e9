import { createHash, randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { bytesOf, outputOf } from '../../support/engine';
import { createSession, uploadAsRecipient } from '../../support/fileCourier';
import { useTrigger, VECTOR } from '../../support/fileCourierTrigger';
import { TestServer } from '../../support/testServer';

const trigger = useTrigger();

it('does not output secrets that the delivery contains', async () => {
	const key = 'a-key-of-my-own';
	await trigger.activate({ output: 'delivery' }, { callbackApiKey: key });
	const data = { request_id: 'req_1', files: [], callback: { key }, note: `${VECTOR.secret}!` };
	const body = JSON.stringify({ event: 'files.delivered', timestamp: new Date(), data });
	expect((await trigger.deliver(body, { authorization: key })).status).toBe(200);
	const shown = JSON.stringify(trigger.server.runs);
	expect(shown).toContain('req_1');
	expect(shown).not.toContain(key);
	expect(shown).not.toContain(VECTOR.secret);
});

describe('with the sandbox as the sender', () => {
	const files = [
		{ name: 'Ausweis „vorn“.pdf', type: 'application/pdf', bytes: randomBytes(100_000) },
		{ name: '../../photo.png', type: 'image/png', bytes: randomBytes(50_001) },
	];
	const hashes = files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));

	/** Creates a session and uploads the files as the recipient; the simulation then sends the delivery. */
	async function request(parameters: IDataObject, credentials: IDataObject = {}): Promise<string> {
		const own = trigger.sandbox.info.services.fileCourier.credentials;
		await trigger.activate(parameters, { webhookSecret: own.webhookSecret, ...credentials });
		const session = await createSession(
			trigger.sandbox,
			{ callbackUrl: trigger.url },
			undefined,
			credentials,
		);
		const { link: uploadUrl, sessionId } = outputOf(session)[0].json as Record<string, string>;
		await uploadAsRecipient(uploadUrl, files);
		return sessionId;
	}

	interface SentDelivery {
		id: string;
		state: string;
		attempts: Array<{ status?: number }>;
	}

	const hasAttempt = ([last]: SentDelivery[]) => last?.attempts.length > 0;
	const lastDelivery = async () => (await trigger.sandbox.until('/deliveries', hasAttempt))[0];

	it('outputs one item per file with its bytes, downloaded without credentials', async () => {
		const sessionId = await request({ download: true, binaryPropertyName: 'data' });
		await lastDelivery();
		const [items] = trigger.server.runs;
		expect(items).toHaveLength(2);
		for (const [index, { json, binary }] of items.entries()) {
			expect(json).toMatchObject({
				sessionId,
				fileIndex: index,
				fileCount: 2,
				file: { downloaded: true, sha256: hashes[index], binaryPropertyName: 'data' },
			});
			expect(await bytesOf(binary!.data)).toEqual(files[index].bytes);
		}
		expect(items.map(({ binary }) => binary!.data.fileName)).toEqual([
			'Ausweis „vorn“.pdf',
			'photo.png',
		]);
		const fetches = (await trigger.sandbox.requests()).filter(({ origin }) => origin === 'files');
		expect(fetches.map(({ authorized }) => authorized)).toEqual([false, false]);
	});

	it('outputs all files in one item if Output is One Item per Delivery', async () => {
		await request({ download: true, binaryPropertyName: 'doc', output: 'delivery' });
		await lastDelivery();
		const [[{ json, binary }]] = trigger.server.runs;
		expect(Object.keys(binary!)).toEqual(['doc', 'doc_1']);
		expect(json.files).toMatchObject([
			{ sha256: hashes[0] },
			{ sha256: hashes[1], binaryPropertyName: 'doc_1' },
		]);
	});

	it('sends the callback API key with the session and verifies it in the delivery', async () => {
		await request({}, { callbackApiKey: 'a-key-of-our-own' });
		expect((await lastDelivery()).attempts).toMatchObject([{ status: 200 }]);
		expect(trigger.server.runs).toHaveLength(1);
	});

	it('rejects the delivery if a download fails, and starts the run on the retry', async () => {
		await trigger.sandbox.fault({
			service: 'fileCourier',
			origin: 'files',
			times: 1,
			fault: { type: 'status', status: 500 },
		});
		await request({ download: true, binaryPropertyName: 'data' });
		const first = await lastDelivery();
		expect(first.attempts).toMatchObject([{ status: 503 }]);
		expect(trigger.server.runs).toEqual([]);
		await trigger.sandbox.control.post(`/deliveries/${first.id}/redeliver`);
		expect(trigger.server.runs).toHaveLength(1);
		expect(trigger.server.runs[0]).toHaveLength(2);
	});

	it('does not output a file whose size differs from the announced one', async () => {
		const host = await new TestServer().start(); // responds with two bytes
		await trigger.activate({ download: true, binaryPropertyName: 'data' });
		const data = { request_id: 'req_1', files: [{ name: 'a.json', size: 3, url: host.url }] };
		const response = await trigger.deliver(JSON.stringify({ event: 'files.delivered', data }));
		await host.stop();
		expect(response.status).toBe(503);
		expect(response.data.error).toContain('“a.json” is 2 bytes instead of the expected 3');
		expect(trigger.server.runs).toEqual([]);
	});

	it('cancels the other downloads and rejects the delivery soon after a temporary failure of one file', async () => {
		const files = { service: 'fileCourier', origin: 'files' };
		const delay = { type: 'delay', milliseconds: 30_000 };
		await trigger.sandbox.fault({ ...files, nth: 2, fault: delay });
		await trigger.sandbox.fault({ ...files, nth: 1, fault: { type: 'status', status: 500 } });
		const started = Date.now();
		await request({ download: true, binaryPropertyName: 'data' });
		expect((await lastDelivery()).attempts).toMatchObject([{ status: 503 }]);
		expect(Date.now() - started).toBeLessThan(28_000);
	});

	it('outputs only the URL of a file that is not downloaded in time', async () => {
		await trigger.sandbox.fault({
			service: 'fileCourier',
			origin: 'files',
			nth: 2,
			fault: { type: 'delay', milliseconds: 30_000 },
		});
		await request({ download: true, binaryPropertyName: 'data', options: { downloadBudget: 1 } });
		await lastDelivery();
		const [items] = trigger.server.runs;
		expect(items.map(({ json }) => (json.file as IDataObject).downloaded).sort()).toEqual([
			false,
			true,
		]);
		expect(items.filter(({ binary }) => binary)).toHaveLength(1);
	});

	it('starts one run if duplicates arrive while the files are being downloaded', async () => {
		await trigger.sandbox.fault({
			service: 'fileCourier',
			origin: 'files',
			fault: { type: 'delay', milliseconds: 500 },
		});
		await trigger.sandbox.fault({
			service: 'fileCourier',
			fault: { type: 'duplicateDelivery', copies: 5 },
		});
		await request({ download: true, binaryPropertyName: 'data' });
		await lastDelivery();
		expect(trigger.server.runs).toHaveLength(1);
	});

	it('rejects a delivery with an invalid signature, and accepts FileCourier’s scheduled retry', async () => {
		await trigger.sandbox.fault({
			service: 'fileCourier',
			times: 1,
			fault: { type: 'badSignature' },
		});
		await request({});
		expect((await lastDelivery()).attempts).toMatchObject([{ status: 401 }]);
		await trigger.sandbox.control.post('/clock', { advance: 61 });
		const hasTwoAttempts = ([last]: SentDelivery[]) => last.attempts.length === 2;
		const [{ attempts }] = await trigger.sandbox.until<SentDelivery[]>(
			'/deliveries',
			hasTwoAttempts,
		);
		expect(attempts).toMatchObject([{ status: 401 }, { status: 200 }]);
		expect(trigger.server.runs).toHaveLength(1);
	});
});
