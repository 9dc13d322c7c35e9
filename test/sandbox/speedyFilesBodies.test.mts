import { http } from './support.mts';
import { Instance, NEW_PACKAGE, type Problem } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

/** Sends exactly these bytes. */
const post = async (body: string | Buffer, type?: string, token = instance.token) =>
	await http.post<Problem>(`${instance.url}/api/v1/packages`, body, {
		headers: { authorization: `Bearer ${token}`, 'content-type': type ?? 'application/json' },
		transformRequest: [(data: unknown) => data],
	});

const long = (length: number) => 'x'.repeat(length);

/** Encodes a text in UTF-32. */
const utf32 = (text: string) =>
	Buffer.concat(
		[...text].map((character) => {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32LE(character.codePointAt(0) ?? 0);
			return bytes;
		}),
	);

describe('an invalid body', () => {
	const broken: [string, number, string][] = [
		['{"title":', 9, 'Expecting value'],
		['{', 1, 'Expecting property name enclosed in double quotes'],
		["{'a': 1}", 1, 'Expecting property name enclosed in double quotes'],
		['{"a" 1}', 5, "Expecting ':' delimiter"],
		['{"a": 1 "b": 2}', 8, "Expecting ',' delimiter"],
		['{"a": 1,}', 8, 'Expecting property name enclosed in double quotes'],
		['[1,]', 3, 'Expecting value'],
		['{"a": "b', 6, 'Unterminated string starting at'],
		['{"a": "\n"}', 7, 'Invalid control character at'],
		['{"a": "\\x"}', 7, 'Invalid \\escape'],
		['{"🎉": }', 6, 'Expecting value'],
		['{} {}', 3, 'Extra data'],
		['hello', 0, 'Expecting value'],
	];
	test.each(broken)('%j: json_invalid at %i', async (body, position, error) => {
		const { status, data } = await post(body);
		const fault = { type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error' };
		expect([status, data]).toEqual([422, { detail: [{ ...fault, input: {}, ctx: { error } }] }]);
	});

	test.each([
		['nothing', ''],
		['null', 'null'],
	])('%s: the body is missing', async (_what, body) => {
		const { status, data } = await post(body);
		const fault = { type: 'missing', loc: ['body'], msg: 'Field required', input: null };
		expect([status, data]).toEqual([422, { detail: [fault] }]);
	});

	test.each([
		['a list', '[1]', undefined, [1]],
		['a string', '"x"', undefined, 'x'],
		['JSON with another type', '{"a":1}', 'text/plain', '{"a":1}'],
		['JSON with an invalid type', '{"a":1}', 'nonsense', '{"a":1}'],
		['a form', 'a=1', 'application/x-www-form-urlencoded', 'a=1'],
	])('%s: not an object', async (_what, body, type, input) => {
		const { status, data } = await post(body, type);
		const msg = 'Input should be a valid dictionary or object to extract fields from';
		const fault = { type: 'model_attributes_type', loc: ['body'], msg, input };
		expect([status, data]).toEqual([422, { detail: [fault] }]);
	});

	test.each([
		['{"title":NaN}', 'NaN'],
		['{"ttl_days":-Infinity}', 'an infinite number'],
		['{"ttl_days":1e999}', 'a number beyond the range'],
		[JSON.stringify({ ...NEW_PACKAGE, title: '\ud800' }), 'half a surrogate pair'],
		['{"a":"\\udc00"}', 'half a surrogate pair in a field that is not used'],
		[`${'['.repeat(991)}${']'.repeat(991)}`, 'nesting of 990'],
	])('%s: 500, because the error cannot be written (%s)', async (body) => {
		const { status, data, headers } = await post(body);
		expect([status, data]).toEqual([500, 'Internal Server Error']);
		expect(headers['content-type']).toBe('text/plain; charset=utf-8');
	});

	test('is accepted if NaN or half a surrogate pair is in a field that is not used', async () => {
		const body = JSON.stringify({ ...NEW_PACKAGE, colour: '\ud800' }).replace('{', '{"b":NaN,');
		expect((await post(body)).status).toBe(201);
	});

	test('text that is not UTF-8: 500 after the token is checked', async () => {
		const text = Buffer.from([0xff, 0xfe, 0xfd]);
		const { status, data } = await post(text, 'text/plain');
		expect([status, data]).toEqual([500, 'Internal Server Error']);
		expect((await post(text, 'text/plain', 'sf_x')).status).toBe(401);
	});

	test.each([
		['12345678901234567890123'],
		['14.0'],
		['1e3', '1000.0'],
		['1e16', '1e+16'],
		['0.00001', '1e-05'],
		['-0.0'],
		['1.25'],
	])('repeats the number %s as Python writes it', async (given, written = given) => {
		const { status, data } = await http.post<string>(
			`${instance.url}/api/v1/packages`,
			`{"title":${given}}`,
			{
				headers: { authorization: `Bearer ${instance.token}`, 'content-type': 'application/json' },
				transformResponse: (text: string) => text,
			},
		);
		expect(status).toBe(422);
		expect(data).toContain(`"msg":"Input should be a valid string","input":${written}}`);
	});

	test.each([
		['UTF-16', Buffer.from(`\ufeff${JSON.stringify(NEW_PACKAGE)}`, 'utf16le')],
		['UTF-16 without a byte order mark', Buffer.from(JSON.stringify(NEW_PACKAGE), 'utf16le')],
		['big-endian UTF-16', Buffer.from(JSON.stringify(NEW_PACKAGE), 'utf16le').swap16()],
		['UTF-32', utf32(JSON.stringify(NEW_PACKAGE))],
		['UTF-8 with a byte order mark', Buffer.from(`\ufeff${JSON.stringify(NEW_PACKAGE)}`)],
	])('accepts %s', async (_what, body) => {
		expect((await post(body)).status).toBe(201);
	});

	test('accepts JSON with an empty Content-Type', async () => {
		expect((await post(JSON.stringify(NEW_PACKAGE), '')).status).toBe(201);
	});

	test('accepts all JSON types', async () => {
		for (const type of ['application/JSON; charset=utf-8', 'application/vnd.api+json']) {
			expect((await post(JSON.stringify(NEW_PACKAGE), type)).status).toBe(201);
		}
	});

	test.each([
		['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
		['nested too deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
		['nested and broken', '['.repeat(100_000)],
	])('%s: 400', async (_what, body) => {
		const { status, data } = await post(body);
		expect([status, data]).toEqual([400, { detail: 'There was an error parsing the body' }]);
	});

	test('is reported before the token is checked, and a wrong field after that', async () => {
		expect((await post('{', undefined, 'sf_x')).status).toBe(422);
		expect((await post('{}', undefined, 'sf_x')).status).toBe(401);
		expect((await post('{}', 'nonsense', 'sf_x')).status).toBe(401);
	});

	test('larger than 16 MiB: 413', async () => {
		const { status, data } = await post(`{"note":"${long(17 * 1024 * 1024)}"}`);
		expect([status, typeof data.detail]).toEqual([413, 'string']);
	});
});
