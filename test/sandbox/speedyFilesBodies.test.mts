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
