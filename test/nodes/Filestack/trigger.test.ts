import type { IDataObject } from 'n8n-workflow';

import { FilestackApi } from '../../../credentials/FilestackApi.credentials';
import { FilestackTrigger } from '../../../nodes/Filestack/FilestackTrigger.node';
import { ActiveTrigger } from '../../support/events';
import { hmacSha256 } from '../../support/sign';

/** The test vectors of the official libraries: the signature of a body and a timestamp under a secret. */
const VECTORS = [
	{
		library: 'filestack-js',
		signedWith: 'Y5cWb1rdRDSTSqEjF5pv',
		timestamp: '1559199901',
		body: '{"id": 6844, "action": "fp.upload", "timestamp": 1559199901, "text": {"url": "http://cdn.filestackapi.dev/xK88QArxRiyVvFzo4p33", "client": "Computer", "data": {"filename": "01 (1).png", "type": "image/png", "size": 881855}}}',
		signature: '14495b54b246e1352bb69cd91c5c1bfe2221f2d0330414b3df8f5fb2903db730',
	},
	{
		library: 'filestack-python',
		signedWith: 'webhook-secret',
		timestamp: '123456789999',
		body: '{"text": {"filename": "filename.jpg", "key": "kGaeljnga9wkysK6Z_filename.jpg"}}',
		signature: '57cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb',
	},
];
const SECRET = VECTORS[0].signedWith;

let trigger: ActiveTrigger;
afterEach(async () => await trigger.stop());

async function activate(parameters: IDataObject = {}, webhookSecret = SECRET) {
	trigger = await ActiveTrigger.start(
		new FilestackTrigger(),
		new FilestackApi(),
		{ apiKey: 'A', appSecret: 'B', baseUrl: 'http://127.0.0.1:9', webhookSecret },
		{ events: ['*'], options: {}, ...parameters },
	);
}

const now = () => String(Math.floor(Date.now() / 1000));

async function deliver(body: string, timestamp = now(), signature?: string): Promise<number> {
	const headers = {
		'FS-Timestamp': timestamp,
		'FS-Signature': signature ?? hmacSha256(`${timestamp}.${body}`, SECRET),
	};
	return await trigger.deliver(body, headers);
}

const upload = (more: object = {}) =>
	JSON.stringify({
		id: 30813791,
		action: 'fp.upload',
		timestamp: 1521733983,
		text: {
			url: 'https://cdn.filestackcontent.com/Handle0000000000000A',
			filename: 'photo.jpg',
			type: 'image/jpeg',
			size: 158584,
		},
		...more,
	});

describe.each(VECTORS)(
	'the test vector of $library',
	({ signedWith, timestamp, body, signature }) => {
		// The second vector has no action: its signature is accepted, and then it is rejected as not an event (400, not 401).
		const status = body.includes('action') ? 200 : 400;

		it('has a valid signature', async () => {
			await activate({ options: { maxAge: 0 } }, signedWith);
			expect(await deliver(body, timestamp, signature)).toBe(status);
		});

		it('is rejected with re-serialized JSON or another timestamp', async () => {
			await activate({}, signedWith);
			const rewritten = JSON.stringify(JSON.parse(body));
			expect(await deliver(rewritten, timestamp, signature)).toBe(401);
			expect(await deliver(body, `${timestamp}0`, signature)).toBe(401);
		});
	},
);

it('outputs the handle, URL, name, size, type and time of an uploaded file', async () => {
	await activate();
	const body = JSON.parse(upload()) as { id: unknown; text: { url: string } };
	await deliver(upload());
	expect(trigger.items).toEqual([
		{
			event: 'fp.upload',
			handle: 'Handle0000000000000A',
			url: body.text.url,
			name: 'photo.jpg',
			size: 158584,
			mimeType: 'image/jpeg',
			deliveryId: body.id,
			text: body.text,
			occurredAt: '2018-03-22T15:53:03.000Z',
			deliveryKey: expect.stringMatching(/^[\w-]{22}$/),
		},
	]);
});

