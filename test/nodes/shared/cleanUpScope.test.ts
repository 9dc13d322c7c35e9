import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { allNodes, credentialsFor, operationsOf } from '../../support/descriptions';
import { errorOf, runNode } from '../../support/engine';
import { Host } from '../../support/host';

/** Every node that can clean up, found by its description: a further one needs no line here. */
const CLEAN_UPS = allNodes().flatMap(({ node, credentialType }) =>
	operationsOf(node)
		.filter(({ selection }) => selection.operation === 'cleanUp')
		.map(({ selection, fields }) => ({ node, credentialType, selection, fields })),
);
/** Options that neither narrow down what is deleted nor protect anything. */
const OTHER_OPTIONS = ['deletionsAtOnce', 'trustServiceClock'];

const EXPRESSIONS = [
	'undefined',
	'null',
	'""',
	'"  "',
	'[]',
	'({})',
	'$json.missing',
	'"\\u200b"',
].map((code) => `={{ ${code} }}`);
const BLANK = ['', '   ', '\t\n', '\u00a0', '\u200b', null, [], {}, ...EXPRESSIONS];

const host = new Host();
beforeAll(async () => await host.start({}, { body: '{}' }));
afterAll(async () => await host.stop());

it('three services have it', () => expect(CLEAN_UPS).toHaveLength(3));

describe.each(CLEAN_UPS.map((one) => [one.node.description.displayName, one] as const))(
	'%s: a filter or protection that is empty sends nothing',
	(_, { node, credentialType, selection, fields }) => {
		const run = async (parameters: IDataObject) => {
			host.requests.length = 0;
			const credentials = credentialsFor(credentialType, host.url);
			return await runNode({
				node,
				credentialType,
				credentials,
				parameters: { ...selection, dryRun: false, ...parameters },
			});
		};
		const refuses = async (parameters: IDataObject, label: string) => {
			const { message } = errorOf(await run(parameters));
			expect(message).toContain(`“${label}”`);
			expect(message).not.toMatch(/undefined|object Object/);
			expect(host.requests).toEqual([]);
		};
		const options = fields.find(({ name }) => name === 'options')!.options as INodeProperties[];
		const limiting = options.filter(({ name }) => !OTHER_OPTIONS.includes(name));
		const texts = fields.filter(({ type }) => type === 'string');

		it.each(limiting.flatMap((one) => BLANK.map((value) => [one.displayName, value, one.name])))(
			'option %s: %j',
			async (label, value, name) =>
				await refuses({ options: { [name as string]: value as string } }, label as string),
		);

		it('fields, if they are filled in', async () => {
			for (const { name, displayName } of texts) {
				for (const value of ['   ', '\u200b', [], {}, ...EXPRESSIONS]) {
					await refuses({ [name]: value as string }, displayName);
				}
			}
		});

		it.each([
			' , ',
			',',
			';;',
			'，、',
			'\n',
			' ,\u200b, ',
			'={{ " , " }}',
			'={{ undefined }},{{ null }}',
		])('a list of what to keep with nothing in it: %j', async (keepIfContains) => {
			const { displayName } = options.find(({ name }) => name === 'keepIfContains')!;
			await refuses({ options: { keepIfContains } }, displayName);
		});

		it.each(['={{ "contract," }}', '={{ "" }},contract', '={{ ["a", "", "b"].join() }}'])(
			'and one that an expression leaves a gap in: %j',
			async (keepIfContains) => {
				const { displayName } = options.find(({ name }) => name === 'keepIfContains')!;
				await refuses({ options: { keepIfContains } }, displayName);
			},
		);

		it('a comma at the end of what somebody has typed is no gap', async () => {
			await run({ options: { keepIfContains: 'contract, ' } });
			expect(host.requests).not.toEqual([]);
		});
	},
);
