import { Bench, http, REQUEST } from './support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

describe('creating a session', () => {
	test('responds with 201, the ID, the link, the expiry and the sent notifications', async () => {
		const response = await bench.create({ ...REQUEST, recipient_phone: '+15551234567' });
		expect(response.status).toBe(201);
		expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
		const id = (response.data.data.request_id as string).slice('req_'.length);
		expect(response.data).toEqual({
			status: true,
			message: 'Request created successfully',
			data: {
				request_id: expect.stringMatching(/^req_[0-9a-f]{20}$/) as string,
				upload_url: `${bench.secure}/u/${id}`,
				expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
				notification_sent: { email: true, sms: true },
			},
		});
	});

	test('sends no text message without a phone number', async () => {
		const { data } = await bench.create(REQUEST);
		expect(data.data.notification_sent).toEqual({ email: true, sms: false });
	});

	test('creates a link that is valid for seven days by default', async () => {
		const { headers, data } = await bench.create(REQUEST);
		const lifetime = Date.parse(data.data.expires_at as string) - Date.parse(String(headers.date));
		expect(lifetime / 86_400_000).toBeCloseTo(7, 3);
	});

	test('returns an expiry with an offset in UTC', async () => {
		const { data } = await bench.create({
			...REQUEST,
			expires_at: '2099-01-01T01:30:00.250+02:00',
		});
		expect(data.data.expires_at).toBe('2098-12-31T23:30:00Z');
	});

	test('counts expires_in_days from now; expires_at takes precedence', async () => {
		const inDays = await bench.create({ ...REQUEST, expires_in_days: 2 });
		const lifetime =
			Date.parse(inDays.data.data.expires_at as string) - Date.parse(String(inDays.headers.date));
		expect(lifetime / 86_400_000).toBeCloseTo(2, 3);
		const expires_at = '2099-01-01T00:00:00Z';
		const both = await bench.create({ ...REQUEST, expires_in_days: 2, expires_at });
		expect(both.data.data.expires_at).toBe(expires_at);
	});

	test('names the first missing field of the table', async () => {
		const left: Record<string, unknown> = {};
		for (const [field, value] of Object.entries(REQUEST)) {
			const response = await bench.create(left);
			expect(response.status).toBe(400);
			expect(response.data).toEqual({ status: false, error: `${field} is required` });
			left[field] = value;
		}
		expect((await bench.create(left)).status).toBe(201);
	});

	test.each([null, '', '   '])('treats a required field with %j as missing', async (message) => {
		const { data } = await bench.create({ ...REQUEST, message });
		expect(data.error).toBe('message is required');
	});

	const bad: [string, unknown, string][] = [
		['requestor_email', 'nope', 'requestor_email must be a valid email address'],
		['recipient_email', 'a b@c.de', 'recipient_email must be a valid email address'],
		['recipient', { email: '@' }, 'recipient.email must be a valid email address'],
		['recipient', 'john', 'recipient must be an object'],
		['recipient', { name: 7 }, 'recipient.name must be a string'],
		[
			'recipient_phone',
			'0155512345',
			'recipient_phone must be in international form, such as +15551234567',
		],
		[
			'recipient_phone',
			'+0155512345',
			'recipient_phone must be in international form, such as +15551234567',
		],
		[
			'recipient_phone',
			'+1',
			'recipient_phone must be in international form, such as +15551234567',
		],
		['recipient_phone', null, 'recipient_phone must be a string'],
		['subject', 7, 'subject must be a string'],
		['subject', 'a\r\nBcc: b@c.de', 'subject must be a single line of plain characters'],
		['message', ['x'], 'message must be a string'],
		['documents', 'ID', 'documents must be an array'],
		['documents', ['ID', 7], 'documents[1] must be a string'],
		['documents', [''], 'documents[0] must not be empty'],
		['reference_id', 42, 'reference_id must be a string'],
		['callback_url', 'acme.example/hook', 'callback_url must be an http or https URL'],
		['callback_url', 'ftp://acme.example', 'callback_url must be an http or https URL'],
		['callback_api_key', 'a\r\nx: y', 'callback_api_key must be a single line of plain characters'],
		['expires_at', '2001-01-01T00:00:00Z', 'expires_at must be in the future'],
		[
			'expires_at',
			'tomorrow',
			'expires_at must be an ISO 8601 date and time with a time zone, such as 2030-01-31T12:00:00Z',
		],
		['expires_at', 4_000_000_000, 'expires_at must be a string'],
		['expires_in_days', 0, 'expires_in_days must be at least 1'],
		['expires_in_days', 1.5, 'expires_in_days must be an integer'],
		['expires_in_days', '7', 'expires_in_days must be an integer'],
		['brand_name', false, 'brand_name must be a string'],
	];
	test.each(bad)('rejects %s = %j', async (field, value, error) => {
		const response = await bench.create({ ...REQUEST, [field]: value });
		expect(response.status).toBe(400);
		expect(response.data).toEqual({ status: false, error });
	});

	test.each([
		['requestor_name', 255, 'x'],
		['subject', 255, 'x'],
		['message', 10_000, 'x'],
		['reference_id', 255, 'x'],
		['callback_url', 2048, `http://a.example/${'x'.repeat(2048)}`],
		['callback_api_key', 1024, 'x'],
		['brand_name', 255, 'x'],
	])('limits %s to %i characters', async (field, limit, text) => {
		const tooLong = text.padEnd(limit + 1, 'x').slice(0, limit + 1);
		expect((await bench.create({ ...REQUEST, [field]: tooLong.slice(0, limit) })).status).toBe(201);
		const { status, data } = await bench.create({ ...REQUEST, [field]: tooLong });
		expect(status).toBe(400);
		expect(data.error).toBe(`${field} must not be longer than ${limit} characters`);
	});

	test('requires both forms of the recipient to match', async () => {
		const same = await bench.create({ ...REQUEST, recipient: { email: 'JOHN@customer.example' } });
		expect(same.status).toBe(201);
		const other = await bench.create({ ...REQUEST, recipient: { email: 'jane@customer.example' } });
		expect(other.status).toBe(400);
		expect(other.data.error).toBe('recipient_email and recipient.email must be the same address');
	});

	test('accepts undocumented fields', async () => {
		expect((await bench.create({ ...REQUEST, anything: { else: true } })).status).toBe(201);
	});

	const bodies: [string, string, string, string][] = [
		['malformed JSON', 'application/json', '{"a":', 'The request body is not valid JSON'],
		['no body', 'application/json', '', 'The request body must be a JSON object'],
		['an array', 'application/json', '[]', 'requestor_name is required'],
		['a string', 'application/json', '"x"', 'The request body must be a JSON object'],
		['null', 'application/json', 'null', 'The request body must be a JSON object'],
		['a form', 'application/x-www-form-urlencoded', 'a=b', 'Content-Type must be application/json'],
		['plain text', 'text/plain', '{}', 'Content-Type must be application/json'],
	];
	test.each(bodies)('responds to %s with 400', async (_what, type, body, error) => {
		const headers = { 'content-type': type };
		const response = await http.post(bench.api, body, {
			auth: bench.auth,
			headers,
			transformRequest: (data: string) => data,
		});
		expect(response.status).toBe(400);
		expect(response.data).toEqual({ status: false, error });
	});

	test('responds to a body larger than 1 MiB with 413', async () => {
		const response = await bench.create({ ...REQUEST, padding: 'x'.repeat(1024 * 1024) });
		expect(response.status).toBe(413);
		expect(response.data).toEqual({ status: false, error: 'Request body is too large' });
	});
});
