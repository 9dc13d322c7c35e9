import { LoadOptionsContext } from 'n8n-core';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { SpeedyFiles } from '../../../nodes/SpeedyFiles/SpeedyFiles.node';
import { buildContext, outputOf } from '../../support/engine';
import { itemWith } from '../../support/binary';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { PACKAGE, speedyFilesNode, SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);
type List = keyof SpeedyFiles['methods']['listSearch'];

beforeAll(async () => {
	const input = Array.from({ length: 229 }, (_, index) => ({ json: { title: `n${index}` } }));
	await user.json('package.send', PACKAGE, {
		input: [await itemWith({ data: { name: 'report.pdf', bytes: Buffer.from('a') } })],
	});
	// Its files do not have a link yet.
	const draft = await user.create({ title: 'n' });
	outputOf(await user.upload(draft, { data: { name: 'draft.pdf', bytes: Buffer.from('a') } }));
	outputOf(
		await user.run('package.create', { ...PACKAGE, title: '={{ $json.title }}' }, { input }),
	);
});

async function search(list: List, filter?: string, token?: string): Promise<INodeListSearchResult> {
	const { workflow, subject, additionalData } = buildContext(
		speedyFilesNode(user.credentials, { resource: 'package', operation: 'get' }),
	);
	const context = new LoadOptionsContext(workflow, subject, additionalData, 'parameters.packageId');
	const { listSearch } = new SpeedyFiles().methods;
	return await listSearch[list].call(context as ILoadOptionsFunctions, filter, token);
}

it('returns packages with title, recipient, status and date, and a link to their page', async () => {
	const { results } = await search('searchPackages');
	expect(results[0].name).toMatch(/^n\d+ – cfo@acme\.com – draft, \d{4}-\d\d-\d\d \d\d:\d\d$/);
	expect(results[0].url).toBe(`${user.credentials.baseUrl}/dash/packages/${results[0].value}`);
	expect(await user.json('package.get', { packageId: byId(results[0].value) })).toBeTruthy();
});

it('continues with the next page up to the end', async () => {
	const values = new Set<unknown>();
	let token: string | undefined;
	do {
		const page = await search('searchPackages', undefined, token);
		for (const { value } of page.results) values.add(value);
		token = page.paginationToken as string | undefined;
	} while (token);
	expect(values.size).toBe(231);
});

it.each(['q4 FINANCIALS', '– active,'])('finds %j anywhere in the name', async (filter) => {
	const { results } = await search('searchPackages', filter);
	expect(results.map(({ name }) => name)).toEqual([
		expect.stringMatching(/^Q4 financials – cfo@acme.com – active, /),
	]);
});

it('returns the files of packages with an active link', async () => {
	const { results } = await search('searchFiles');
	expect(results.map(({ name }) => name)).toEqual(['report.pdf – Q4 financials – 1 B']);
});

it('lists only the packages that can be finalized, or revoked', async () => {
	const revoked = await user.json(
		'package.send',
		{ ...PACKAGE, title: 'Revoked' },
		{
			input: [await itemWith({ data: { name: 'report.pdf', bytes: Buffer.from('a') } })],
		},
	);
	outputOf(await user.run('package.revoke', { packageId: byId(revoked.packageId) }));
	const namesIn = async (list: List, filter: string) =>
		(await search(list, filter)).results.map(({ name }) => name.replace(/,.*/, ''));
	expect(await namesIn('searchActive', 'cfo')).toEqual(['Q4 financials – cfo@acme.com – active']);
	expect(await namesIn('searchFinalizable', 'Revoked')).toEqual([
		'Revoked – cfo@acme.com – revoked',
	]);
	expect(await namesIn('searchFinalizable', 'Q4 fin')).toEqual([]);
	expect(await namesIn('searchFinalizable', 'n228 –')).toEqual(['n228 – cfo@acme.com – draft']);
});

it('returns the active tokens', async () => {
	const { tokenId } = await user.json('token.create', { name: 'old' });
	await user.json('token.revoke', { tokenId: byId(tokenId) });
	const { results } = await search('searchTokens');
	expect(results).toEqual([
		{ name: expect.stringMatching(/^n8n \(sf_[\w-]{8}…\)$/) as string, value: '1' },
	]);
});
