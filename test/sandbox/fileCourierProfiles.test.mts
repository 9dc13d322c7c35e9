import { Bench, http, REQUEST } from './support.mts';

let bench: Bench;
beforeEach(async () => (bench = await Bench.start()));
afterEach(async () => await bench.stop());

const settings = async (patch: object) =>
	await bench.control('patch', '/api/services/fileCourier/settings', patch);

const error = async (body: object) => (await bench.create(body)).data.error;

const { recipient_email: email, callback_url: url, ...REST } = REQUEST;

test('the default is the parameter table, with either form where the docs have two', async () => {
	const { data } = await bench.control('get', '/api/services/fileCourier/settings');
	expect(data).toEqual({
		requiredFields: 'table',
		recipientForm: 'either',
		callbackField: 'either',
		expiryField: 'either',
		callbackAuthorization: 'bearer',
		ranges: 'supported',
	});
	const nested = { ...REST, recipient: { email }, webhook_url: url, expires_in_days: 3 };
	expect((await bench.create(nested)).status).toBe(201);
	expect(await error({ recipient: { email } })).toBe('requestor_name is required');
});

describe('recipientForm', () => {
	test('flat: ignores the nested form', async () => {
		await settings({ recipientForm: 'flat' });
		expect(await error({ ...REST, callback_url: url, recipient: { email } })).toBe(
			'recipient_email is required',
		);
		expect(await error(REQUEST)).toBeUndefined();
	});

	test('nested: ignores the flat form', async () => {
		await settings({ recipientForm: 'nested' });
		expect(await error(REQUEST)).toBe('recipient.email is required');
		const both = { ...REQUEST, recipient: { email: 'other@customer.example' } };
		const { data } = await bench.create(both);
		const status = await bench.status(data.data.request_id as string);
		expect(status.data.data.recipient_email).toBe('other@customer.example');
	});
});

describe('callbackField', () => {
	test.each([
		['callback_url', 'webhook_url'],
		['webhook_url', 'callback_url'],
	])('%s only: ignores %s', async (callbackField, other) => {
		await settings({ callbackField });
		const body = { ...REST, recipient_email: email };
		expect(await error({ ...body, [other]: url })).toBe(`${callbackField} is required`);
		expect(await error({ ...body, [callbackField]: url })).toBeUndefined();
	});
});

describe('expiryField', () => {
	const lifetimeInDays = async (body: object) => {
		const { data, headers } = await bench.create(body);
		return Math.round(
			(Date.parse(data.data.expires_at as string) - Date.parse(String(headers.date))) / 86_400_000,
		);
	};

	test('only reads the selected field', async () => {
		const both = {
			...REQUEST,
			expires_in_days: 2,
			expires_at: new Date(Date.now() + 4 * 86_400_000).toISOString(),
		};
		expect(await lifetimeInDays(both)).toBe(4);
		await settings({ expiryField: 'expires_in_days' });
		expect(await lifetimeInDays(both)).toBe(2);
		await settings({ expiryField: 'expires_at' });
		expect(await lifetimeInDays({ ...REQUEST, expires_in_days: 2 })).toBe(7);
	});
});

describe("the docs' own examples", () => {
	beforeEach(async () => await settings({ requiredFields: 'examples' }));

	test('work with a nested recipient only, as in the curl example of Authentication', async () => {
		const { status, data } = await bench.create({
			recipient: { email: 'customer@example.com', name: 'John Doe' },
		});
		expect(status).toBe(201);
		const outbox = (
			await bench.control<{ to: string; subject: string; from: string }[]>('get', '/api/outbox')
		).data;
		expect(outbox[0]).toMatchObject({ to: 'customer@example.com', from: 'FileCourier' });
		// There is no callback, so the upload completes the session.
		const link = data.data.upload_url as string;
		const form = new FormData();
		form.append('files', new Blob(['x']), 'x.txt');
		expect((await http.post(link, form)).status).toBe(303);
		const after = await bench.status(data.data.request_id as string);
		expect(after.data.data).toMatchObject({ status: 'completed', delivered_at: null });
	});

	test('work with documents, webhook_url and expires_in_days, as in the curl example of Create Session', async () => {
		const { status } = await bench.create({
			recipient: { email: 'customer@example.com', name: 'John Doe' },
			documents: ['Government ID', 'Proof of Address'],
			message: 'Please send them.',
			webhook_url: 'https://acme.example/hook',
			expires_in_days: 7,
		});
		expect(status).toBe(201);
	});

	test('work with fetch and btoa, as in the JavaScript example', async () => {
		const response = await fetch(bench.api, {
			method: 'POST',
			headers: {
				'Content-Type': 'application/json',
				Authorization: `Basic ${btoa(`${bench.auth.username}:${bench.auth.password}`)}`,
			},
			body: JSON.stringify({
				recipient: { email: 'customer@example.com', name: 'John Doe' },
				documents: ['Government ID'],
				message: 'Please send it.',
				webhook_url: 'https://acme.example/hook',
			}),
		});
		expect(response.status).toBe(201);
		expect(await response.json()).toMatchObject({ status: true });
	});

	test('get the documented error without a recipient', async () => {
		expect(await error({ message: 'x' })).toBe('recipient_email is required');
	});
});

describe('changing settings', () => {
	test.each([
		[
			{ strictness: 'high' },
			'There is no setting "strictness". The settings are: requiredFields, recipientForm, callbackField, expiryField, callbackAuthorization, ranges.',
		],
		[
			{ recipientForm: 'both' },
			'"both" is not a valid value for "recipientForm". Valid values: either, flat, nested.',
		],
		[
			{ recipientForm: 7 },
			'7 is not a valid value for "recipientForm". Valid values: either, flat, nested.',
		],
		[
			{ requiredFields: 'examples', toString: 'x' },
			expect.stringContaining('There is no setting "toString"'),
		],
	])('rejects %j with 400 and a message, and changes nothing', async (patch, sentence) => {
		const { status, data } = await settings(patch);
		expect(status).toBe(400);
		expect(data).toEqual({ error: sentence as string });
		const now = await bench.control('get', '/api/services/fileCourier/settings');
		expect(now.data).toMatchObject({ requiredFields: 'table', recipientForm: 'either' });
	});

	test('responds to an unknown service with 404', async () => {
		const { status, data } = await bench.control('get', '/api/services/unknown/settings');
		expect(status).toBe(404);
		expect(data).toEqual({ error: 'There is no service "unknown".' });
	});
});
