import { outputOf, runNode } from '../../support/engine';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { PACKAGE, speedyFilesNode, SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

const list = async (parameters: object = {}) =>
	outputOf(await user.run('package.getAll', { ...parameters })).map(({ json }) => json);

describe('a few packages', () => {
	let afterFirst: string;

	beforeAll(async () => {
		const upload = { name: 'a.txt', bytes: Buffer.from('a') };
		const expired = await user.create({ title: 'expired', ttlDays: 1 });
		outputOf(await user.upload(expired, { data: upload }));
		await user.json('package.finalize', { packageId: byId(expired) });
		await sandbox.control.post('/clock', { advance: 2 * 24 * 3600 });
		const { createdAt } = await user.json('package.create', { ...PACKAGE, title: 'draft' });
		afterFirst = createdAt as string;
		await user.create({ title: 'inbound', direction: 'inbound' });
		const revoked = await user.create({ title: 'revoked', recipientEmail: 'Ann@Acme.com' });
		await user.json('package.revoke', { packageId: byId(revoked) });
	});

	it.each([
		[{}, ['revoked', 'inbound', 'draft', 'expired']],
		[{ statuses: ['expired'] }, ['expired']],
		[{ statuses: ['active', 'draft'] }, ['inbound', 'draft']],
		[{ statuses: ['completed'] }, []],
		[{ direction: 'inbound' }, ['inbound']],
		[{ recipientEmail: 'ANN@acme.com' }, ['revoked']],
		[{ direction: 'outbound', statuses: ['revoked', 'expired'] }, ['revoked', 'expired']],
	])('with the filters %j, returns %j', async (options, titles) => {
		const found = await list({ returnAll: true, options });
		expect(found.map(({ title }) => title)).toEqual(titles);
	});

	it('includes packages created exactly at Created After', async () => {
		const titles = async (createdAfter: string) =>
			(await list({ returnAll: true, options: { createdAfter } })).map(({ title }) => title);
		expect(await titles(afterFirst)).toEqual(['revoked', 'inbound', 'draft']);
		const later = new Date(Date.parse(afterFirst) + 24 * 3600_000).toISOString();
		expect(await titles(later)).toEqual([]);
	});

	it('returns packages with their files, simplified or complete', async () => {
		const [simple] = await list({ returnAll: true, options: { statuses: ['expired'] } });
		expect(Object.keys(simple)).not.toContain('ownerUserId');
		expect(simple.files).toEqual([expect.objectContaining({ name: 'a.txt' })]);
		const [whole] = await list({ simplify: false, limit: 1 });
		expect(whole).toMatchObject({ owner_user_id: 1, transport_mode: 'http', title: 'revoked' });
	});

	it('requests no more packages than the limit', async () => {
		expect((await list({ limit: 3 })).map(({ title }) => title)).toEqual([
			'revoked',
			'inbound',
			'draft',
		]);
		expect(await user.calls()).toEqual(['GET /packages 200']);
	});
});

describe('a long list', () => {
	const total = () => user.count();

	beforeAll(async () => {
		await sandbox.reset();
		const input = Array.from({ length: 405 }, (_, index) => ({ json: { title: `n${index}` } }));
		outputOf(
			await user.run('package.create', { ...PACKAGE, title: '={{ $json.title }}' }, { input }),
		);
	});

	it('is read page by page up to the end', async () => {
		const found = await list({ returnAll: true });
		expect(new Set(found.map(({ packageId }) => packageId)).size).toBe(await total());
		expect((await user.calls()).slice(0, 3)).toEqual(Array(3).fill('GET /packages 200'));
	});

	it('is read until enough packages match the filter', async () => {
		const found = await list({ limit: 1, options: { statuses: ['expired'] } });
		expect(found.map(({ title }) => title)).toEqual(['expired']);
		expect(await user.calls()).toHaveLength(3);
	});

	it('is read up to the first page that is too old', async () => {
		const createdAfter = new Date(Date.now() + 100 * 24 * 3600_000).toISOString();
		expect(await list({ returnAll: true, options: { createdAfter } })).toEqual([]);
		expect(await user.calls()).toHaveLength(1);
	});
});

describe('a list that shifts while it is read, or has a wrong total', () => {
	const at = (offset: number) => `/api/v1/packages?limit=200&offset=${offset}`;
	const page = (count: number | string, first: number, length: number) => ({
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({
			total: count,
			items: Array.from({ length }, (_, index) => ({ id: `p${first + index}`, status: 'draft' })),
		}),
	});

	async function idsFrom(pages: Record<string, ReturnType<typeof page>>) {
		const host = await new TestServer().respondByUrl(pages, { status: 500, body: '{}' }).start();
		try {
			const credentials = { baseUrl: host.url, apiToken: 'sf_x' };
			const parameters = { resource: 'package', operation: 'getAll', returnAll: true };
			const items = outputOf(await runNode(speedyFilesNode(credentials, parameters)));
			return items.map(({ json }) => Number(String(json.packageId).slice(1)));
		} finally {
			await host.stop();
		}
	}

	const count = (length: number) => Array.from({ length }, (_, index) => index);

	it.each([
		['a number', Number],
		['text', String],
	])('because packages are deleted: skips none, with a total that is %s', async (_, as) => {
		// Five packages of the first page are deleted before the second is requested: p200 to p204 move before offset 200.
		const found = await idsFrom({
			[at(0)]: page(as(300), 0, 200),
			[at(200)]: page(as(295), 205, 95),
			[at(195)]: page(as(295), 200, 100),
		});
		expect(found).toEqual(count(300));
	});

	it('because packages are added: returns none twice', async () => {
		const found = await idsFrom({
			[at(0)]: page(300, 0, 200),
			[at(200)]: page(303, 197, 103),
		});
		expect(found).toEqual(count(300));
	});

	it('because the service repeats the same page: stops reading', async () => {
		const found = await idsFrom({
			[at(0)]: page(1_000_000, 0, 200),
			[at(200)]: page(1_000_000, 0, 200),
		});
		expect(found).toEqual(count(200));
	});

	it.each([0, 1, 199])(
		'with a total of %i, which is too small: returns all packages',
		async (total) => {
			const found = await idsFrom({
				[at(0)]: page(total, 0, 200),
				[at(200)]: page(total, 200, 200),
				[at(400)]: page(total, 400, 5),
			});
			expect(found).toEqual(count(405));
		},
	);

	it('because all remaining packages are deleted: stops reading', async () => {
		const found = await idsFrom({
			[at(0)]: page(201, 0, 200),
			[at(200)]: page(0, 0, 0),
		});
		expect(found).toEqual(count(200));
	});
});
