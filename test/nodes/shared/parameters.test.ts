import { parseUserDate } from '../../../nodes/shared/dates';
import { errorOf, outputOf } from '../../support/engine';
import { create, getMany, PACKAGE, useParameterServer } from '../../support/parameterServer';

const { host, speedyFiles, filesApp, sentBody } = useParameterServer();

describe('a boolean field', () => {
	it.each([
		['={{ "false" }}', 1],
		['={{ "FALSE" }}', 1],
		['={{ " True " }}', 3],
		[true, 3],
	])('accepts %j', async (returnAll, limit) => {
		await host.stop();
		const items = [1, 2, 3].map((id) => ({ ...PACKAGE, id: `p${id}` }));
		await host.respond({ body: JSON.stringify({ items, total: 3 }) }).start();
		const returned = outputOf(await speedyFiles({ ...getMany, returnAll, limit: 1 }));
		expect(returned).toHaveLength(limit);
	});

	it.each(['={{ "no" }}', '={{ 0 }}', '={{ 1 }}', '={{ "" }}', '={{ [] }}', '={{ ({}) }}'])(
		'rejects %s',
		async (returnAll) => {
			const { message } = errorOf(await speedyFiles({ ...getMany, returnAll }));
			expect(message).toMatch(/^The field “Return All” (must be true or false|is empty)$/);
			expect(host.requests).toEqual([]);
		},
	);
});

it('an unknown option value is an error that names the field and the options, and sends nothing', async () => {
	const parameters = {
		resource: 'shareLink',
		operation: 'create',
		fileId: 'f',
		expiryUnit: 'months',
	};
	const error = errorOf(await filesApp(parameters));
	expect(error.message).toBe('The field “Unit” has the unknown value “months”');
	expect(error.description).toBe('Select one of: hours, days, weeks.');
	expect(host.requests).toEqual([]);
});

it('an error that quotes a value is one line without control characters and direction marks', async () => {
	const expiryUnit = '={{ "a\\r\\n\\u202eb\\u0000c\\ud83d" }}';
	const parameters = { resource: 'shareLink', operation: 'create', fileId: 'f', expiryUnit };
	const { message } = errorOf(await filesApp(parameters));
	expect(message).toBe('The field “Unit” has the unknown value “a b c\ufffd”');
});

it.each([
	[5214, 'weeks'],
	[36_500, 'days'],
	[876_000, 'hours'],
])('the longest duration is %i %s, whatever the limit of the number', async (most, expiryUnit) => {
	const create = async (expiresIn: number) => {
		const parameters = { resource: 'shareLink', operation: 'create', fileId: 'f', expiryUnit };
		return errorOf(await filesApp({ ...parameters, expires: true, expiresIn }));
	};
	expect((await create(most)).message).toBe(
		'Files App responded without the URL of the share link',
	);
	expect(host.requests).toHaveLength(1);
	expect((await create(most + 1)).message).toMatch(
		/^The field “Expires After” must be (at most|a whole number from 1 to) [\d ]+/,
	);
	expect(host.requests).toHaveLength(1);
});

it.each([
	['title', '={{ $("Nowhere").item.json.x }}', 'Title'],
	['title', '={{ 1 + }}', 'Title'],
	['options', { note: '={{ $("Nowhere").item.json.x }}' }, 'Options'],
])('the error of a failing expression in %s = %j names the field', async (name, value, label) => {
	const error = errorOf(await speedyFiles({ ...create, [name]: value }));
	expect(error.message).toBeTruthy();
	expect(error.description).toContain(`The expression is in the field “${label}”.`);
	expect(error.context?.itemIndex).toBe(0);
	expect(host.requests).toEqual([]);
});

