/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { dispositionFileName, safeFileName } from '../../../nodes/shared/files/fileName';
import { multipartForm } from '../../../nodes/shared/files/multipartForm';
import { sha256Of } from '../../support/binary';
import { credentialsFor } from '../../support/descriptions';
import { bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { fileHost } from '../../support/fileHost';

const { host, answers, download } = fileHost();
const TEXT = Buffer.from('hello '.repeat(1000));

describe('the response status', () => {
	const whole = { 'content-range': `bytes 0-${TEXT.length - 1}/${TEXT.length}` };

	it.each([
		[200, {}],
		[203, {}],
		[206, whole],
	])('%i with %j is accepted as the file', async (status, headers) => {
		const [{ json, binary }] = outputOf(await download({ status, headers, body: TEXT }));
		expect(json).toMatchObject({ size: TEXT.length, sha256: sha256Of(TEXT) });
		expect(await bytesOf(binary!.data)).toEqual(TEXT);
	});

	it.each([
		[206, {}],
		[206, { 'content-range': `bytes 0-${TEXT.length - 1}/${TEXT.length + 1}` }],
		[206, { 'content-range': `bytes 1-${TEXT.length}/${TEXT.length + 1}` }],
		[206, { 'content-range': `bytes 0-${TEXT.length - 1}/*` }],
		[206, { 'content-range': 'nonsense' }],
		[201, {}],
		[202, {}],
		[204, {}],
		[205, {}],
	])('%i with %j is rejected', async (status, headers) => {
		const { message } = errorOf(
			await download({ status, headers, body: status < 204 || status > 205 ? TEXT : '' }),
		);
		expect(message).toBe(
			`The file host sent ${status === 206 ? 'only a part of the file (206)' : `no file (${status})`}`,
		);
	});
});

describe('a body that is compressed although the request did not ask for it', () => {
	it.each([
		['gzip', gzipSync(TEXT)],
		['x-gzip', gzipSync(TEXT)],
		['GZIP', gzipSync(TEXT)],
		['deflate', deflateSync(TEXT)],
		['br', brotliCompressSync(TEXT)],
		['identity', TEXT],
	])('in %s is decoded', async (encoding, body) => {
		const headers = { 'content-encoding': encoding, 'content-length': String(body.length) };
		const [{ json, binary }] = outputOf(await download({ headers, body }));
		expect(json).toMatchObject({ size: TEXT.length, sha256: sha256Of(TEXT) });
		expect(await bytesOf(binary!.data)).toEqual(TEXT);
	});

	it.each(['gzip, br', 'aes128gcm', 'x-unknown'])(
		'in the unknown coding %s is an error',
		async (encoding) => {
			const run = await download({
				headers: { 'content-encoding': encoding },
				body: gzipSync(TEXT),
			});
			expect(errorOf(run).message).toContain(`in an encoding that cannot be decoded (${encoding})`);
		},
	);

	const fromFilesApp = async (body: Buffer) => {
		answers['/files/f1'] = { body: JSON.stringify({ id: 'f1', name: 'a.txt', size: TEXT.length }) };
		answers['/files/f1?download=true'] = { headers: { 'content-encoding': 'gzip' }, body };
		return await runNode({
			node: new FilesApp(),
			credentialType: new FilesAppApi(),
			credentials: credentialsFor(new FilesAppApi(), host.url),
			parameters: { resource: 'file', operation: 'download', fileId: 'f1' },
		});
	};

	it('that is truncated is an error if the service reports the size', async () => {
		const { message } = errorOf(await fromFilesApp(gzipSync(TEXT).subarray(0, 30)));
		expect(message).toMatch(/^“a\.txt” is \d+ bytes instead of the expected 6000$/);
	});

	it('that is larger than the reported size is an error', async () => {
		const { message } = errorOf(await fromFilesApp(gzipSync(Buffer.alloc(TEXT.length + 1, 'x'))));
		expect(message).toBe(`“a.txt” is larger than the expected ${TEXT.length} bytes`);
	});

	it('that is far larger than the reported size is not read to its end', async () => {
		const { message } = errorOf(await fromFilesApp(gzipSync(Buffer.alloc(101 * 1024 * 1024))));
		expect(message).toBe(`“a.txt” is larger than the expected ${TEXT.length} bytes`);
	}, 60_000);

	it('that grows more than a hundredfold is rejected as a decompression bomb', async () => {
		const bomb = gzipSync(Buffer.alloc(101 * 1024 * 1024));
		const headers = { 'content-encoding': 'gzip', 'content-length': String(bomb.length) };
		const { message } = errorOf(await download({ headers, body: bomb }));
		expect(message).toBe('“report.bin” is larger than 104857600 bytes');
	}, 60_000);
});

describe('the media type', () => {
	it.each([
		['image/png', 'image/png'],
		['application/pdf; charset=binary', 'application/pdf'],
		['application/octet-stream', 'text/csv'],
		['binary/octet-stream', 'text/csv'],
		['application/force-download', 'text/csv'],
		['application/x-download', 'text/csv'],
		['nonsense', 'text/csv'],
	])('of a .csv file sent as %j is %s', async (type, expected) => {
		const run = await download({ headers: { 'content-type': type }, body: 'a,b' }, '/x/data.csv');
		const [{ json, binary }] = outputOf(run);
		expect([json.mimeType, binary!.data.mimeType]).toEqual([expected, expected]);
	});

	it.each([
		['/x/file', 'application/octet-stream'],
		['/x/file.unknownext', 'application/octet-stream'],
		['/x/readme.txt', 'text/plain'],
		['/x/photo.jpg', 'image/jpeg'],
	])('of %s sent without a type is %s', async (path, expected) => {
		const [{ json, binary }] = outputOf(await download({ body: 'abc' }, path));
		expect([json.mimeType, binary!.data.mimeType]).toEqual([expected, expected]);
	});
});

describe('the file name of a Content-Disposition header', () => {
	const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

	it.each([
		['attachment; filename="a b.pdf"', 'a b.pdf'],
		['attachment; filename=a b.pdf', 'a b.pdf'],
		['attachment; filename=a b.pdf; size=3', 'a b.pdf'],
		['attachment;filename=a.pdf', 'a.pdf'],
		['ATTACHMENT; FILENAME="a.pdf"', 'a.pdf'],
		['filename="a.pdf"', 'a.pdf'],
		[latin1('attachment; filename="Grüße 🎉.pdf"'), 'Grüße 🎉.pdf'],
		['attachment; filename="Gr\u00fc\u00dfe.pdf"', 'Grüße.pdf'],
		["attachment; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.pdf", 'naïve €.pdf'],
		["attachment; filename*=utf-8'en'a.pdf; filename=b.pdf", 'a.pdf'],
		["attachment; filename=b.pdf; filename*=UTF-8''a.pdf", 'a.pdf'],
		["attachment; filename*=ISO-8859-1''na%EFve.pdf", 'naïve.pdf'],
		['attachment; filename*="UTF-8\'\'a%20b.pdf"', 'a b.pdf'],
		["attachment; filename*=UTF-8''%E4%F6; filename=plain.pdf", 'plain.pdf'],
		["attachment; filename*=UTF-16''a; filename=plain.pdf", 'plain.pdf'],
		["attachment; filename*=UTF-8''100%; filename=plain.pdf", 'plain.pdf'],
		["attachment; filename*=UTF-8''; filename=plain.pdf", 'plain.pdf'],
		['attachment; name="x; filename=evil.exe"; filename="good.pdf"', 'good.pdf'],
		['attachment; foo="filename=evil.exe"', undefined],
		['attachment; filename="unclosed.pdf', 'unclosed.pdf'],
		['attachment; filename="say \\"hi\\".txt"', 'say "hi".txt'],
		['attachment; filename="a.pdf"; filename="b.pdf"', 'a.pdf'],
		['attachment; filename="=?UTF-8?B?R3LDvMOfZS5wZGY=?="', 'Grüße.pdf'],
		['attachment; filename="=?UTF-8?Q?Gr=C3=BC=C3=9Fe_1.pdf?="', 'Grüße 1.pdf'],
		['attachment; filename=""', undefined],
		['attachment; filename=', undefined],
		['attachment; filename', undefined],
		['attachment', undefined],
		['', undefined],
		['inline; filename=";"; x', ';'],
	])('%j is %j', (header, name) => {
		expect(dispositionFileName(header)).toBe(name);
	});

	it('is safe or missing for any header', () => {
		const pieces = [
			'filename',
			'filename*',
			'=',
			'"',
			';',
			"'",
			'UTF-8',
			'%',
			'%2F',
			'..',
			'/',
			'\\',
			' ',
			'a',
			'\u00ff',
			'\r',
			'=?x?b?',
			'?=',
		];
		let seed = 7;
		const next = () => (seed = (seed * 48_271) % 2_147_483_647);
		for (let round = 0; round < 20_000; round++) {
			const header = Array.from({ length: next() % 14 }, () => pieces[next() % pieces.length]).join(
				'',
			);
			const name = safeFileName(dispositionFileName(header) ?? 'x');
			expect(name).not.toMatch(/[/\\\r\n]|^\.*$/);
		}
	});

	it('is replaced by the name in the URL if it is empty', async () => {
		const headers = { 'content-disposition': 'attachment; filename=""' };
		const [{ json }] = outputOf(await download({ headers, body: 'x' }, '/x/caf%C3%A9.txt'));
		expect(json.name).toBe('café.txt');
	});
});

describe('a multipart form', () => {
	const bodyOf = (name: string, type: string, style?: 'percent' | 'backslash') => {
		const file = { field: 'file', fileName: name, mimeType: type, size: 1 };
		return String(multipartForm({}, file, style).wrap(Buffer.from('x')));
	};

	it.each([
		['percent', 'filename="say %22hi%22 \\.txt"'],
		['backslash', 'filename="say \\"hi\\" \\\\.txt"'],
	] as const)('escapes quotes in the style %s', (style, expected) => {
		expect(bodyOf('say "hi" \\.txt', 'text/plain', style)).toContain(expected);
	});

	it.each(['text/plain\r\nX-Evil: 1', 'a\nb', '', 'x', 'text/plain;\r\n a=b'])(
		'has no injected header for the media type %j',
		(type) => {
			const body = bodyOf('a', type);
			expect(body).toContain('Content-Type: application/octet-stream\r\n\r\n');
			expect(body).not.toContain('Evil');
		},
	);
});
