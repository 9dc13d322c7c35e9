import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Shot } from './fileShotSupport.mts';
import { form, sha256, text } from './formSupport.mts';

let shot: Shot;
beforeAll(async () => (shot = await Shot.start()));
afterAll(async () => await shot.stop());

const stored = async () =>
	(await readdir(join(shot.bench.folder, 'services/fileShot/files'))).length;
const DAY_MS = 86_400_000;
const daysUntil = (time: string) =>
	(Date.parse(time) - shot.bench.sandbox.clock.now().getTime()) / DAY_MS;

describe('an upload in one request', () => {
	test('returns the ID, link, expiry and size and stores the bytes', async () => {
		const content = 'x'.repeat(70_000);
		const data = await shot.upload('document.pdf', content, { expiryDays: '30' });
		expect(data).toMatchObject({ success: true, fileSize: 70_000 });
		expect(data.downloadUrl).toBe(`${shot.origins.share}/f/${data.fileId}`);
		expect(daysUntil(data.expiresAt)).toBeCloseTo(30, 2);
		expect(sha256(await shot.bytes(data.fileId))).toBe(sha256(content));
	});

	test('accepts a slug for its link, once', async () => {
		const data = await shot.upload('a.txt', 'abc', { customSlug: 'my-doc' });
		expect(data.downloadUrl).toBe(`${shot.origins.share}/f/my-doc`);
		const again = await shot.form('/files/upload', { customSlug: 'my-doc', file: text('b') });
		expect(again).toMatchObject({ status: 400, data: { error: 'customSlug is already taken' } });
	});

	test.each(['../../etc/passwd', '..', 'a/b', 'Résumé 🎉.pdf', `"q" 'x'`, 'n'.repeat(300)])(
		'keeps the name %j and stores the file under a generated name',
		async (name) => {
			const { fileId } = await shot.upload(name, 'abc');
			expect((await shot.get(`/files/${fileId}`)).data.fileName).toBe(name);
			expect(await shot.bytes(fileId)).toBe('abc');
		},
	);

	const file = text('abc');
	const wrong: [string, FormData | object, number, string][] = [
		['no file', form({ customSlug: 'x' }, ''), 400, 'file is required'],
		['a file without a name', form({ file }, ''), 400, 'file is required'],
		['expiryDays 0', form({ file, expiryDays: '0' }, 'a'), 400, 'expiryDays must be at least 1'],
		[
			'expiryDays 366',
			form({ file, expiryDays: '366' }, 'a'),
			400,
			'expiryDays must be at most 365',
		],
		[
			'expiryDays soon',
			form({ file, expiryDays: 'soon' }, 'a'),
			400,
			'expiryDays must be an integer',
		],
		[
			'passwordProtected yes',
			form({ file, passwordProtected: 'yes' }, 'a'),
			400,
			'passwordProtected must be true or false',
		],
		[
			'a price below 100',
			form({ file, enablePaidAccess: 'true', price: '99' }, 'a'),
			400,
			'price must be at least 100',
		],
		[
			'paid access without a price',
			form({ file, enablePaidAccess: 'true' }, 'a'),
			400,
			'price is required for paid access',
		],
		[
			'a price without paid access',
			form({ file, price: '500' }, 'a'),
			400,
			'price needs enablePaidAccess',
		],
		[
			'a slug with a path',
			form({ file, customSlug: '../x' }, 'a'),
			400,
			'customSlug takes up to 64 letters, digits, - and _',
		],
		['JSON', { file: 'abc' }, 415, 'Content-Type must be multipart/form-data'],
	];
	test.each(wrong)('with %s is rejected and stores nothing', async (_what, body, status, error) => {
		const before = await stored();
		expect(await shot.post('/files/upload', body)).toMatchObject({ status, data: { error } });
		expect(await stored()).toBe(before);
	});

	test.each(['exe', 'BAT', 'sh', 'php5', 'dylib', 'asp'])('of type .%s: 400', async (extension) => {
		const response = await shot.form('/files/upload', { file }, `setup.${extension}`);
		expect(response).toMatchObject({
			status: 400,
			data: { error: `Files of type .${extension.toLowerCase()} are not allowed` },
		});
		expect((await shot.form('/files/upload', { file }, `setup.${extension}.zip`)).status).toBe(200);
	});

	test('that is too large for one request or for the tier: 413', async () => {
		const before = await stored();
		for (const limit of ['maxUploadBytes', 'maxFileBytes']) {
			await shot.withSettings({ [limit]: 2 }, async () => {
				const response = await shot.form('/files/upload', { file });
				expect(response).toMatchObject({ status: 413, data: { error: 'File exceeds tier limit' } });
			});
		}
		expect(await stored()).toBe(before);
	});

	test('accepts the field names of the docs only, or also those of the desktop app', async () => {
		const wishes = { file, expirationDays: '10', customLink: 'drift' };
		const alone = (await shot.form('/files/upload', wishes)).data;
		expect(daysUntil(alone.expiresAt)).toBeCloseTo(90, 2);
		expect(alone.downloadUrl).not.toContain('drift');
		await shot.withSettings({ dialect: 'both' }, async () => {
			const { data } = await shot.form('/files/upload', wishes);
			expect(daysUntil(data.expiresAt)).toBeCloseTo(10, 2);
			expect(data.downloadUrl).toContain('/f/drift');
		});
		await shot.withSettings({ dialect: 'desktop' }, async () => {
			expect((await shot.form('/files/upload', { file })).status).toBe(404);
		});
	});

	test.each([
		['epochSeconds', 1000],
		['epochMilliseconds', 1],
	])('returns dates as %s if configured', async (dates, factor) => {
		await shot.withSettings({ dates }, async () => {
			const { expiresAt } = await shot.upload('a', 'a', { expiryDays: '1' });
			expect(typeof expiresAt).toBe('number');
			expect(daysUntil(new Date(Number(expiresAt) * factor).toISOString())).toBeCloseTo(1, 2);
		});
	});
});
