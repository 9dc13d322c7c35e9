import type { IDataObject, INode, INodeExecutionData, IWorkflowSettings } from 'n8n-workflow';

import { itemWith, storedBinary } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { byId } from '../../support/locators';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

const itemOf = async (name: string, json: IDataObject = {}): Promise<INodeExecutionData> => ({
	...(await itemWith({ data: { name, bytes: Buffer.from(name) } })),
	json,
});
const threeItems = async () => await Promise.all(['a.txt', 'b.txt', 'c.txt'].map((n) => itemOf(n)));

async function sendAll(
	input: INodeExecutionData[],
	parameters: IDataObject = {},
	settings: Partial<INode> = {},
) {
	const all = { ...PACKAGE, allItemsInOnePackage: true, ...parameters };
	return await user.run('package.send', all, { input, settings });
}

const namesIn = ({ files }: IDataObject) => (files as IDataObject[]).map(({ name }) => name);

describe('All Items in One Package', () => {
	it('sends the files of all items in one package with one email, paired with all items', async () => {
		const [{ json, pairedItem }, ...others] = outputOf(await sendAll(await threeItems()));
		expect(others).toEqual([]);
		expect(pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(namesIn(json)).toEqual(['a.txt', 'b.txt', 'c.txt']);
		expect(json).toMatchObject({ status: 'active', fileCount: 3, totalSize: 15 });
		const calls = (await user.calls()).map((call) => call.replace(String(json.packageId), 'ID'));
		const upload = 'POST /packages/ID/files 201';
		const finalize = 'POST /packages/ID/finalize 200';
		expect(calls).toEqual(['POST /packages 201', upload, upload, upload, finalize]);
	});

	it('sends a file that several items contain once', async () => {
		const binary = { data: await storedBinary({ name: 'same.txt', bytes: Buffer.from('same') }) };
		const input = ['x', 'y'].map((name) => ({ json: { name }, binary }));
		const [{ json }] = outputOf(await sendAll(input));
		expect(namesIn(json)).toEqual(['same.txt']);
	});

	it('turned off, sends a package for each item', async () => {
		const input = await threeItems();
		expect(outputOf(await sendAll(input, { allItemsInOnePackage: false }))).toHaveLength(3);
		const finalized = (await user.calls()).filter((call) => call.includes('/finalize'));
		expect(finalized).toHaveLength(3);
	});

	it.each([
		['the same recipient', 'cfo@acme.com', true],
		['different recipients', '={{ $json.to }}', false],
	])('turned off, is suggested for %s only', async (_, recipientEmail, isSuggested) => {
		const input = [
			await itemOf('a.txt', { to: 'a@acme.com' }),
			await itemOf('b.txt', { to: 'b@acme.com' }),
		];
		const run = await sendAll(input, { allItemsInOnePackage: false, recipientEmail });
		const { hints = [] } = run.data.resultData.runData.Subject[0];
		expect(hints.map(({ message }) => message)).toEqual(
			isSuggested ? [expect.stringContaining('turn on All Items in One Package')] : [],
		);
	});

	it.each<[string, IDataObject]>([
		['Recipient Email', { recipientEmail: '={{ $json.value }}@acme.com' }],
		['Title', { title: '={{ $json.value }}' }],
		['Note', { options: { note: '={{ $json.value }}' } }],
	])('rejects items with a different %s, and names them', async (label, parameters) => {
		const values = ['x', 'x', 'y'];
		const input = await Promise.all(values.map((value) => itemOf('a.txt', { value })));
		const error = errorOf(await sendAll(input, parameters));
		expect(error.message).toContain(
			`The field “${label}” has different values in the items 0 and 2`,
		);
		expect(error.description).toMatch(/Item 0 has “x.*”, item 2 has “y/);
		expect(error.context?.itemIndex).toBe(2);
		expect(await user.calls()).toEqual([]);
	});

	it('rejects an expression, because the items could disagree', async () => {
		const input = [await itemOf('a.txt', { on: true }), await itemOf('b.txt', { on: false })];
		const error = errorOf(await sendAll(input, { allItemsInOnePackage: '={{ $json.on }}' }));
		expect(error.message).toContain('The field “All Items in One Package” must be true or false');
		expect(await user.calls()).toEqual([]);
	});

	it('names an item without a file before it creates a package', async () => {
		const input = [await itemOf('a.txt'), { json: {} }];
		const error = errorOf(await sendAll(input));
		expect([error.message, error.context?.itemIndex]).toEqual(['No file found in the input', 1]);
		expect(await user.calls()).toEqual([]);
	});

	describe('with an upload that fails', () => {
		const failSecond = async () =>
			await user.fault(
				{ type: 'status', status: 500 },
				{ method: 'POST', path: '/api/v1/packages/*/files', nth: 2 },
			);

		it('names the item, and what is in the package', async () => {
			await failSecond();
			const error = errorOf(await sendAll(await threeItems()));
			expect(error.context?.itemIndex).toBe(1);
			expect(error.description).toContain('exists with 1 of 3 files (“a.txt”). It is a draft.');
		});

		it.each<[NonNullable<INode['onError']>, number]>([
			['continueRegularOutput', 0],
			['continueErrorOutput', 1],
		])('and %s, outputs one failed item', async (onError, output) => {
			await failSecond();
			const run = await sendAll(await threeItems(), {}, { onError });
			const items = outputOf(run, output);
			expect(items).toHaveLength(1);
			expect(items[0].json.error).toContain('SpeedyFiles responded with 500');
		});
	});

	describe('from URLs', () => {
		const headers = { 'content-type': 'text/plain', 'content-length': '7' };
		const host = new TestServer().respond(({ path }) =>
			path === '/missing.txt' ? { status: 404 } : { headers, body: 'content' },
		);
		beforeAll(async () => await host.start());
		afterAll(async () => await host.stop());
		const itemsWith = (...paths: string[]) =>
			paths.map((path) => ({ json: { url: `${host.url}${path}` } }));
		const fromUrl = { source: 'url', url: '={{ $json.url }}' };

		it('sends one file per item', async () => {
			const [{ json }] = outputOf(await sendAll(itemsWith('/a.txt', '/b.txt'), fromUrl));
			expect(namesIn(json)).toEqual(['a.txt', 'b.txt']);
		});

		it('names the item whose URL cannot be read', async () => {
			const error = errorOf(await sendAll(itemsWith('/a.txt', '/missing.txt'), fromUrl));
			expect(error.message).toContain('404');
			expect(error.context?.itemIndex).toBe(1);
			expect(error.description).toContain('exists with 1 of 2 files (“a.txt”). It is a draft.');
		});
	});
});

describe('Create, then Upload File, then Finalize', () => {
	it.each<[string, IWorkflowSettings]>([
		['', {}],
		[' in n8n’s combined mode', { binaryMode: 'combined' } as IWorkflowSettings],
	])('uploads the files that Create passes on%s', async (_, workflowSettings) => {
		const { data } = (await itemOf('a.txt')).binary!;
		const isCombined = 'binaryMode' in workflowSettings;
		const input: INodeExecutionData[] = [
			isCombined
				? { json: { other: 1, _files: { data } as unknown as IDataObject } }
				: { json: { other: 1 }, binary: { data } },
		];
		const created = outputOf(
			await user.run('package.create', PACKAGE, { input, workflowSettings }),
		);
		expect(created[0].json).not.toHaveProperty('other');
		const { packageId: id } = created[0].json;
		const uploaded = await user.run(
			'package.uploadFile',
			{ packageId: byId('={{ $json.packageId }}') },
			{ input: created, workflowSettings },
		);
		const finalized = await user.run(
			'package.finalize',
			{ packageId: byId('={{ $json.packageId }}') },
			{ input: outputOf(uploaded) },
		);
		expect(outputOf(finalized)[0].json).toMatchObject({ packageId: id, link: expect.any(String) });
		expect(await user.look(String(id))).toMatchObject({
			status: 'active',
			files: [{ original_name: 'a.txt' }],
		});
	});
});
