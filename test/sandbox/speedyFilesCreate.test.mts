import { Clock } from '../../sandbox/core/clock.mts';
import { Timestamps } from '../../sandbox/services/speedyFiles/timestamps.mts';
import { Instance, NEW_PACKAGE, type Problem } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

describe('creating a package (SpeedyFiles docs, REST API)', () => {
	test('with the required fields: returns 201 and the complete package', async () => {
		const made = await instance.create();
		expect(Object.keys(made)).toEqual([
			...['id', 'owner_user_id', 'direction', 'title', 'note', 'recipient_email'],
			...['recipient_name', 'storage_backend', 'transport_mode', 'status', 'expires_at'],
			...['created_at', 'files'],
		]);
		expect(made).toMatchObject({
			...NEW_PACKAGE,
			id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) as string,
			owner_user_id: 1,
			direction: 'outbound',
			note: null,
			storage_backend: 'local',
			transport_mode: 'http',
			status: 'draft',
			files: [],
		});
	});

	test('has times in naive UTC with microseconds, a few milliseconds less than 7 days apart', async () => {
		await instance.bench.control('post', '/api/clock', { speed: 0 });
		const { created_at, expires_at } = await instance.create();
		const { now } = (await instance.bench.control<{ now: string }>('get', '/api/clock')).data;
		await instance.bench.control('post', '/api/clock', { speed: 1 });
		expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
		expect(created_at.slice(0, 23)).toBe(now.slice(0, 23));
		const missing = 7 * 86_400_000 - (Date.parse(expires_at) - Date.parse(created_at));
		expect(missing).toBeGreaterThan(0);
		expect(missing).toBeLessThan(10);
	});

	test('has unique times even if the clock is stopped', () => {
		const stamps = new Timestamps(new Clock({ speed: 0 }));
		const made = Array.from({ length: 3000 }, () => stamps.now());
		expect(made).toEqual([...new Set(made)].sort());
	});

	test('trims texts, stores the address in lower case and a blank note as null', async () => {
		const made = await instance.create({
			title: '  Q4 ',
			recipient_name: ' Ann ',
			recipient_email: ' Ann@ACME.com ',
			note: '  ',
		});
		expect(made).toMatchObject({
			title: 'Q4',
			recipient_name: 'Ann',
			recipient_email: 'ann@acme.com',
			note: null,
		});
	});

	test('activates an inbound package at once and does not return its link', async () => {
		const made = await instance.create({ direction: 'inbound' });
		expect(made.status).toBe('active');
		expect(JSON.stringify(made)).not.toContain('/p/');
	});

	test.each([
		[{ ttl_days: '14' }, 14],
		[{ ttl_days: 14.0 }, 14],
		[{ ttl_days: true }, 1],
		[{ ttl_days: 90 }, 90],
	])('accepts %j', async (changes, days) => {
		const { created_at, expires_at } = await instance.create(changes);
		expect((Date.parse(expires_at) - Date.parse(created_at)) / 86_400_000).toBeCloseTo(days, 5);
	});

	test.each([
		['\x1c Q4\x1f\x85', 'Q4'],
		['\ufeffQ4\ufeff', '\ufeffQ4\ufeff'],
		['\u3000Q4\u2029', 'Q4'],
	])('trims %j like Python', async (given, kept) => {
		const made = await instance.create({ title: given, recipient_name: given, note: given });
		expect([made.title, made.recipient_name, made.note]).toEqual([kept, kept, kept]);
	});

	test('ignores unknown fields', async () => {
		expect(await instance.create({ colour: 'blue' })).not.toHaveProperty('colour');
	});

	test.each([
		['a name with all valid characters', '<b>"\'`\\/%00\u0000\r\n\u202e🎉'],
		['255 characters beyond the BMP', '🎉'.repeat(255)],
	])('%s as title', async (_what, title) => {
		expect((await instance.create({ title })).title).toBe(title.trim());
	});
});

const long = (length: number) => 'x'.repeat(length);
const WHOLE = 'Input should be a valid integer';
const NO_ADDRESS = 'value is not a valid email address: ';

