import { errorOf, outputOf, runNode } from '../../support/engine';
import { createSession, fileCourierNode, REQUEST } from '../../support/fileCourier';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';

const DAY = 86_400_000;
const sandbox = useSandbox();

const session = (operation: string, sessionId: string, more = {}) =>
	runNode(fileCourierNode(sandbox, { resource: 'session', operation, sessionId }, more));

describe('Session: Create', () => {
	it('requests documents and returns the session', async () => {
		const run = await createSession(sandbox);
		const [{ json, pairedItem }] = outputOf(run);
		expect(json).toMatchObject({
			sessionId: expect.stringMatching(/^req_/) as string,
			link: expect.stringContaining('/u/') as string,
			notificationSent: { email: true, sms: false },
		});
		expect(Date.parse(json.expiresAt as string) - Date.now()).toBeGreaterThan(6.9 * DAY);
		expect(pairedItem).toEqual({ item: 0 });
	});

	it('sends every documented field in both forms: flat as in the parameter table, nested as in the examples', async () => {
		await createSession(
			sandbox,
			{
				options: {
					recipientName: 'Nathan Smith',
					recipientPhone: '+15551234567',
					referenceId: 'CUST-1',
					brandName: 'Acme',
					brandLogoUrl: 'https://example.com/logo.png',
				},
			},
			undefined,
			{ callbackApiKey: 'key-of-the-callback' },
		);
		const [request] = await sandbox.requests();
		expect(request).toMatchObject({
			method: 'POST',
			path: '/api/ext/sessions',
			status: 201,
			authorized: true,
		});
		expect(request.body).toMatchObject({
			requestor_name: 'Acme',
			requestor_email: 'onboarding@example.com',
			recipient_email: 'customer@example.com',
			recipient_name: 'Nathan Smith',
			recipient_phone: '+15551234567',
			recipient: { email: 'customer@example.com', name: 'Nathan Smith', phone: '+15551234567' },
			subject: 'Your documents',
			message: 'Please upload them.',
			documents: ['Government ID', 'Proof of Address'],
			reference_id: 'CUST-1',
			callback_url: REQUEST.callbackUrl,
			webhook_url: REQUEST.callbackUrl,
			callback_api_key: expect.any(String) as string,
			expires_at: expect.stringMatching(/Z$/) as string,
			expires_in_days: 7,
			brand_name: 'Acme',
			brand_logo_url: 'https://example.com/logo.png',
		});
	});

	it.each([{ recipientForm: 'flat' }, { recipientForm: 'nested' }, { requiredFields: 'examples' }])(
		'works with a server that requires %j',
		async (settings) => {
			const { data: usual } = await sandbox.control.get<object>('/services/fileCourier/settings');
			await sandbox.control.patch('/services/fileCourier/settings', settings);
			expect(outputOf(await createSession(sandbox))).toHaveLength(1);
			await sandbox.control.patch('/services/fileCourier/settings', usual);
		},
	);

	it('omits empty fields', async () => {
		await createSession(sandbox, { documents: ' \n ' });
		const [{ body }] = await sandbox.requests();
		expect(Object.keys(body!)).not.toEqual(
			expect.arrayContaining(['documents', 'recipient_phone', 'callback_api_key', 'brand_name']),
		);
	});

	it('accepts an array of documents, and a date in the workflow’s time zone', async () => {
		await createSession(sandbox, {
			documents: '={{ ["One, two", "Three"] }}',
			expiry: 'date',
			expiresAt: '2100-01-31T12:00:00',
		});
		const [{ body }] = await sandbox.requests();
		expect(body).toMatchObject({
			documents: ['One, two', 'Three'],
			// n8n's default time zone is America/New_York.
			expires_at: '2100-01-31T17:00:00.000Z',
		});
	});

	it.each([
		[{ recipientEmail: '={{ "" }}' }, 'The field “Recipient Email” is empty'],
		[{ requestorName: '  ' }, 'The field “Requestor Name” is empty'],
		[{ subject: '={{ undefined }}' }, 'The field “Subject” is empty'],
		[{ message: '={{ null }}' }, 'The field “Message” is empty'],
		[{ callbackUrl: '={{ "" }}' }, 'The field “Callback URL” is empty'],
		[{ callbackUrl: 'n8n.example.com' }, 'The field “Callback URL” is not a valid URL'],
		[{ callbackUrl: 'file:///etc/passwd' }, 'The field “Callback URL” is not a valid URL'],
		[
			{ options: { recipientPhone: '0555 1234' } },
			'The field “Recipient Phone” must be a phone number in international format',
		],
		[{ options: { brandLogoUrl: 'logo.png' } }, 'The field “Brand Logo URL” is not a valid URL'],
		[
			{ expiresInDays: 0 },
			'The field “Expires After (Days)” must be a whole number from 1 to 36500',
		],
		[{ expiry: 'date', expiresAt: '={{ "" }}' }, 'The field “Date and Time” is empty'],
		[{ expiry: 'date', expiresAt: 'soon' }, 'The field “Date and Time” is not a valid date'],
		[
			{ expiry: 'date', expiresAt: '2020-01-01T00:00:00Z' },
			'The field “Date and Time” is in the past',
		],
	])('rejects %j with “%s”, without sending a request', async (parameters, message) => {
		const error = errorOf(await createSession(sandbox, parameters));
		expect(error.message).toBe(message);
		expect(error.description).toBeTruthy();
		expect(error.context.itemIndex).toBe(0);
		expect(await sandbox.requests()).toEqual([]);
	});

	it('reports the service’s own error message', async () => {
		const error = errorOf(await createSession(sandbox, { recipientEmail: 'not-an-address' }));
		expect(error.message).toMatch(/^FileCourier responded with 400: recipient_email /);
		expect(error.description).toContain('Correct the field');
	});

	it.each([
		['../../x?y=1#z', 'quotes " \' and < >'],
		['a\r\nX-Evil: 1', 'line\nbreaks\u0000and NUL'],
		['emoji 🎉', 'x'.repeat(300)],
	])('sends %j unchanged', async (referenceId, subject) => {
		await createSession(sandbox, { subject, options: { referenceId } });
		const [request] = await sandbox.requests();
		expect(request.path).toBe('/api/ext/sessions');
		expect(request.body).toMatchObject({ reference_id: referenceId, subject });
	});

	it('keeps the order and the item pairing of many items', async () => {
		const input = Array.from({ length: 12 }, (_, n) => ({ json: { n } }));
		const run = await createSession(
			sandbox,
			{
				options: {
					referenceId: '={{ "case " + $json.n }}',
					batching: { batch: { itemsAtOnce: 4 } },
				},
			},
			input,
		);
		const items = outputOf(run);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(input.map((_, item) => ({ item })));
		const cases = await Promise.all(
			items.map(
				async ({ json }) => outputOf(await session('get', json.sessionId as string))[0].json,
			),
		);
		expect(cases.map((one) => one.referenceId)).toEqual(input.map((_, n) => `case ${n}`));
	});
});

it('sends the first line of the Callback API Key unchanged, when it contains two keys during a rotation', async () => {
	const host = new TestServer();
	const headers = { 'content-type': 'application/json' };
	await host.respond({ headers, body: '{"status":true,"data":{"request_id":"req_1"}}' }).start();
	const callbackApiKey = ' new key, with a comma \n old key';
	await createSession(sandbox, {}, undefined, { baseUrl: host.url, callbackApiKey });
	await host.stop();
	const sent = JSON.parse(host.requests[0].body) as Record<string, unknown>;
	expect(sent.callback_api_key).toBe('new key, with a comma');
});
