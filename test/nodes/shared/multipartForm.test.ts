/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { multipartForm } from '../../../nodes/shared/files/multipartForm';
import type { ByteStream } from '../../../nodes/shared/http/service';

const NAME = 'naïve "文件"\r\n.pdf';
const content = Buffer.from('hello wörld');
const form = () =>
	multipartForm(
		{ folder_id: 'f1', note: 'two\nlines' },
		{ field: 'file', fileName: NAME, mimeType: 'application/pdf', size: content.length },
	);

/** Parses with Node's own parser, which is strict. */
async function parse(contentType: string, body: Buffer): Promise<FormData> {
	const headers = { 'content-type': contentType };
	return await new Response(new Uint8Array(body), { headers }).formData();
}

it.each([
	[
		'a stream',
		() => Readable.from([content.subarray(0, 4), content.subarray(4)]) as unknown as ByteStream,
	],
	['a buffer', () => content],
])('wraps %s in a form of the announced length that Node can parse', async (_, file) => {
	const { contentType, size, wrap } = form();
	const body = wrap(file());
	const bytes = Buffer.isBuffer(body) ? body : await buffer(body as unknown as Readable);
	expect(bytes.length).toBe(size);
	const read = await parse(contentType, bytes);
	expect(read.get('folder_id')).toBe('f1');
	const sent = read.get('file') as File;
	expect(sent.type).toBe('application/pdf');
	expect(await sent.text()).toBe('hello wörld');
	expect(String(bytes)).toContain('filename="naïve %22文件%22%0D%0A.pdf"');
});

it('returns the same body in pieces, which contain the file itself and not a copy', () => {
	const { pieces, wrap } = form();
	expect(Buffer.concat(pieces(content))).toEqual(wrap(content));
	expect(pieces(content)).toContain(content);
});

it('uses a different boundary for each form', () => {
	expect(form().contentType).not.toBe(form().contentType);
});