describe('an invalid field: 422 in the shape of pydantic', () => {
	const cases: [object, string, string, object | undefined][] = [
		[{ title: 5 }, 'string_type', 'Input should be a valid string', undefined],
		[{ title: null }, 'string_type', 'Input should be a valid string', undefined],
		[
			{ title: '' },
			'string_too_short',
			'String should have at least 1 character',
			{ min_length: 1 },
		],
		[
			{ title: long(256) },
			'string_too_long',
			'String should have at most 255 characters',
			{ max_length: 255 },
		],
		[
			{ note: long(4001) },
			'string_too_long',
			'String should have at most 4000 characters',
			{ max_length: 4000 },
		],
		[
			{ recipient_name: '' },
			'string_too_short',
			'String should have at least 1 character',
			{ min_length: 1 },
		],
		[
			{ direction: 'sideways' },
			'literal_error',
			"Input should be 'outbound' or 'inbound'",
			{ expected: "'outbound' or 'inbound'" },
		],
		[
			{ ttl_days: 0 },
			'greater_than_equal',
			'Input should be greater than or equal to 1',
			{ ge: 1 },
		],
		[{ ttl_days: 91 }, 'less_than_equal', 'Input should be less than or equal to 90', { le: 90 }],
		[{ ttl_days: null }, 'int_type', WHOLE, undefined],
		[{ ttl_days: [] }, 'int_type', WHOLE, undefined],
		[
			{ ttl_days: 1.5 },
			'int_from_float',
			`${WHOLE}, got a number with a fractional part`,
			undefined,
		],
		[
			{ ttl_days: 'soon' },
			'int_parsing',
			`${WHOLE}, unable to parse string as an integer`,
			undefined,
		],
	];
	test.each(cases)('%j', async (changes, type, msg, ctx) => {
		const { status, data } = await instance.api<Problem>('post', '/packages', {
			...NEW_PACKAGE,
			...changes,
		});
		expect(status).toBe(422);
		const [[field, input]] = Object.entries(changes) as [string, unknown][];
		expect(data.detail).toEqual([{ type, loc: ['body', field], msg, input, ...(ctx && { ctx }) }]);
	});

	const addresses: [string, string][] = [
		['nope', 'An email address must have an @-sign.'],
		['@acme.com', 'There must be something before the @-sign.'],
		['a@', 'There must be something after the @-sign.'],
		['a b@acme.com', 'The email address contains invalid characters before the @-sign: SPACE.'],
		['.a@acme.com', 'An email address cannot start with a period.'],
		['a.@acme.com', 'An email address cannot have a period immediately before the @-sign.'],
		['a..b@acme.com', 'An email address cannot have two periods in a row.'],
		['a@acme', 'The part after the @-sign is not valid. It should have a period.'],
		['a@acme.', 'An email address cannot end with a period.'],
		['a@.acme.com', 'An email address cannot have a period immediately after the @-sign.'],
		['a@ac_me.com', "The part after the @-sign contains invalid characters: '_'."],
		[
			'a@acme.123',
			'The part after the @-sign is not valid. It is not within a valid top-level domain.',
		],
		['a@b@acme.com', "The part after the @-sign contains invalid characters: '@'."],
		['"a b"@acme.com', 'Quoting the part before the @-sign is not allowed here.'],
		['a@[127.0.0.1]', 'A bracketed IP address after the @-sign is not allowed here.'],
		['a\u200bb@acme.com', 'The email address contains unsafe characters: ZERO WIDTH SPACE.'],
		['a\u00a0b@acme.com', 'The email address contains unsafe characters: NO-BREAK SPACE.'],
		['a\u202eb@acme.com', 'The email address contains unsafe characters: RIGHT-TO-LEFT OVERRIDE.'],
		['a@ac\u00adme.com', 'The email address contains unsafe characters: SOFT HYPHEN.'],
		[
			'a@😀.co',
			"The part after the @-sign contains invalid characters (Codepoint U+1F600 at position 1 of '😀' not allowed).",
		],
		[
			'a@ab--cd.co',
			'An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode.',
		],
		['a@xn--a.co', 'The part after the @-sign is not valid IDNA (Invalid A-label).'],
		[
			'a@xn--ls8h.co',
			"The part after the @-sign is not valid IDNA (Codepoint U+1F4A9 at position 1 of '💩' not allowed).",
		],
		...['x.arpa', 'x.invalid', 'x.local', 'x.localhost', 'x.onion', 'x.test'].map(
			(name): [string, string] => [
				`a@${name}`,
				'The part after the @-sign is a special-use or reserved name that cannot be used with email.',
			],
		),
		[
			`${long(65)}@acme.com`,
			'The email address is too long before the @-sign (1 character too many).',
		],
	];
	test.each(addresses)('recipient_email "%s"', async (recipient_email, reason) => {
		const { status, data } = await instance.api<Problem>('post', '/packages', {
			...NEW_PACKAGE,
			recipient_email,
		});
		const loc = ['body', 'recipient_email'];
		const fault = { type: 'value_error', loc, msg: NO_ADDRESS + reason, input: recipient_email };
		expect([status, data]).toEqual([422, { detail: [{ ...fault, ctx: { reason } }] }]);
	});

	test.each([
		['ann@customer.example', 'ann@customer.example'],
		['Ann <ann@acme.com>', 'ann@acme.com'],
		['Ann<a@b.co>', 'a@b.co'],
		['"Smith, Ann" <a@b.co>', 'a@b.co'],
		['a@xn--mnchen-3ya.de', 'a@münchen.de'],
		['a@MÜNCHEN.de', 'a@münchen.de'],
		['a@ａｃｍｅ.com', 'a@acme.com'],
		['ünï@acme.com', 'ünï@acme.com'],
		["o'hara+x@sub.acme.co.uk", "o'hara+x@sub.acme.co.uk"],
	])('accepts "%s" as an address', async (given, kept) => {
		expect((await instance.create({ recipient_email: given })).recipient_email).toBe(kept);
	});

	test('lists several errors in the order of the fields', async () => {
		const body = { recipient_email: 'nope', ttl_days: 0 };
		const { data } = await instance.api<Problem>('post', '/packages', body);
		expect(data.detail).toMatchObject([
			{ type: 'missing', loc: ['body', 'title'], msg: 'Field required', input: body },
			{ type: 'value_error', loc: ['body', 'recipient_email'] },
			{ type: 'missing', loc: ['body', 'recipient_name'], input: body },
			{ type: 'greater_than_equal', loc: ['body', 'ttl_days'] },
		]);
	});
});
