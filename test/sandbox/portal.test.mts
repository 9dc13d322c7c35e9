import type { Delivery } from '../../sandbox/core/delivery.mts';
import { Bench, http, Receiver, REQUEST, upload } from './support.mts';

let bench: Bench;
let receiver: Receiver;
beforeAll(async () => {
	bench = await Bench.start();
	receiver = await Receiver.start();
});
afterAll(async () => {
	await bench.stop();
	await receiver.stop();
});

const EVIL = '<script>alert("1")</script>\'><b>';
const page = async (path: string) => (await http.get<string>(bench.portal + path)).data;

/** Submits a form of a page. */
const press = async (path: string, fields: Record<string, string> = {}) =>
	await http.post<string>(bench.portal + path, new URLSearchParams(fields));

/** Returns the delivery of a session whose strings are all hostile. */
async function delivered(): Promise<Delivery> {
	const { link } = await bench.session({
		requestor_name: EVIL,
		subject: EVIL,
		message: EVIL,
		documents: [EVIL],
		reference_id: EVIL,
		brand_name: EVIL,
		recipient_phone: '+15551234567',
		callback_url: `${receiver.url}?x=${EVIL}`,
		callback_api_key: 'callback-key-1',
	});
	receiver.responses = [{ status: 200, body: EVIL }];
	await upload(link, { name: EVIL, bytes: 'x' });
	return await bench.delivery(
		({ state, body }) => state === 'delivered' && body.includes(link.slice(-20)),
	);
}

describe('pages', () => {
	test('the home page shows base URLs and credentials, like the control API', async () => {
		const { data } = await bench.control('get', '/api/info');
		expect(data).toEqual(bench.sandbox.info);
		const home = await page('/');
		const { origins, credentials } = bench.sandbox.info.services.fileCourier;
		for (const text of [...Object.values(origins), ...Object.values(credentials)])
			expect(home).toContain(text);
		for (const link of ['/outbox', '/deliveries', '/control'])
			expect(home).toContain(`href="${link}"`);
	});

	test('show a message while there is nothing to list', async () => {
		const empty = await Bench.start();
		expect((await http.get<string>(`${empty.portal}/outbox`)).data).toContain('No messages yet');
		expect((await http.get<string>(`${empty.portal}/deliveries`)).data).toContain(
			'No deliveries yet',
		);
		await empty.stop();
	});

	test('the outbox shows the email and the text message with their link', async () => {
		const { link } = await bench.session({
			recipient_phone: '+15557654321',
			subject: 'Your claim CLM-7',
			message: 'Two documents, please.',
			documents: ['Government ID'],
		});
		const outbox = await page('/outbox');
		for (const text of [
			'Email',
			'Text message',
			'+15557654321',
			'Your claim CLM-7',
			'Two documents, please.',
			'Government ID',
			REQUEST.requestor_email,
			REQUEST.recipient_email,
			`href="${link}"`,
		]) {
			expect(outbox).toContain(text);
		}
		const { data } = await bench.control<object[]>('get', '/api/outbox');
		expect(data[0]).toMatchObject({ channel: 'sms', to: '+15557654321', link });
		expect(data[1]).toMatchObject({
			service: 'fileCourier',
			channel: 'email',
			from: REQUEST.requestor_name,
			replyTo: REQUEST.requestor_email,
			to: REQUEST.recipient_email,
			subject: 'Your claim CLM-7',
			text: 'Two documents, please.',
			documents: ['Government ID'],
			link,
		});
	});

	test('the deliveries page shows each attempt with its response and can resend', async () => {
		const delivery = await delivered();
		const before = await page('/deliveries');
		expect(before).toContain('files.delivered');
		expect(before).toContain(delivery.subject);
		expect(before).toContain('x-filecourier-signature');
		const response = await press(`/deliveries/${delivery.id}/redeliver`);
		expect([response.status, response.headers.location]).toEqual([
			303,
			`/deliveries#${delivery.id}`,
		]);
		expect(await page('/deliveries')).toContain('manual');
	});

	test('escape text from clients everywhere', async () => {
		await delivered();
		await bench.control('post', '/api/faults', {
			service: 'fileCourier',
			path: EVIL,
			times: 1,
			fault: { type: 'reset' },
		});
		for (const path of ['/outbox', '/deliveries', '/control']) {
			const html = await page(path);
			expect(html).toContain('&lt;script&gt;');
			expect(html).not.toContain('<script>alert');
			expect(html).not.toContain("'><b>");
		}
		await bench.control('delete', '/api/faults');
	});

	test('responds to an unknown page with 404 and a link back', async () => {
		const { status, data } = await http.get<string>(`${bench.portal}/nothing`);
		expect(status).toBe(404);
		expect(data).toContain('href="/"');
	});
});

