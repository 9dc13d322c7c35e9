/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
/** The documentation and the notices only name fields, options, operations and events that exist, by their labels. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { INodeProperties } from 'n8n-workflow';

import { allNodes, operationsOf } from './support/descriptions';

const root = resolve(__dirname, '..');

const nodes = allNodes();
type Node = (typeof nodes)[number];

type Member = NonNullable<INodeProperties['options']>[number];

/** The labels of fields, of their choices and of the fields in collections. */
const labelsOf = (fields: Member[]): string[] =>
	fields.flatMap((field) => {
		if ('values' in field) return [field.displayName, ...labelsOf(field.values)];
		return 'type' in field ? [field.displayName, ...labelsOf(field.options ?? [])] : [field.name];
	});

const namesOf = ({ node, credentialType }: Node): string[] => [
	node.description.displayName,
	credentialType.displayName,
	...labelsOf(node.description.properties),
	...labelsOf(credentialType.properties),
];

/** Names of n8n’s own settings, buttons and nodes. */
const OF_N8N = [
	...['Settings', 'Community nodes', 'Install', 'Import', 'From file', 'Import from File...'],
	...['Production URL', 'Test URL', 'Webhook URLs', 'Execute step', 'Execute workflow'],
	...['Poll Times', 'Retry On Fail', 'On Error', 'Continue', 'Continue (using error output)'],
	...['Execute Once', 'All Possible Combinations', 'Save execution progress'],
	...['Save successful production executions', 'Do not save', 'Redis', 'Merge', 'Filter'],
	...['Loop Over Items', 'Execute Sub-workflow', 'Wait For Sub-Workflow Completion'],
];

/** Names in the services’ own pages, by the page of the documentation. */
const OF_SERVICES: Readonly<Record<string, readonly string[]>> = {
	'FileCourier.md': ['Projects'],
	'FilesApp.md': ['Settings', 'API Keys'],
	'Filestack.md': ['Webhooks', 'Security', 'Base URLs'],
	'SpeedyFiles.md': ['Webhooks', 'API Tokens', 'Test'],
	'README.md': ['Security', 'Report a vulnerability'],
};

