import { type OutputShape, toOutput } from '../../../nodes/shared/node/output';

const output = (json: object, shape: OutputShape = {}) => toOutput(shape, { json: { ...json } });

describe('the names of the output fields', () => {
	it.each([
		[
			{ recipient_email: 'a@b.c', isPaid: true },
			{ recipientEmail: 'a@b.c', isPaid: true },
		],
		[
			{ file_name: 'a', size_bytes: 5, content_type: 'b/c' },
			{ name: 'a', size: 5, mimeType: 'b/c' },
		],
		[
			{ filename: 'a', mimetype: 'b/c' },
			{ name: 'a', mimeType: 'b/c' },
		],
		[{ size: '12' }, { size: 12 }],
		[
			{ 'X-Header': 1, _links: 2, SHA256: 3 },
			{ 'X-Header': 1, _links: 2, SHA256: 3 },
		],
		[{ note: null, missing: undefined }, { note: null }],
	])('of %j are the same for all services', (json, expected) => {
		expect(output(json)).toEqual(expected);
	});

	const shape: OutputShape = {
		names: { fileId: ['file_id', 'id'], link: ['download_url'] },
		nested: { files: { names: { fileId: ['id'] } } },
		omitted: ['ok'],
	};

	it('are those that the shape defines, also in nested objects', () => {
		const json = { ok: true, id: 1, download_url: 'https://x', files: [{ id: 2, file_name: 'a' }] };
		expect(output(json, shape)).toEqual({
			fileId: 1,
			link: 'https://x',
			files: [{ fileId: 2, name: 'a' }],
		});
	});

	it.each([
		['equal values are output once', { id: 'a', file_id: 'a', fileId: 'a' }, { fileId: 'a' }],
		['an empty value gives way', { file_id: null, id: 'a' }, { fileId: 'a' }],
		['different values are all output', { file_id: 'a', id: 'b' }, { fileId: 'a', id: 'b' }],
		['the name of the output comes first', { id: 'b', fileId: 'a' }, { fileId: 'a', id: 'b' }],
	])('for one meaning: %s', (_, json, expected) => {
		expect(output(json, shape)).toEqual(expected);
	});

	it('do not change in an output that is named again', () => {
		const json = { id: 1, created_at: '2030-01-01', file_name: 'a', name: 'b' };
		const once = output(json, shape);
		expect(output(once, shape)).toEqual(once);
	});
});

describe('a date', () => {
	it.each([
		['2030-01-02T03:04:05', '2030-01-02T03:04:05.000Z'],
		['2030-01-02T03:04:05+02:00', '2030-01-02T01:04:05.000Z'],
		[1893553445, '2030-01-02T03:04:05.000Z'],
		[1893553445000.5, '2030-01-02T03:04:05.000Z'],
		['Wed, 02 Jan 2030 03:04:05 GMT', '2030-01-02T03:04:05.000Z'],
		[0, null],
		[null, null],
	])('%j is output as %j', (created_at, createdAt) => {
		expect(output({ created_at })).toEqual({ createdAt });
	});

	it('in an unknown format keeps its own name', () => {
		expect(output({ created_at: 'soon', expiresAt: 'never' })).toEqual({
			created_at: 'soon',
			expiresAt: 'never',
		});
	});
});

it('lists IDs, links, names, sizes, dates and status first, in this order', () => {
	const json = {
		...{ more: 1, status: 'active', created_at: '2030-01-01', size: 1, name: 'a' },
		...{ url: 'https://x', fileId: 'f', event: 'e', other: 2 },
	};
	expect(Object.keys(output(json))).toEqual([
		...['event', 'fileId', 'url', 'name', 'size', 'createdAt', 'status', 'more', 'other'],
	]);
});

it('adds fields of the node, which replace those of the service', () => {
	const item = { json: { id: 1, status: 'active' }, added: { status: 'expired', fileCount: 2 } };
	expect(toOutput({}, item)).toEqual({ id: 1, status: 'expired', fileCount: 2 });
});

it('passes fields of the input on unchanged, after its own', () => {
	const item = { json: { file_name: 'a' }, passedOn: { name: 'b', created_at: 'c' } };
	const fields = toOutput({}, item);
	expect(fields).toEqual({ name: 'a', created_at: 'c' });
	expect(Object.keys(fields)).toEqual(['name', 'created_at']);
});

describe('a simplified output', () => {
	const shape: OutputShape = { names: { fileId: ['id'] }, simple: ['fileId', 'name'] };
	const item = { json: { id: 1, file_name: 'a', more: 2 }, added: { status: 'x', event: 'e' } };

	it('consists of the selected fields and the event', () => {
		expect(toOutput(shape, item)).toEqual({ event: 'e', fileId: 1, name: 'a' });
	});

	it('is replaced by the fields of the service, unchanged, if Simplify is turned off', () => {
		expect(toOutput(shape, item, false)).toEqual({ event: 'e', id: 1, file_name: 'a', more: 2 });
	});

	it('contains all of an entry that could not be described', () => {
		const unreadable = { json: { a: 1 }, added: { error: 'unknown format' } };
		expect(toOutput(shape, unreadable)).toEqual({ a: 1, error: 'unknown format' });
	});
});
