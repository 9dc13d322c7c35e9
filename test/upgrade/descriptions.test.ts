/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { IDataObject, INodeProperties, INodePropertyMode, INodeType } from 'n8n-workflow';

import { allNodes, placesIn } from '../support/descriptions';
import { root } from '../support/packages';
import { loadPublishedPackage, publishedExamples } from '../support/publishedPackage';
import {
	issuesOf,
	openedBy,
	operationsOrTrigger,
	savedParametersOf,
} from '../support/savedParameters';
import {
	CHANGED_DEFAULTS,
	type KnownChange,
	NEWLY_REQUIRED,
	OPTIONAL_OUTPUTS,
	REMOVED,
	RENAMED_OUTPUTS_CHANGELOG,
} from './knownChanges';

const published = loadPublishedPackage();
const current = allNodes();
const nodes = new Map(current.map(({ node }) => [node.description.name, node]));
const names = [...published.nodes.keys()];

const versionsOf = ({ description }: INodeType) => [description.version].flat();

/** Compares the content alone: n8n-workflow creates its objects in another context, with other prototypes. */
const isSame = (one: unknown, other: unknown) => isDeepStrictEqual(plain(one), plain(other));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify({ value }));

/** The known changes that have explained a difference. */
const used = new Set<KnownChange>();

function explains(
	changes: readonly KnownChange[],
	node: string,
	operation: string,
	path: string,
	choice?: unknown,
): boolean {
	const found = changes.find(
		(change) =>
			change.nodes.includes(node) &&
			(change.operation ?? operation) === operation &&
			(path === change.field || path.startsWith(`${change.field}.`)) &&
			(change.choices === undefined || change.choices.includes(choice as string)),
	);
	if (found) used.add(found);
	return found !== undefined;
}

/** Parameters without the fields that are known to be gone from their operation. */
function withoutRemoved(node: string, operation: string, parameters: IDataObject, path = '') {
	const kept: IDataObject = {};
	for (const [name, value] of Object.entries(parameters)) {
		const own = path + name;
		if (!nodeHas(node, operation, own) && explains(REMOVED, node, operation, own)) continue;
		const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
		kept[name] = isObject
			? withoutRemoved(node, operation, value as IDataObject, `${own}.`)
			: value;
	}
	return kept;
}

/** The paths of all fields of a current operation. */
const pathsOf = memoize((node: string, title: string) =>
	operationsOrTrigger(nodes.get(node)!)
		.filter((operation) => operation.title === title)
		.flatMap(({ fields }) => placesIn(fields))
		.map(({ path }) => `${path.join('.')}.`),
);

function memoize<T>(read: (node: string, title: string) => T) {
	const known = new Map<string, T>();
	return (node: string, title: string): T => {
		const key = `${node} ${title}`;
		if (!known.has(key)) known.set(key, read(node, title));
		return known.get(key)!;
	};
}

/** Whether an operation of the current node has a field with this path, or fields below it. */
const nodeHas = (name: string, title: string, path: string) =>
	pathsOf(name, title).some((own) => own.startsWith(`${path}.`));

describe.each(names)('%s of version 0.1.0', (name) => {
	const before = published.nodes.get(name)!;
	const now = nodes.get(name)!;

	it('still exists, in each of its versions', () => {
		expect(now).toBeDefined();
		expect(versionsOf(now)).toEqual(expect.arrayContaining(versionsOf(before)));
	});

	it('has the same inputs, outputs and credentials, and the same URLs of webhooks', () => {
		const connections = ({ description }: INodeType) => ({
			inputs: description.inputs,
			outputs: description.outputs,
			credentials: description.credentials?.map(({ name: type, required }) => [type, required]),
			webhooks: description.webhooks?.map((one) => [one.name, one.httpMethod, one.path]),
			isPolling: description.polling === true,
			isTool: description.usableAsTool === true,
		});
		expect(connections(now)).toEqual(connections(before));
	});

	it('has the same operations and fields with the same types, choices and modes', () => {
		const missing: string[] = [];
		const operations = operationsOrTrigger(now);
		for (const { title, fields } of operationsOrTrigger(before)) {
			const operation = operations.find((one) => one.title === title);
			if (!operation) missing.push(title);
			const places = placesIn(operation?.fields ?? []);
			for (const { path, field } of operation ? placesIn(fields) : []) {
				const key = path.join('.');
				const same = places.find((place) => place.path.join('.') === key)?.field;
				const label = `${title}: ${key}`;
				if (!same) {
					if (!explains(REMOVED, name, title, key)) missing.push(label);
					continue;
				}
				if (same.type !== field.type) missing.push(`${label} is now of type ${same.type}`);
				if (!isSame(same.default, field.default) && !explains(CHANGED_DEFAULTS, name, title, key)) {
					missing.push(`${label} has another default`);
				}
				if (
					same.required === true &&
					field.required !== true &&
					!explains(NEWLY_REQUIRED, name, title, key)
				) {
					missing.push(`${label} is now required`);
				}
				for (const choice of choicesOf(field).filter((one) => !choicesOf(same).includes(one))) {
					if (!explains(REMOVED, name, title, key, choice)) missing.push(`${label} = ${choice}`);
				}
				for (const problem of narrowedLimits(field, same)) missing.push(`${label} ${problem}`);
			}
		}
		expect(missing).toEqual([]);
	});

	describe.each(versionsOf(before))('in version %d', (version) => {
		it.each(operationsOrTrigger(before).map((one) => [one.title, one] as const))(
			'opens what was saved for %s unchanged, and reads the same values from it',
			(title, operation) => {
				const changed: string[] = [];
				const withoutChanged = (values: IDataObject): IDataObject =>
					Object.fromEntries(
						Object.entries(values).filter(
							([field]) => !explains(CHANGED_DEFAULTS, name, title, field),
						),
					);
				for (const saved of savedParametersOf(before, version, operation)) {
					const { parameters } = saved;
					const note = (problem: string) => changed.push(`${saved.title}: ${problem}`);
					const expected = withoutChanged(withoutRemoved(name, title, parameters));
					const opened = withoutChanged(openedBy(now, version, parameters, false));
					if (!isSame(opened, expected)) note(`opens as ${JSON.stringify(opened)}`);

					const read = openedBy(now, version, parameters, true);
					const known = openedBy(before, version, parameters, true);
					for (const [field, value] of Object.entries(
						withoutChanged(withoutRemoved(name, title, known)),
					)) {
						if (!isSame(read[field], value)) {
							note(`${field} is ${JSON.stringify(read[field])}, not ${JSON.stringify(value)}`);
						}
					}
					const issues = issuesOf(before, version, parameters);
					for (const [field, texts] of Object.entries(issuesOf(now, version, parameters))) {
						if (field in issues || explains(NEWLY_REQUIRED, name, title, field)) continue;
						note(`n8n shows ${texts.join(', ')}`);
					}
				}
				expect(changed).toEqual([]);
			},
		);
	});
});

