/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { maxDecodedSize } from '../../../nodes/shared/files/openDownload';
import { dispositionFileName, safeFileName } from '../../../nodes/shared/files/fileName';
import { multipartForm } from '../../../nodes/shared/files/multipartForm';
import { sha256Of } from '../../support/binary';
import { bytesOf, errorOf, outputOf } from '../../support/engine';
import { fileHost } from '../../support/fileHost';

const { host, download } = fileHost();
const TEXT = Buffer.from('hello '.repeat(1000));

describe('a 206 response', () => {
	const range = { 'content-range': `bytes 0-${TEXT.length - 1}/${TEXT.length}` };
	const short = TEXT.subarray(1);

	it.each([
		['chunks', { 'transfer-encoding': 'chunked' }],
		['one piece', { 'content-length': String(TEXT.length) }],
	])('is accepted if its range covers the whole file, sent in %s', async (_, more) => {
		const run = await download({ status: 206, headers: { ...range, ...more }, body: TEXT });
		expect(outputOf(run)[0].json).toMatchObject({ size: TEXT.length, sha256: sha256Of(TEXT) });
	});

	it.each([
		[
			{ 'transfer-encoding': 'chunked' },
			`“report.bin” is ${short.length} bytes instead of the expected ${TEXT.length}`,
		],
		[
			{ 'content-length': String(short.length) },
			'The file host sent only a part of the file (206)',
		],
	])('is rejected if the body is shorter than its range, with %j', async (more, message) => {
		const run = await download({ status: 206, headers: { ...range, ...more }, body: short });
		expect(errorOf(run).message).toBe(message);
	});
});

it('ignores the Content-Range of a 200 response', async () => {
	const headers = { 'content-range': 'bytes 0-3/4' };
	expect(outputOf(await download({ headers, body: TEXT }))[0].json.size).toBe(TEXT.length);
});

describe('Content-Encoding', () => {
	it.each([
		['gzip, identity', gzipSync(TEXT)],
		['Identity,x-gzip', gzipSync(TEXT)],
		['gzip, gzip', gzipSync(gzipSync(TEXT))],
		['deflate, gzip', gzipSync(deflateSync(TEXT))],
		['gzip , deflate', deflateSync(gzipSync(TEXT))],
		['deflate', deflateRawSync(TEXT)],
	])('decodes %j', async (encoding, body) => {
		const headers = { 'content-encoding': encoding, 'content-length': String(body.length) };
		const [{ json, binary }] = outputOf(await download({ headers, body }));
		expect(json).toMatchObject({ size: TEXT.length, sha256: sha256Of(TEXT) });
		expect(await bytesOf(binary!.data)).toEqual(TEXT);
	});

	// Objects are often stored with a value that is not a content coding; their bytes are not encoded.
	it.each(['utf-8', 'UTF-8', 'none', 'binary', '8bit', 'aws-chunked', ',', 'identity, identity'])(
		'does not decode the bytes for %j',
		async (encoding) => {
			const headers = { 'content-encoding': encoding };
			const [{ json }] = outputOf(await download({ headers, body: TEXT }));
			expect(json).toMatchObject({ size: TEXT.length, sha256: sha256Of(TEXT) });
		},
	);

	it.each([
		['gzip', TEXT],
		['br', TEXT],
		['deflate', TEXT],
		['gzip, identity', TEXT],
		['gzip, identity', gzipSync(TEXT).subarray(0, 30)],
		['gzip, gzip', gzipSync(gzipSync(TEXT).subarray(0, 30))],
		['compress', Buffer.from('1f9d90', 'hex')],
	])('reports a body that is not valid %j', async (encoding, body) => {
		host.requests.splice(0);
		const { message, description } = errorOf(
			await download({ headers: { 'content-encoding': encoding }, body }),
		);
		expect(message).toBe('The compressed file “report.bin” cannot be decoded');
		expect(description).toContain('damaged or incomplete');
		expect(host.requests).toHaveLength(1);
	});

	it('limits the decoded size for a list of codings too', async () => {
		const body = gzipSync(gzipSync(Buffer.alloc(101 * 1024 * 1024)));
		const headers = { 'content-encoding': 'gzip, gzip', 'content-length': String(body.length) };
		const { message } = errorOf(await download({ headers, body }));
		expect(message).toMatch(/is larger than 104857600 bytes/);
	}, 60_000);
});

describe('the limit of the decoded size', () => {
	const GIB = 1024 ** 3;

	// n8n's HTTP library hides whether a body was compressed, so the limit must never affect an uncompressed one.
	it.each([
		[undefined, 100 * GIB],
		[10, 100 * 1024 ** 2],
		[3 * GIB, 300 * GIB],
	])('for a body of %p bytes is %p', (length, most) => {
		expect(maxDecodedSize(length)).toBe(most);
	});

	it('does not affect an uncompressed file of more than 100 MiB, with or without its length', async () => {
		const body = Buffer.alloc(101 * 1024 ** 2, 'x');
		const length = { 'content-length': String(body.length) };
		for (const headers of [undefined, length]) {
			const [{ json }] = outputOf(await download({ headers, body }));
			expect(json.size).toBe(body.length);
		}
	}, 60_000);

	it('does not apply to a truncated body, which is a connection error', async () => {
		const headers = { 'content-length': String(TEXT.length + 1) };
		const { message } = errorOf(await download({ headers, body: TEXT }));
		expect(message).toMatch(/^The file host could not be reached/);
	}, 60_000);
});

