import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { allNodes, credentialsFor, operationsOf } from '../../support/descriptions';
import { errorOf, runNode } from '../../support/engine';
import { useTestServer } from '../../support/testServer';

/** Every node with Clean Up, found by its description, so that a new one is tested automatically. */
const CLEAN_UPS = allNodes().flatMap(({ node, credentialType }) =>
	operationsOf(node)
		.filter(({ selection }) => selection.operation === 'cleanUp')
		.map(({ selection, fields }) => ({ node, credentialType, selection, fields })),
);
/** Options that neither limit nor protect anything. */
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

const host = useTestServer().respond({ body: '{}' });

it('Clean Up exists for three services', () => expect(CLEAN_UPS).toHaveLength(3));

describe.each(CLEAN_UPS.map((one) => [one.node.description.displayName, one] as const))(
	'Clean Up of %s rejects an empty filter or protection before the first request',
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
		const expectRejected = async (parameters: IDataObject, label: string) => {
			const { message } = errorOf(await run(parameters));
			expect(message).toContain(`“${label}”`);
			expect(message).not.toMatch(/undefined|object Object/);
			expect(host.requests).toEqual([]);
		};
		const options = fields.find(({ name }) => name === 'options')!.options as INodeProperties[];
		const limiting = options.filter(({ name }) => !OTHER_OPTIONS.includes(name));
		const texts = fields.filter(({ type }) => type === 'string');

		it.each(limiting.flatMap((one) => BLANK.map((value) => [one.displayName, value, one.name])))(
			'in the option %s: %j',
			async (label, value, name) =>
				await expectRejected({ options: { [name as string]: value as string } }, label as string),
		);

		it('in a field that is filled in', async () => {
			for (const { name, displayName } of texts) {
				for (const value of ['   ', '\u200b', [], {}, ...EXPRESSIONS]) {
					await expectRejected({ [name]: value as string }, displayName);
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
			'[""]',
			'*',
			'%',
			'={{ [] }}',
			'={{ JSON.stringify([]) }}',
			'={{ " , " }}',
			'={{ undefined }},{{ null }}',
		])('in Keep If … Contains, as a list of empty texts: %j', async (keepIfContains) => {
			const { displayName } = options.find(({ name }) => name === 'keepIfContains')!;
			await expectRejected({ options: { keepIfContains } }, displayName);
		});

		it.each([
			'={{ "contract," }}',
			'={{ "" }},contract',
			'={{ ["a", "", "b"].join() }}',
			'={{ JSON.stringify(["a", ""]) }}',
		])('in Keep If … Contains, as an empty text from an expression: %j', async (keepIfContains) => {
			const { displayName } = options.find(({ name }) => name === 'keepIfContains')!;
			await expectRejected({ options: { keepIfContains } }, displayName);
		});

		it('but accepts a typed list of texts that ends with a comma', async () => {
			await run({ options: { keepIfContains: 'contract, ' } });
			expect(host.requests).not.toEqual([]);
		});
	},
);