/** The choices of a field, or the modes of a locator. */
const choicesOf = ({ options = [], modes = [] }: INodeProperties): string[] => [
	...options.flatMap((option) => ('value' in option ? [String(option.value)] : [])),
	...modes.map((mode: INodePropertyMode) => mode.name),
];

/** Limits that exclude numbers from 0 to a million that the field accepted before. */
function narrowedLimits(before: INodeProperties, now: INodeProperties): string[] {
	const { minValue = 0, maxValue = MOST, numberPrecision } = before.typeOptions ?? {};
	const limits = now.typeOptions ?? {};
	const problems: string[] = [];
	if ((limits.minValue ?? 0) > minValue) problems.push(`must now be ${limits.minValue} or more`);
	if ((limits.maxValue ?? MOST) < Math.min(maxValue, MOST))
		problems.push(`must now be ${limits.maxValue} or less`);
	if ((limits.numberPrecision ?? 0) < (numberPrecision ?? 0)) problems.push('must now be whole');
	return problems;
}
const MOST = 30_000;

describe.each([...published.credentials])('the credential %s of version 0.1.0', (name, before) => {
	it('has the same fields, types and defaults', () => {
		const now = current.find(({ credentialType }) => credentialType.name === name);
		const described = ({ properties }: { properties: INodeProperties[] }) =>
			properties.map((one) => [one.name, one.type, one.default]);
		expect(described(now!.credentialType)).toEqual(
			expect.arrayContaining(
				described(before).map((one) => expect.arrayContaining(one) as unknown),
			),
		);
	});
});

describe.each(publishedExamples())(
	'the example %s of version 0.1.0',
	(_, { nodes: inWorkflow }) => {
		const own = inWorkflow.filter(({ type }) => type.startsWith('n8n-nodes-file-delivery.'));

		it.each(own.map((node) => [node.name, node] as const))(
			'opens with %s unchanged',
			(__, node) => {
				const type = node.type.replace(/^n8n-nodes-file-delivery\.|Tool$/g, '');
				const opened = (by: Map<string, INodeType>) =>
					plain(openedBy(by.get(type)!, node.typeVersion, node.parameters as IDataObject, true));
				expect(opened(nodes)).toMatchObject(opened(published.nodes) as object);
				const issues = issuesOf(nodes.get(type)!, node.typeVersion, node.parameters as IDataObject);
				expect(issues).toEqual({});
			},
		);
	},
);

describe('the known changes', () => {
	const all = [...REMOVED, ...CHANGED_DEFAULTS, ...NEWLY_REQUIRED];
	const titled = [...all, ...OPTIONAL_OUTPUTS].map(
		(change) => [`${change.nodes.join(', ')}: ${change.field}`, change] as const,
	);

	it.each(titled)('%s is announced in the changelog', (_, { changelog }) => {
		expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(changelog);
	});

	it('are announced for the names of output fields', () => {
		expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(RENAMED_OUTPUTS_CHANGELOG);
	});

	// Runs last, and only if the other tests run too.
	it('are all needed', () => {
		expect(all.filter((change) => !used.has(change))).toEqual([]);
	});
});
