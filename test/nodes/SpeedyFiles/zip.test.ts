import { MAX_ZIP_END_BYTES, hasEndOfZip } from '../../../nodes/SpeedyFiles/file';
import { itemWith } from '../../support/binary';
import { bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { TestServer } from '../../support/testServer';
import { byId } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';
import { PACKAGE, speedyFilesNode, SpeedyFilesUser } from '../../support/speedyFiles';

const [body, list] = [Buffer.alloc(50, 'a'), Buffer.alloc(60, 'b')];

const endRecord = (length: number, offset: number, comment: Buffer = Buffer.alloc(0)) => {
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt32LE(length, 12);
	end.writeUInt32LE(offset, 16);
	end.writeUInt16LE(comment.length, 20);
	return Buffer.concat([end, comment]);
};

/** An archive that consists of a central directory and its end record only. */
const archive = (comment?: Buffer) =>
	Buffer.concat([body, list, endRecord(list.length, body.length, comment)]);

/** The same with ZIP64 records, which contain the numbers. */
function archive64({
	length = list.length,
	offset = body.length,
	position = 110,
	inEnd = -1,
} = {}) {
	const record = Buffer.alloc(56);
	record.writeUInt32LE(0x06064b50, 0);
	record.writeBigUInt64LE(44n, 4);
	record.writeBigUInt64LE(BigInt(length), 40);
	record.writeBigUInt64LE(BigInt(offset), 48);
	const locator = Buffer.alloc(20);
	locator.writeUInt32LE(0x07064b50, 0);
	locator.writeBigUInt64LE(BigInt(position), 8);
	const end = endRecord(inEnd >>> 0, inEnd >>> 0);
	return Buffer.concat([body, list, record, locator, end]);
}

describe('the end of a ZIP file', () => {
	it.each([
		['an empty archive', endRecord(0, 0)],
		['no comment', archive()],
		['a comment', archive(Buffer.from('PK comment'))],
		['a comment of the maximum size', archive(Buffer.alloc(65_535, 'c'))],
		['a comment that looks like an end record', archive(endRecord(5, 5))],
		['ZIP64', archive64()],
	])('is found with %s', (_, zip) => {
		expect(hasEndOfZip(zip.subarray(-MAX_ZIP_END_BYTES), zip.length)).toBe(true);
	});

	it.each([
		['archive', archive(Buffer.from('comment'))],
		['archive in ZIP64', archive64()],
	])('is missing in an %s that is cut off anywhere', (_, zip) => {
		for (let length = 0; length < zip.length; length++) {
			expect(hasEndOfZip(zip.subarray(0, length), length)).toBe(false);
		}
	});

	it.each([
		['archive', archive()],
		['archive in ZIP64', archive64()],
	])('is not valid in an %s with bytes missing before the central directory', (_, zip) => {
		const hollow = Buffer.concat([zip.subarray(0, 20), zip.subarray(30)]);
		expect(hasEndOfZip(hollow, hollow.length)).toBe(false);
	});

	it.each([
		['a different position', archive64({ position: 100 })],
		['a position outside the file', archive64({ position: Number.MAX_SAFE_INTEGER })],
		['a different length', archive64({ length: 1 })],
		['a different offset', archive64({ offset: 2 ** 40 })],
	])('is not valid with %s in ZIP64', (_, zip) => {
		expect(hasEndOfZip(zip, zip.length)).toBe(false);
	});
});

describe('a download of all files', () => {
	const sandbox = useSandbox();
	const user = new SpeedyFilesUser(sandbox);
	const host = new TestServer();
	const link = `/p/${'a'.repeat(43)}`;
	let zip: Buffer;
	const responses: Record<string, { status?: number; body: Buffer | string }> = {};
	const from = async (parameters: object) =>
		await runNode(
			speedyFilesNode(user.credentials, {
				resource: 'file',
				operation: 'download',
				magicLink: host.url + link,
				...parameters,
			}),
		);

	beforeAll(async () => {
		await host.respondByUrl(responses).start();
		const files = { data: { name: 'a.txt', bytes: Buffer.alloc(300_000, 'hello ') } };
		const input = [await itemWith(files)];
		const { link: magicLink } = await user.json('package.send', PACKAGE, { input });
		const [{ binary }] = outputOf(await user.run('file.download', { magicLink, scope: 'all' }));
		zip = await bytesOf(binary!.data);
	});
	afterAll(async () => await host.stop());

	it('returns the ZIP that the service creates', async () => {
		responses[`${link}/zip`] = { body: zip };
		const [{ binary }] = outputOf(await from({ scope: 'all' }));
		expect(await bytesOf(binary!.data)).toEqual(zip);
	});

	it.each([1, 22, 23, 1000])(
		'fails if the connection closes normally %i bytes too early',
		async (missing) => {
			host.requests.splice(0);
			const cut = zip.subarray(0, -missing);
			responses[`${link}/zip`] = { body: cut };
			const { message, description } = errorOf(await from({ scope: 'all' }));
			expect(message).toBe(
				`The ZIP file is incomplete: it ends after ${cut.length} bytes without an end record`,
			);
			expect(description).toContain('Run the node again');
		},
	);

	it('does not check the end of a single file, which may not be a ZIP', async () => {
		responses[`${link}/file/f1`] = { body: zip.subarray(0, 100) };
		const [{ json }] = outputOf(await from({ scope: 'one', fileId: byId('f1') }));
		expect(json.size).toBe(100);
	});

	it('advises Single File after an error of the storage only if all files were requested', async () => {
		const refusal = { status: 400, body: '<Error><Code>BadRequest</Code></Error>' };
		responses[`${link}/zip`] = responses[`${link}/file/f1`] = refusal;
		expect(errorOf(await from({ scope: 'all' })).description).toContain(
			'Set Files to Download to Single File',
		);
		const { description } = errorOf(await from({ scope: 'one', fileId: byId('f1') }));
		expect(description).not.toContain('Single File');
		expect(description).toContain('new download link');
	});
});
