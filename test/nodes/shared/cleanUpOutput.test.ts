import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { allNodes, credentialsFor, operationsOf } from '../../support/descriptions';
import { outputOf, runNode } from '../../support/engine';
import { ListServer } from '../../support/listServer';

const DAY = 86_400_000;

/** Every node with Clean Up, found by its description, so that a new one is tested automatically. */
const CLEAN_UPS = allNodes().flatMap(({ node, credentialType }) =>
	operationsOf(node)
		.filter(({ selection }) => selection.operation === 'cleanUp')
		.map(({ selection, fields }) => ({ node, credentialType, selection, fields })),
);

const server = new ListServer();
beforeAll(async () => await server.start());
afterAll(async () => await server.stop());
beforeEach(() => {
	server.reset();
	server.files = [file('old 1', 400), file('old 2', 300), file('new', 1)];
});

/** A file that expires half a year after its creation. */
const file = (id: string, age: number): IDataObject => ({
	id,
	name: `${id}.txt`,
	createdAt: new Date(Date.now() - age * DAY).toISOString(),
	expiresAt: new Date(Date.now() - (age - 180) * DAY).toISOString(),
});

describe.each(CLEAN_UPS.map((one) => [one.node.description.displayName, one] as const))(
	'Clean Up of %s',
	(_, { node, credentialType, selection, fields }) => {
		const noun = selection.resource as string;
		const run = async (parameters: IDataObject = {}, input?: INodeExecutionData[]) => {
			const ended = await runNode({
				...{ node, credentialType, input },
				credentials: credentialsFor(credentialType, server.url),
				parameters: { ...selection, ...parameters },
			});
			const { hints = [] } = ended.data.resultData.runData.Subject[0];
			const items = outputOf(ended).map(({ json }) => json);
			return { items, hints: hints.map(({ message }) => message) };
		};

		it('is a dry run by default, which outputs what matches and says that nothing was deleted', async () => {
			const { items, hints } = await run();
			expect(items.map(({ action, dryRun }) => [action, dryRun])).toEqual([
				['wouldDelete', true],
				['wouldDelete', true],
			]);
			expect(hints).toEqual([
				`Dry run: nothing was deleted. 2 of 3 ${noun}s would be deleted. To delete, turn off Dry Run.`,
			]);
			expect(server.deleted).toEqual([]);
		});

		it('says so once for several input items', async () => {
			const { hints } = await run({}, [{ json: {} }, { json: {} }]);
			expect(hints).toHaveLength(1);
			expect(hints[0]).toMatch(/^Dry run: nothing was deleted\. 2 of \d+ /);
		});

		it('with Dry Run off, outputs an item per deletion and no hint', async () => {
			const { items, hints } = await run({ dryRun: false });
			expect(items.map(({ action }) => action)).toEqual(['deleted', 'deleted']);
			expect(hints).toEqual([]);
			expect([...server.deleted].sort()).toEqual(['old 1', 'old 2']);
		});

		it.each([
			[true, 'Dry run: nothing was deleted. None of 1 % match.'],
			[false, 'Nothing was deleted. None of 1 % match.'],
		])('with Dry Run %s, says why there is no output', async (dryRun, hint) => {
			server.files = [file('new', 1)];
			const { items, hints } = await run({ dryRun });
			expect([items, hints]).toEqual([[], [hint.replace('%', noun)]]);
		});

		it('does not say that nothing was deleted if only one of several input items is a dry run', async () => {
			const input = [{ json: { dry: false } }, { json: { dry: true } }];
			const { hints } = await run({ dryRun: '={{ $json.dry }}' }, input);
			expect(server.deleted.length).toBeGreaterThan(0);
			expect(hints).toEqual([]);
		});

		it('says that there is nothing to check', async () => {
			server.files = [];
			const { hints } = await run();
			expect(hints).toEqual([`Dry run: nothing was deleted. There are no ${noun}s to check.`]);
		});

		it('with Output set to All Checked, outputs what is kept as well', async () => {
			const { items } = await run({ output: 'each' });
			expect(items.map(({ action }) => action)).toEqual(['wouldDelete', 'wouldDelete', 'kept']);
		});

		it.each([
			[true, `2 ${noun}s would be deleted`],
			[false, `2 ${noun}s deleted`],
		])(
			'with Dry Run %s, summarizes the run as the subject and the text of an email',
			async (dryRun, said) => {
				const { items } = await run({ dryRun, output: 'summary' });
				const [{ subject, text, ...more }] = items;
				expect(subject).toBe(`${String(more.service)}: ${said}`);
				expect(String(text).split('\n')).toEqual([
					expect.stringContaining(`3 ${noun}s found`),
					expect.stringMatching(/^- old 1/),
					expect.stringMatching(/^- old 2/),
				]);
				expect(more).toMatchObject({ found: 3, selected: 2, kept: 1, dryRun });
			},
		);

		it('offers the output that is the default first', () => {
			const output = fields.find(({ name }) => name === 'output')!;
			expect(output.options![0]).toMatchObject({ value: output.default });
		});
	},
);
