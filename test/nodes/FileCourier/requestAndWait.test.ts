import { createHash, randomBytes } from 'node:crypto';

import { FileCourier } from '../../../nodes/FileCourier/FileCourier.node';
import { bytesOf, outputOf } from '../../support/engine';
import { uploadAsRecipient } from '../../support/fileCourier';
import { hmacSha256 } from '../../support/sign';
import { useTestServer } from '../../support/testServer';
import { waitingExecution } from '../../support/waitingExecution';

const file = { name: 'id.pdf', type: 'application/pdf', bytes: randomBytes(70_000) };
const sha256 = createHash('sha256').update(file.bytes).digest('hex');

const { sandbox, wait, resume, post, session, stackEntry, context, waiting, resumed } =
	waitingExecution();

const host = useTestServer();

const delivery = (request_id: string) =>
	JSON.stringify({ event: 'files.delivered', timestamp: 't', data: { request_id, files: [] } });

const secret = () => sandbox.info.services.fileCourier.credentials.webhookSecret;

it('waits until the link expires, with n8n’s resume URL as the callback URL', async () => {
	const run = await wait();
	expect(run.status).toBe('waiting');
	const minutes = (run.waitTill!.getTime() - Date.parse(session().expiresAt)) / 60_000;
	expect(minutes).toBeCloseTo(5);
	const { body } = (await sandbox.requests()).at(-1)!;
	expect(body!.callback_url).toMatch(/\/webhook-waiting\/execution1\?signature=/);
});

it('continues with the files when they are delivered', async () => {
	await wait();
	await uploadAsRecipient(session().link, [file]);
	await sandbox.until<Array<{ attempts: unknown[] }>>(
		'/deliveries',
		([last]) => last.attempts.length > 0,
	);
	const [{ json, binary }] = outputOf((await resumed())!);
	expect(json).toMatchObject({ delivered: true, sessionId: session().sessionId, file: { sha256 } });
	expect(await bytesOf(binary!.data)).toEqual(file.bytes);
});

it('outputs delivered: false with the session and the input data when the wait times out', async () => {
	await wait({ options: { waitHours: 2 } });
	expect((waiting().waitTill!.getTime() - Date.now()) / 3_600_000).toBeCloseTo(2);
	// When the wait times out, n8n disables the node and outputs its input.
	stackEntry().node = { ...stackEntry().node, disabled: true };
	const [{ json, binary }] = outputOf(await resume(waiting().data));
	expect(json).toMatchObject({ delivered: false, customer: 7 });
	expect(json.sessionId).toMatch(/^req_/);
	expect(binary).toBeUndefined();
});

it('reads a saved limit without a unit in hours, and a new one in its unit', async () => {
	await wait({ expiresInDays: 52, unit: 'weeks', options: { waitHours: 2, waitUnit: 'weeks' } });
	expect((waiting().waitTill!.getTime() - Date.now()) / 3_600_000).toBeCloseTo(2 * 7 * 24);
	expect(Date.parse(session().expiresAt) - Date.now()).toBeGreaterThan(363 * 86_400_000);
});

describe('the text that the editor shows while the execution waits', () => {
	/** Evaluates it as the editor does, which has no data of the execution but this. */
	function tooltip(url: string, metadata: { resumeUrl?: string } = {}): unknown {
		const { waitingNodeTooltip } = new FileCourier().description;
		const { workflow, subject } = context();
		const $execution = { id: '12', mode: 'test', resumeUrl: metadata.resumeUrl ?? url };
		return workflow.expression.getSimpleParameterValue(subject, waitingNodeTooltip!, 'internal', {
			$execution,
		} as never);
	}
	const own = 'http://localhost:5678/webhook-waiting/12';
	const metadataOf = () => waiting().data.resultData.runData.Subject[0].metadata;

	it('contains the upload link', async () => {
		await wait();
		const { link: uploadUrl } = session();
		expect(metadataOf()).toMatchObject({ resumeUrl: uploadUrl });
		expect(tooltip(own, metadataOf())).toBe(
			`Waiting for the recipient to upload the documents at <a href="${uploadUrl}" target="_blank">${uploadUrl}</a>`,
		);
	});

	it.each([own, `${own}?signature=abc`])('does not contain the URL of n8n, %s', async (url) => {
		await wait();
		expect(tooltip(url)).toBe(
			'Waiting for the recipient to upload the documents. FileCourier has sent them the upload link.',
		);
	});

	it('escapes the link', async () => {
		await wait();
		const text = String(tooltip(own, { resumeUrl: 'https://x.example/?a="><img src=x>&b' }));
		expect(text).toContain('href="https://x.example/?a=&quot;>&lt;img src=x>&amp;b"');
	});
});

it('does not change the output of the previous node', async () => {
	await wait();
	expect(waiting().data.resultData.runData.Source[0].data!.main[0]![0].json).toEqual({
		customer: 7,
	});
});

it.each([
	['forged', () => post(delivery(session().sessionId), 'f'.repeat(64)), 401],
	['unsigned', () => post(delivery(session().sessionId), ''), 401],
	[
		'for another session',
		() => post(delivery('req_other'), hmacSha256(delivery('req_other'), secret())),
		409,
	],
])('does not resume on a delivery that is %s', async (_, call, status) => {
	await wait();
	expect(await call()).toBe(status);
	expect(resumed()).toBeUndefined();
});

it.each([
	[{ session_id: 'sess_abc', request_id: 'req_abc' }, 'req_abc'],
	[{ request_id: 'req_abc' }, 'sess_abc'],
	[{ id: 7, request_id: 'req_abc' }, 'req_abc'],
])('a session created as %j resumes on a delivery for %s', async (ids, id) => {
	const expires_at = new Date(Date.now() + 86_400_000).toISOString();
	host.respond({ body: { status: true, data: { ...ids, expires_at } } });
	await wait({}, undefined, { credentials: { baseUrl: host.url } });
	const body = delivery(id);
	expect(await post(body, hmacSha256(body, secret()))).toBe(200);
	expect(outputOf((await resumed())!)[0].json).toMatchObject({ delivered: true });
});

it('resumes once when the same delivery arrives twice', async () => {
	await wait();
	const body = delivery(session().sessionId);
	const first = post(body, hmacSha256(body, secret()));
	expect(await Promise.all([first, post(body, hmacSha256(body, secret()))])).toEqual([200, 200]);
	expect(outputOf((await resumed())!)).toHaveLength(1);
});