describe('a file without a media type', () => {
	const PNG = Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
		'base64',
	);
	const OCTETS = { 'content-type': 'application/octet-stream' };

	it.each([
		['/x/file', PNG, 'image/png', 'image', 'png'],
		['/x/file.unknownext', PNG, 'image/png', 'image', 'unknownext'],
		['/x/scan', Buffer.concat([Buffer.from('%PDF-1.7\n'), TEXT]), 'application/pdf', 'pdf', 'pdf'],
		// The extension takes precedence over the bytes.
		['/x/photo.jpg', PNG, 'image/jpeg', 'image', 'jpg'],
	])(
		'%s gets the type of its extension or its leading bytes',
		async (path, body, type, kind, extension) => {
			const [{ json, binary }] = outputOf(await download({ headers: OCTETS, body }, path));
			expect(json.mimeType).toBe(type);
			expect(binary!.data).toMatchObject({
				mimeType: type,
				fileType: kind,
				fileExtension: extension,
				fileName: path.slice(3),
			});
			expect(await bytesOf(binary!.data)).toEqual(body);
		},
	);

	it('is application/octet-stream if its bytes are not recognized either', async () => {
		const [{ json, binary }] = outputOf(
			await download({ headers: OCTETS, body: 'abc' }, '/x/file'),
		);
		expect([json.mimeType, binary!.data.mimeType]).toEqual(Array(2).fill(OCTETS['content-type']));
		expect(binary!.data).not.toHaveProperty('fileType');
	});
});

describe('a file name in a Content-Disposition header', () => {
	it.each([
		["attachment; filename*=windows-1252''%80%20%93x%94.pdf", '€ “x”.pdf'],
		["attachment; filename*=ISO-8859-1'de'Gr%FC%DFe.pdf", 'Grüße.pdf'],
		["attachment; filename*=iso-8859-15''%A4.pdf", '€.pdf'],
		["attachment; filename*=Shift_JIS''%93%FA%96%7B.pdf", '日本.pdf'],
		['attachment; filename="=?windows-1252?Q?=80.pdf?="', '€.pdf'],
		['attachment; filename="=?UTF-8?B?R3LDvMOf?= =?UTF-8?Q?e=20.pdf?="', 'Grüße .pdf'],
		['attachment; filename="\u0080 \u0093x\u0094.pdf"', '€ “x”.pdf'],
		["attachment; filename*=no-such''a.pdf; filename=b.pdf", 'b.pdf'],
		["attachment; filename*=utf-16le''a.pdf; filename=b.pdf", 'b.pdf'],
	])('%j is decoded to %j', (header, name) => {
		expect(dispositionFileName(header)).toBe(name);
	});

	it('of a megabyte is shortened quickly', () => {
		const begun = Date.now();
		expect(safeFileName(`${'ü'.repeat(1_000_000)}.pdf`)).toBe(`${'ü'.repeat(125)}.pdf`);
		expect(Date.now() - begun).toBeLessThan(30_000);
	});

	it('is safe or missing for any header bytes', () => {
		let seed = 11;
		const unsafe: Array<[header: string, name: string]> = [];
		const next = () => (seed = (seed * 48_271) % 2_147_483_647);
		for (let round = 0; round < 20_000; round++) {
			const noise = Array.from({ length: next() % 40 }, () => String.fromCharCode(next() % 256));
			const header = `attachment; filename${next() % 2 ? '*=UTF-8' : '="'}${noise.join('')}`;
			const name = safeFileName(dispositionFileName(header) ?? 'x');
			if (/[/\\\p{Cc}]|^\.*$/u.test(name) || !name.isWellFormed()) unsafe.push([header, name]);
		}
		expect(unsafe).toEqual([]);
	});
});

describe('a multipart form', () => {
	const headOf = (name: string, field: string, type: string, style?: 'backslash') => {
		const file = { field, fileName: name, mimeType: type, size: 1 };
		const body = multipartForm({ [field]: 'v' }, file, style).wrap(Buffer.from('x'));
		return String(body).split('\r\n');
	};
	const CONTROLS = Array.from({ length: 33 }, (_, code) => String.fromCharCode(code || 127)).slice(
		0,
		32,
	);

	it.each(CONTROLS)(
		'has no injected line for %j in a media type, field name or file name',
		(control) => {
			const lines = headOf('a', 'f', 'text/plain').length;
			for (const style of [undefined, 'backslash'] as const) {
				for (const hostile of [`${control}X: 1`, `${control};X: 1`, `\r${control}\nX: 1`]) {
					const head = headOf(`a${hostile}`, `f${hostile}`, `text/plain${hostile}`, style);
					expect(head).toHaveLength(lines);
					// eslint-disable-next-line no-control-regex
					expect(head.join('')).not.toMatch(/[\0-\x08\x0a-\x1f\x7f]/);
				}
			}
		},
	);

	it('keeps the parameters of a media type', () => {
		expect(headOf('a', 'f', 'text/plain; charset=utf-8')).toContain(
			'Content-Type: text/plain; charset=utf-8',
		);
	});
});
