import {
	dispositionFileName,
	safeFileName,
	urlFileName,
} from '../../../nodes/shared/files/fileName';

describe('a sanitized file name', () => {
	it.each([
		['../../etc/passwd', 'passwd'],
		['C:\\Users\\me\\report.pdf', 'report.pdf'],
		['a\r\nSet-Cookie: x.pdf', 'aSet-Cookie: x.pdf'],
		['nul\0byte.pdf', 'nulbyte.pdf'],
		['invoice\u202Efdp.exe', 'invoicefdp.exe'],
		...[...'\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069'].map((control) => [
			`invoice${control}fdp.exe`,
			'invoicefdp.exe',
		]),
		['文件 – naïve "quoted".pdf', '文件 – naïve "quoted".pdf'],
		['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
		['..', 'untitled'],
		[' .. ', 'untitled'],
		['folder/ .', 'untitled'],
		['', 'untitled'],
		['   ', 'untitled'],
	])('of %j is %j', (name, safe) => {
		expect(safeFileName(name)).toBe(safe);
	});

	it('has at most 255 bytes, whole characters and its extension', () => {
		const safe = safeFileName(`${'ü'.repeat(300)}.pdf`);
		expect(safe).toBe(`${'ü'.repeat(125)}.pdf`);
		expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255);
	});

	it.each([
		[19, `${'a'.repeat(235)}.${'x'.repeat(19)}`],
		[20, 'a'.repeat(255)],
	])('is shortened before its extension if that has %i characters', (length, safe) => {
		expect(safeFileName(`${'a'.repeat(300)}.${'x'.repeat(length)}`)).toBe(safe);
	});
});

describe('a Content-Disposition header', () => {
	it.each([
		[`attachment; filename="report.pdf"`, 'report.pdf'],
		[`attachment; filename=report.pdf; size=1`, 'report.pdf'],
		[`attachment; filename="a \\"b\\".pdf"`, 'a "b".pdf'],
		[`attachment; filename="a "b".pdf"`, 'a "b".pdf'],
		[`attachment; filename="a "b" ; size=1`, 'a "b'],
		[`attachment; filename="x.pdf"; filename*=UTF-8''t%C3%A4st%20%E2%80%93.pdf`, 'täst –.pdf'],
		[`attachment; filename="x.pdf"; filename*=UTF-8''%E0%A4%A`, 'x.pdf'],
		['inline', undefined],
		[undefined, undefined],
	])('%j contains the name %j', (header, name) => {
		expect(dispositionFileName(header)).toBe(name);
	});
});

it.each([
	['https://files.example/abc/report%20one.pdf?signature=x', 'report one.pdf'],
	['https://files.example/abc/100%.pdf', '100%.pdf'],
	['https://files.example/', undefined],
])('the URL %s contains the name %j', (url, name) => {
	expect(urlFileName(url)).toBe(name);
});