it.each([
	[
		'a conversion',
		{
			action: 'fp.converse',
			text: { url: '/resize/H', link: { handle: 'H2', filename: 'b.png', mimetype: 'image/png' } },
		},
		{ event: 'fp.converse', handle: 'H2', name: 'b.png' },
	],
	[
		'the older form of an upload',
		{
			text: {
				url: 'https://cdn.example/H3',
				data: { filename: 'c.png', type: 'image/png', size: 3 },
			},
		},
		{ handle: 'H3', name: 'c.png', size: 3 },
	],
	[
		'a video callback without an action',
		{
			action: undefined,
			status: 'completed',
			uuid: 'u1',
			text: undefined,
			data: { url: 'https://cdn.example/H4' },
			metadata: { result: { file_size: 150791, mime_type: 'video/mp4' }, source: {} },
		},
		{
			event: 'video_conversion.completed',
			handle: 'H4',
			size: 150791,
			mimeType: 'video/mp4',
		},
	],
])('reads the file of %s', async (_, more, fields) => {
	await activate();
	expect(await deliver(upload(more))).toBe(200);
	expect(trigger.items[0]).toMatchObject(fields);
});

it.each([
	['with a forged signature', upload(), now(), 'f'.repeat(64), 401],
	['without FS-Timestamp', upload(), '', undefined, 401],
	['without an event', '{"text":{}}', now(), undefined, 400],
])('rejects a delivery %s', async (_, body, timestamp, signature, status) => {
	await activate();
	const sent = signature ?? (timestamp ? undefined : hmacSha256(`.${body}x`, SECRET));
	expect(await deliver(body, timestamp, sent)).toBe(status);
	expect(trigger.items).toEqual([]);
});

it.each([
	[{ options: { maxAge: 60 } }, 61, 401],
	[{ options: { maxAge: 60 } }, 30, 200],
	[{ options: {} }, 172_700, 200],
	[{ options: {} }, 172_801, 401],
	[{ options: { maxAge: 0 } }, 1_000_000, 200],
])('with %j a delivery signed %i seconds ago gets %i', async (parameters, age, status) => {
	await activate(parameters);
	expect(await deliver(upload(), String(Math.floor(Date.now() / 1000) - age))).toBe(status);
});

it('accepts either secret of a rotation, and no delivery without a secret', async () => {
	const at = now();
	await activate({}, `new\n${SECRET}`);
	const by = (secret: string) => hmacSha256(`${at}.${upload()}`, secret);
	expect(await deliver(upload(), at, by('new'))).toBe(200);
	expect(await deliver(upload(), at, by(SECRET))).toBe(200);
	expect(await deliver(upload(), at, by('old'))).toBe(401);
	await trigger.stop();
	await activate({}, '');
	expect(await deliver(upload(), at, by(''))).toBe(401);
});

it('does not start a second run for a retry with a new signature', async () => {
	await activate();
	await deliver(upload(), String(Number(now()) - 300));
	expect(await deliver(upload())).toBe(200);
	expect(trigger.items).toHaveLength(1);
});

it('distinguishes two events with the same text by their ID', async () => {
	await activate();
	await deliver(upload());
	await deliver(upload({ id: 30813792 }));
	expect(trigger.items).toHaveLength(2);
});

it.each([
	['another app', { app: 'other' }],
	['another action', { action: 'fp.overwrite' }],
	['another file', { text: { url: 'https://cdn.filestackcontent.com/H2' } }],
])('does not treat an event of %s with the same ID as a duplicate', async (_, more) => {
	await activate();
	await deliver(upload());
	expect(await deliver(upload(more))).toBe(200);
	expect(trigger.items).toHaveLength(2);
});

it('starts one run each for a pending and a completed conversion, and none for a duplicate', async () => {
	await activate();
	const conversion = (status: string) =>
		upload({ id: undefined, action: undefined, uuid: 'u1', status });
	for (const status of ['pending', 'completed', 'completed']) await deliver(conversion(status));
	expect(trigger.items.map(({ event }) => event)).toEqual([
		'video_conversion.pending',
		'video_conversion.completed',
	]);
});

it.each([
	[{ events: ['fp.video_converse'] }, ['fp.video_converse', 'video_conversion.completed']],
	[{ events: ['fp.converse'] }, []],
])('with %j starts runs for these events of a conversion: %j', async (parameters, events) => {
	await activate(parameters);
	await deliver(upload({ action: 'fp.video_converse' }));
	for (const status of ['pending', 'failed', 'completed']) {
		const conversion = { id: undefined, action: undefined, uuid: 'u1', status };
		expect(await deliver(upload(conversion))).toBe(200);
	}
	expect(trigger.items.map(({ event }) => event)).toEqual(events);
});

it.each([
	[{ events: ['fp.delete'] }, 0],
	[{ options: { fileName: '*.jpg', mimeType: 'image/*' } }, 1],
	[{ options: { mimeType: 'video/*' } }, 0],
])('with %j an upload starts %i runs', async (parameters, runs) => {
	await activate(parameters);
	expect(await deliver(upload())).toBe(200);
	expect(trigger.items).toHaveLength(runs);
});
