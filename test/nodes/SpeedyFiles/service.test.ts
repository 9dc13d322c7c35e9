import {
	describePackage,
	describeToken,
	packageOutput,
	tokenOutput,
} from '../../../nodes/SpeedyFiles/describe';
import { speedyFiles } from '../../../nodes/SpeedyFiles/service';
import { toOutput } from '../../../nodes/shared/node/output';

// UTC without a time zone, the format of SpeedyFiles.
const expires_at = '2026-05-27T20:30:22.123456';
const expires = Date.parse('2026-05-27T20:30:22.123Z');

it.each([
	['active', expires - 1, 'active'],
	['active', expires, 'expired'],
	['draft', expires + 1, 'draft'],
	['revoked', expires + 1, 'revoked'],
	['expired', expires - 1, 'expired'],
	['completed', expires + 1, 'completed'],
])('a package with status %s is output at %d with the status %s', (status, now, effective) => {
	const item = describePackage({ id: 'p', status, expires_at }, now);
	expect(toOutput(packageOutput, item)).toMatchObject({
		status: effective,
		expiresAt: '2026-05-27T20:30:22.123Z',
	});
});

it.each([
	[[{ size_bytes: 3 }, { size_bytes: '4' }], { fileCount: 2, totalSize: 7 }],
	[[], { fileCount: 0, totalSize: 0 }],
	[[{ size_bytes: 3 }, {}], { fileCount: 2 }],
	[[{ size_bytes: 'x' }], { fileCount: 1 }],
	[[{ size_bytes: -1 }], { fileCount: 1 }],
	[[{ size_bytes: true }], { fileCount: 1 }],
	[undefined, {}],
	[null, {}],
])('a package with the files %j is output with the totals %j', (files, totals) => {
	const { fileCount, totalSize } = toOutput(packageOutput, describePackage({ id: 'p', files }, 0));
	expect({ fileCount, totalSize }).toEqual(totals);
});

it.each([
	[{ expires_at: null, revoked_at: null }, 'active'],
	[{ expires_at }, 'expired'],
	[{ expires_at, revoked_at: expires_at }, 'revoked'],
])('a token with %j is output with the status %s', (data, status) => {
	expect(toOutput(tokenOutput, describeToken(data, expires))).toMatchObject({ status });
});

it.each([{ magic_link: 'https://x/p/1' }, { upload_url: 'https://x/p/1' }])(
	'outputs a link that later versions may return: %j',
	(more) => {
		const item = describePackage({ id: 'p', ...more }, 0);
		expect(toOutput(packageOutput, item).link).toBe('https://x/p/1');
	},
);

it.each([
	[{ detail: 'Not Found' }, 'Not Found'],
	[
		{
			detail: [
				{ type: 'missing', loc: ['body', 'title'], msg: 'Field required', input: {} },
				{ type: 'less_than_equal', loc: ['query', 'limit'], msg: 'Input is too large' },
			],
		},
		'title: Field required; query.limit: Input is too large',
	],
	[
		{ detail: [{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error' }] },
		'0: JSON decode error',
	],
	[{ detail: [{ loc: ['body'], msg: 'Field required' }] }, 'Field required'],
	[{ detail: [] }, undefined],
	[{ detail: [null, 'x', {}] }, undefined],
	[{ detail: { any: 'thing' } }, undefined],
	[[], undefined],
	['text', undefined],
])('converts the error %j to the message %j', (body, text) => {
	expect(speedyFiles.errorMessage(body)).toBe(text);
});
