import type { IDataObject } from 'n8n-workflow';

import { errorOf, outputOf } from '../../support/engine';
import { create, useParameterServer } from '../../support/parameterServer';

const { host, speedyFiles, fileCourier, sentBody } = useParameterServer();

describe('a text field', () => {
	it.each([
		['a number', '={{ 12.5 }}', '12.5'],
		['a long number', '={{ 9007199254740993n }}', '9007199254740993'],
		['a boolean', '={{ true }}', 'true'],
		['a date', '={{ new Date(0) }}', '1970-01-01T00:00:00.000Z'],
		[
			'a moment',
			'={{ DateTime.fromISO("2030-01-31T12:00:00Z").toUTC() }}',
			'2030-01-31T12:00:00.000Z',
		],
		['text with spaces', '  T  ', 'T'],
	])('is converted from %s', async (_, title, sent) => {
		outputOf(await speedyFiles({ ...create, title }));
		expect(sentBody().title).toBe(sent);
	});

	it.each([
		['={{ ({ a: 1 }) }}', 'The field “Title” must be text, not an object'],
		['={{ ["a"] }}', 'The field “Title” must be text, not a list'],
		['={{ NaN }}', 'The field “Title” must be text'],
		['={{ Duration.fromISO("P30D") }}', 'The field “Title” must be text, not an object'],
		['={{ "a\\uD83D" }}', 'The field “Title” contains an incomplete character'],
		['={{ undefined }}', 'The field “Title” is empty'],
	])('is rejected: %s', async (title, message) => {
		expect(errorOf(await speedyFiles({ ...create, title })).message).toBe(message);
		expect(host.requests).toEqual([]);
	});
});

describe('a field with several texts', () => {
	const request = {
		resource: 'session',
		operation: 'create',
		recipientEmail: 'a@b.c',
		requestorName: 'N',
		requestorEmail: 'n@b.c',
		subject: 'S',
		message: 'M',
		callbackUrl: 'https://n8n.example.com/x',
	};

	it.each([
		['a\r\n\r\n b ', ['a', 'b']],
		['={{ ["a, b", 2, ""] }}', ['a, b', '2']],
		['={{ null }}', undefined],
		['["a, b", 2, ""]', ['a, b', '2']],
		['={{ JSON.stringify(["a", "b"], null, 2) }}', ['a', 'b']],
		['[Passport] or [ID]', ['[Passport] or [ID]']],
		['[]', undefined],
	])('converts %j to %j', async (documents, sent) => {
		await fileCourier({ ...request, documents });
		expect(sentBody().documents).toEqual(sent);
	});

	it.each(['={{ [{}] }}', '={{ ({}) }}', '={{ [["a"]] }}', '[{"name":"a"}]', '[["a"]]'])(
		'rejects %s',
		async (documents) => {
			const { message } = errorOf(await fileCourier({ ...request, documents }));
			expect(message).toMatch(/^The field “Requested Documents” must be text/);
			expect(host.requests).toEqual([]);
		},
	);
});

describe('a resource locator in any mode', () => {
	it.each([
		'https://files.example.com/dash/packages/p1',
		{ __rl: true, mode: 'id', value: 'https://files.example.com/dash/packages/p1?x=1' },
		{ __rl: true, mode: 'list', value: 'https://files.example.com/api/v1/packages/p1' },
		'={{ ({ mode: "id", value: "p1" }) }}',
		'p1',
		'\u200bp1\ufeff',
		'https://files.example.com/dash/packages/p1#files',
	])('accepts a URL or an ID: %j', async (packageId) => {
		await speedyFiles({ resource: 'package', operation: 'get', packageId } as IDataObject);
		expect(host.requests.map(({ url }) => url)).toEqual(['/api/v1/packages/p1']);
	});

	it.each([
		['={{ ["p1", "p2"] }}', 'The Package must be a single ID, not a list'],
		['={{ "\\u200b" }}', 'The Package is empty'],
		['={{ String(new Date(NaN)) }}', 'The Package is empty'],
		['={{ `${DateTime.invalid("x")}` }}', 'The Package is empty'],
	])('rejects %s', async (packageId, message) => {
		const run = await speedyFiles({ resource: 'package', operation: 'delete', packageId });
		expect(errorOf(run).message).toBe(message);
		expect(host.requests).toEqual([]);
	});

	it.each([
		['package.delete', 'packageId', 'https://files.example.com/dash/packages/p1.2'],
		['package.delete', 'packageId', 'https://files.example.com/dash/packages/p1%2F2'],
		['token.revoke', 'tokenId', 'https://files.example.com/api/v1/me/tokens/3abc'],
		['token.revoke', 'tokenId', 'https://files.example.com/api/v1/me/tokens/3.5'],
	])('%s with %s = %s is an error, instead of an ID that was cut', async (chosen, name, url) => {
		const [resource, operation] = chosen.split('.');
		const run = await speedyFiles({ resource, operation, [name]: url });
		expect(errorOf(run).message).toMatch(
			/^The (Package|Token) is not a valid (package|token) URL$/,
		);
		expect(host.requests).toEqual([]);
	});

	it.each(['https://files.example.com/other/p1', 'http://['])(
		'rejects another URL: %j',
		async (packageId) => {
			const run = await speedyFiles({ resource: 'package', operation: 'get', packageId });
			expect(errorOf(run).message).toBe('The Package is not a valid package URL');
			expect(host.requests).toEqual([]);
		},
	);
});