describe('a field under Options', () => {
	const failing = {
		...getMany,
		options: { createdAfter: '={{ $json.ok ? "2020-01-01" : $("Nowhere").item.json.x }}' },
	};
	const batching = (itemsAtOnce: unknown) => ({
		...getMany,
		options: { batching: { batch: { itemsAtOnce } } },
	});
	const settings = { onError: 'continueRegularOutput' as const };
	const input = [{ json: {} }, { json: { ok: true } }];

	it('with a failing expression follows On Error: its item is output with the error, the others succeed', async () => {
		const items = outputOf(await speedyFiles(failing, { settings, input }));
		expect(items[0].json.error).toMatch(/Nowhere|node/i);
		expect(items[1].json).toMatchObject({ packageId: 'p1' });
	});

	it('with a failing expression stops the node if On Error is set to stop', async () => {
		errorOf(await speedyFiles(failing, { input }));
		expect(host.requests).toEqual([]);
	});

	it.each(['four', 0, 51, 1.5, '={{ NaN }}', null])(
		'rejects %j for Concurrent Items, instead of an empty success',
		async (itemsAtOnce) => {
			const { message } = errorOf(await speedyFiles(batching(itemsAtOnce), { input }));
			expect(message).toMatch(
				/^The field “Concurrent Items” (must be a whole number from 1 to 50|is empty)$/,
			);
			const items = outputOf(await speedyFiles(batching(itemsAtOnce), { input, settings }));
			expect(items.map(({ json }) => json.error)).toEqual([message, message]);
			expect(host.requests).toEqual([]);
		},
	);

	it('an unknown operation is an error of each item, instead of an output of the input', async () => {
		const items = outputOf(await speedyFiles({ ...getMany, operation: 'x' }, { input, settings }));
		expect(items.map(({ json }) => json.error)).toEqual([
			expect.stringContaining('The operation “x” does not exist'),
			expect.stringContaining('The operation “x” does not exist'),
		]);
	});

	it('is not read if it is hidden by the value of another field', async () => {
		const parameters = {
			...{ resource: 'shareLink', operation: 'create', fileId: 'f' },
			...{ expires: false, expiresIn: '={{ "nonsense" }}' },
		};
		await filesApp(parameters);
		expect(sentBody()).not.toHaveProperty('expires_in');
	});
});

describe('a date entered by a user', () => {
	const ZONE = 'America/New_York';
	const NOON = Date.parse('2030-07-01T16:00:00Z');

	it.each([
		['2030-07-01T12:00:00', NOON],
		['2030-07-01 12:00', NOON],
		['20300701T120000', NOON],
		['20300701120000', NOON],
		[20300701120000, NOON],
		['2030-07-01T12:00:00.000', NOON],
		['2030-07-01', NOON - 12 * 3_600_000],
		['20300701', NOON - 12 * 3_600_000],
		['2030-07-01T16:00:00Z', NOON],
		['2030-07-01 18:00 +02:00', NOON],
		['2030-07-01T18:00:00+0200', NOON],
		['Mon, 01 Jul 2030 16:00:00 GMT', NOON],
		['Mon, 01 Jul 2030 12:00:00 -0400', NOON],
		[NOON, NOON],
		[NOON / 1000, NOON],
		[String(NOON), NOON],
		[` ${NOON / 1000} `, NOON],
		[new Date(NOON), NOON],
		['2030-01-01T12:00:00', Date.parse('2030-01-01T17:00:00Z')],
	])('%j is in the time zone of the workflow unless it has an offset', (value, milliseconds) => {
		expect(parseUserDate(value, ZONE)).toBe(milliseconds);
	});

	it.each([
		'={{ Duration.fromISO("P30D") }}',
		'={{ $now.diff($now.minus({ days: 30 })) }}',
		'={{ Interval.after($now, { days: 1 }) }}',
		'={{ new Date(null) }}',
		'={{ DateTime.invalid("x") }}',
	])('%s is an error, instead of a filter that includes everything', async (createdAfter) => {
		const { message } = errorOf(await speedyFiles({ ...getMany, options: { createdAfter } }));
		expect(message).toBe('The field “Created After” is not a valid date');
		expect(host.requests).toEqual([]);
	});

	it('may be 1970, if the user has entered it', () => {
		expect(parseUserDate('1970-01-01T00:00:00Z', ZONE)).toBe(0);
	});

	it.each([
		'soon',
		'May 5, 2030',
		'05/06/2030',
		'2030-02-30',
		'2030-13-01',
		'2030-07-01T25:00:00Z',
		'2030-07-01T12:00:00+99:00',
		'Tue, 01 Jul 2030 16:00:00 GMT',
		'12',
		12,
		-1,
		NaN,
		new Date(NaN),
		new Date(0),
		{},
		[],
		true,
	])('%j is not a date', (value) => {
		expect(parseUserDate(value, ZONE)).toBeUndefined();
	});
});