const read = (file: string) => readFileSync(join(root, file), 'utf8').replace(/`[^`]*`/g, '');

/** Returns the names in bold, of a page or of a notice. A word in lower case is only stressed. */
const boldNames = (text: string): string[] =>
	[...text.matchAll(/\*\*([A-Z][^*]*)\*\*|<b>([A-Z][^<]*)<\/b>/g)]
		.map(([, markdown, html]) => markdown ?? html)
		.flatMap((name) => name.split(' → '));

const unknownIn = (names: string[], ...known: Array<readonly string[]>) => {
	const all = new Set(known.flat());
	return names.filter((name) => !all.has(name));
};

/** The page of a service, which is called like the folder of its nodes. */
const pages = readdirSync(join(root, 'docs')).filter((file) => /^[A-Z]\w+\.md$/.test(file));
const servicePages = pages.filter((file) => /^# .+ in n8n$/m.test(read(`docs/${file}`)));
const nodesOf = (page: string) =>
	nodes.filter(
		({ credentialType }) =>
			credentialType.name.toLowerCase() === page.replace('.md', 'Api').toLowerCase(),
	);

/** Returns the fields of `$json` in the expressions of a text. */
const fieldsIn = (text: string): string[] =>
	[...text.matchAll(/\$json\.(\w+)/g)].map(([, field]) => field);

/** The fields of all outputs: the page lists them in code spans, and a test compares it with the outputs. */
const outputs = [...readFileSync(join(root, 'docs/outputs.md'), 'utf8').matchAll(/`(\w+)`/g)].map(
	([, field]) => field,
);

it.each(['README.md', 'examples/README.md', ...pages.map((page) => `docs/${page}`)])(
	'the expressions in %s name only fields of outputs',
	(page) => {
		expect(unknownIn(fieldsIn(readFileSync(join(root, page), 'utf8')), outputs)).toEqual([]);
	},
);

it('the expressions in placeholders and defaults name only fields of outputs', () => {
	const texts = JSON.stringify(nodes.map(({ node }) => node.description.properties));
	expect(fieldsIn(texts).length).toBeGreaterThan(2);
	expect(unknownIn(fieldsIn(texts), outputs)).toEqual([]);
});

describe.each(servicePages)('docs/%s', (page) => {
	const own = nodesOf(page);

	it('names only fields, options and events of its nodes, by their labels', () => {
		const names = boldNames(read(`docs/${page}`));
		expect(names.length).toBeGreaterThan(10);
		expect(unknownIn(names, own.flatMap(namesOf), OF_N8N, OF_SERVICES[page] ?? [])).toEqual([]);
	});

	it('lists every operation of its node, and no other', () => {
		const [table] = /\| Resource[\s\S]*?\n\n/.exec(read(`docs/${page}`))!;
		const listed = [...table.matchAll(/^\| (\w[\w ]*?) +\| (\w[\w ,]*?) +\|/gm)]
			.slice(1)
			.flatMap(([, resource, names]) => names.split(', ').map((name) => `${resource}: ${name}`));
		const { node } = own.find(({ node: one }) => !one.description.group.includes('trigger'))!;
		const labels = (name: string) =>
			Object.fromEntries(
				node.description.properties
					.filter((property) => property.name === name)
					.flatMap(({ options = [], displayOptions }) =>
						options.map((option) => {
							const { value, name: label } = option as { value: string; name: string };
							const [resource] = (displayOptions?.show?.resource ?? ['']) as string[];
							return [`${resource}.${value}`, label];
						}),
					),
			);
		const [resources, operations] = [labels('resource'), labels('operation')];
		const all = operationsOf(node).map(
			({ selection: { resource, operation } }) =>
				`${resources[`.${String(resource)}`]}: ${operations[`${String(resource)}.${String(operation)}`]}`,
		);
		expect(listed.sort()).toEqual(all.sort());
	});
});

it('the changelog names only fields, options and nodes that exist', () => {
	expect(unknownIn(boldNames(read('CHANGELOG.md')), nodes.flatMap(namesOf), OF_N8N)).toEqual([]);
});

it('the README names only existing fields and options in the paths that it describes', () => {
	const paths = [...read('README.md').matchAll(/\*\*([A-Z][^*]* → [^*]*)\*\*/g)];
	const names = paths.flatMap(([, path]) => path.split(' → '));
	expect(names.length).toBeGreaterThan(20);
	expect(unknownIn(names, nodes.flatMap(namesOf), OF_N8N, OF_SERVICES['README.md'])).toEqual([]);
});

const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.json'));

interface ExampleNode {
	name: string;
	type: string;
	parameters: Record<string, unknown>;
}

const nodesOfExample = (file: string): ExampleNode[] =>
	(JSON.parse(readFileSync(join(root, 'examples', file), 'utf8')) as { nodes: ExampleNode[] })
		.nodes;

it('examples/README.md names only nodes of the examples, and fields and options that exist', () => {
	const nodeNames = examples.flatMap(nodesOfExample).map(({ name }) => name);
	const names = boldNames(read('examples/README.md'));
	expect(unknownIn(names, nodeNames, nodes.flatMap(namesOf), OF_N8N)).toEqual([]);
});

/** Sentences of the notes that are in bold as a whole. */
const STRESSED = ['Connect a chat model to the agent'];

/** Names in the pages of the sandbox. */
const OF_SANDBOX = ['API profile'];

it.each(examples)(
	'the notes of examples/%s name only its nodes, and fields and options that exist',
	(file) => {
		const own = nodesOfExample(file);
		const notes = own.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		const names = notes.flatMap(({ parameters }) => boldNames(String(parameters.content)));
		const nodeNames = own.map(({ name }) => name);
		const ofServices = Object.values(OF_SERVICES).flat();
		const known = [nodes.flatMap(namesOf), OF_N8N, ofServices, OF_SANDBOX, STRESSED];
		expect(unknownIn(names, nodeNames, ...known)).toEqual([]);
	},
);

it.each(nodes.map((one) => [one.node.description.displayName, one] as const))(
	'the notices of %s name only fields that exist',
	(_, one) => {
		const notices = one.node.description.properties.filter(({ type }) => type === 'notice');
		const names = notices.flatMap(({ displayName }) => boldNames(displayName));
		const service = nodes.filter(
			({ credentialType }) => credentialType.name === one.credentialType.name,
		);
		const ofServices = Object.values(OF_SERVICES).flat();
		expect(unknownIn(names, service.flatMap(namesOf), OF_N8N, ofServices)).toEqual([]);
	},
);
