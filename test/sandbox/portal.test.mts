import type { Delivery } from '../../sandbox/core/delivery.mts';
import { describeResponse } from '../../sandbox/portal/describeResponse.mts';
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

	test('the home page names the credentials and fields as n8n does, with a button to copy each value', async () => {
		const home = await page('/');
		for (const { name, credentials } of Object.values(bench.sandbox.info.services)) {
			expect(home).toContain(`Credential “${name} API” in n8n`);
			for (const value of Object.values(credentials))
				expect(home).toContain(`data-copy="${value}"`);
		}
		for (const label of ['Client ID', 'CDN Base URL', 'Instance URL', 'API Token'])
			expect(home).toContain(`<dt>${label}</dt>`);
	});

	test('link n8n’s editor if it is known', async () => {
		for (const path of ['/', '/outbox', '/deliveries', '/control', '/nothing'])
			expect(await page(path)).not.toContain('n8n editor');
		bench.sandbox.info.editor = 'http://127.0.0.1:5678';
		for (const path of ['/', '/outbox', '/deliveries', '/control', '/nothing'])
			expect(await page(path)).toContain('href="http://127.0.0.1:5678"');
		delete bench.sandbox.info.editor;
	});

	test('all pages have the icon, also those of the services', async () => {
		const { services: running } = bench.sandbox.info;
		const { link } = await bench.session();
		const pages = [
			bench.portal,
			link,
			`${running.fileShot.origins.share}/f/x`,
			`${running.filesApp.origins.api}/s/x`,
			running.filestack.origins.developer,
			`${running.speedyFiles.origins.instance}/admin/webhooks`,
		];
		for (const url of pages) {
			const { data } = await http.get<string>(url);
			expect(data).toContain('<link rel="icon" href="/assets/favicon.svg"');
			const icon = await http.get(`${new URL(url).origin}/assets/favicon.svg`);
			expect([icon.status, icon.headers['content-type']]).toEqual([200, 'image/svg+xml']);
		}
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

	test('the deliveries page shows the message of an error without its stack trace, and readable times', async () => {
		receiver.responses = [
			{
				status: 404,
				body: JSON.stringify({
					...{ code: 404, message: 'The webhook is not registered.', hint: 'Activate it.' },
					stacktrace: `ResponseError: x\n    at WebhookHelpers.run (/n8n/dist/webhooks.js:1:2)${'\n    at y (z.js:1:1)'.repeat(200)}`,
				}),
			},
		];
		const { link } = await bench.session({ callback_url: receiver.url });
		await upload(link, { name: 'a.txt', bytes: 'x' });
		await bench.delivery(({ attempts }) => attempts[0]?.status === 404);
		const html = await page('/deliveries');
		expect(html).toContain('>The webhook is not registered. Activate it.</td>');
		expect(html).not.toContain('WebhookHelpers');
		expect(html).toMatch(/>\d+ \w{3} 20\d\d, \d\d:\d\d:\d\d UTC<\/time>/);
		expect(html.replaceAll(/datetime="[^"]*"|<pre[^]*?<\/pre>/g, '')).not.toMatch(
			/\d{4}-\d\d-\d\dT/,
		);
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

describe('the description of a receiver’s response', () => {
	test.each([
		['', ''],
		['OK', 'OK'],
		['{"message":"Workflow was started"}', 'Workflow was started'],
		['{"code":0,"message":"No","stacktrace":"Error: No\\n    at a"}', 'No'],
		['{"code":0,"message":"No","hint":"Do","stacktrace":"Error: No\\n    at a (b', 'No Do'],
		['{"error":"No","stack":"Error', 'No'],
		['{"received":true}', '{"received":true}'],
		['[1]', '[1]'],
		['Error: No\n    at a (b.js:1:2)\n    at c', 'Error: No'],
		['<pre>Error: No<br> &nbsp; &nbsp;at a (b.js:1:2)</pre>', '<pre>Error: No'],
		['Look at this\nat home', 'Look at this\nat home'],
	])('of %j is %j', (answer, expected) => {
		expect(describeResponse(answer)).toBe(expected);
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