describe('the control page', () => {
	test('changes the clock', async () => {
		const now = async () =>
			(await bench.control<{ now: string; speed: number }>('get', '/api/clock')).data;
		const before = Date.parse((await now()).now);
		expect((await press('/control/clock', { advance: '86400' })).status).toBe(303);
		expect((Date.parse((await now()).now) - before) / 1000).toBeCloseTo(86_400, -1);
		expect(await page('/control')).toContain('1 day');
		await press('/control/clock', { speed: '60' });
		expect((await now()).speed).toBe(60);
		await press('/control/clock', { reset: '1' });
		expect(Math.abs(Date.parse((await now()).now) - Date.now())).toBeLessThan(5000);
		expect((await press('/control/clock', { advance: 'tomorrow' })).status).toBe(400);
		expect((await press('/control/clock')).status).toBe(303);
	});

	test('changes settings and marks the selected ones', async () => {
		expect((await press('/control/settings/fileCourier', { recipientForm: 'flat' })).status).toBe(
			303,
		);
		expect(await page('/control')).toMatch(/<option value="flat" selected>/);
		const wrong = await press('/control/settings/fileCourier', { recipientForm: 'round' });
		expect(wrong.status).toBe(400);
		expect(wrong.data).toContain('is not a valid value for');
		await press('/control/settings/fileCourier', { recipientForm: 'either' });
	});

	test('adds and removes fault rules', async () => {
		const rules = async () => (await bench.control<{ id: string }[]>('get', '/api/faults')).data;
		const choices = /<select id="fault"[^]*?<\/select>/.exec(await page('/control'))?.[0] ?? '';
		const offered = [...choices.matchAll(/<option value="(\w+)"/g)].map(([, value]) => value);
		for (const fault of offered) {
			const response = await press('/control/faults', {
				where: 'fileCourier',
				fault,
				path: '',
				nth: '',
				times: '',
			});
			expect([fault, response.status]).toEqual([fault, 303]);
		}
		expect(await rules()).toHaveLength(13);
		await press('/control/faults/remove', { id: (await rules())[0].id });
		expect(await rules()).toHaveLength(12);
		await press('/control/faults/remove');
		expect(await rules()).toHaveLength(0);
		await press('/control/faults', {
			where: 'fileCourier/api',
			fault: '429',
			path: '/api/*',
			nth: '2',
			times: '3',
		});
		expect(await rules()).toMatchObject([
			{
				service: 'fileCourier',
				origin: 'api',
				path: '/api/*',
				nth: 2,
				times: 3,
				fault: { type: 'status', status: 429 },
			},
		]);
		await press('/control/faults/remove');
		expect((await press('/control/faults', { where: 'fileCourier', fault: 'boom' })).status).toBe(
			400,
		);
		expect(
			(await press('/control/faults', { where: 'fileCourier', fault: '500', nth: '-1' })).status,
		).toBe(400);
		expect((await press('/control/faults', { where: 'unknown', fault: '500' })).status).toBe(404);
	});
});

test('deliveries, sessions and pages never contain the callback API key', async () => {
	const { id } = await delivered();
	const shown = [
		await page('/outbox'),
		await page('/deliveries'),
		JSON.stringify((await bench.control('get', '/api/deliveries')).data),
		JSON.stringify((await bench.control('get', `/api/deliveries/${id}`)).data),
		JSON.stringify((await bench.control('post', `/api/deliveries/${id}/redeliver`)).data),
		JSON.stringify((await bench.control('get', '/api/services/fileCourier/sessions')).data),
	];
	for (const text of shown) expect(text).not.toContain('callback-key-1');
	expect(shown[5]).toContain('"callbackApiKey":"***"');
});
