/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INodeExecutionData,
	INodeProperties,
	INodePropertyCollection,
	INodeType,
} from 'n8n-workflow';

import { itemWith } from './binary';
import { type NodeUnderTest, outputOf, runNode } from './engine';
import { byId } from './locators';

/** One way to run an operation, derived from the description of its node. */
export interface Case {
	service: string;
	/** Service, resource, operation and what differs from the defaults. */
	name: string;
	Node: new () => INodeType;
	Credential: new () => ICredentialType;
	/** @param origin where each address in a field leads to */
	parameters(origin: string): IDataObject;
}

const ROOT = join(__dirname, '../..');

/** Every operation of every node, with each choice of its selections, and in parts where it can send parts. */
export function everyOperation(): Case[] {
	return readdirSync(join(ROOT, 'nodes'))
		.filter((folder) => folder !== 'shared')
		.flatMap((service) => {
			const Node = classIn<INodeType>(`nodes/${service}/${service}.node`, service);
			const Credential = classIn<ICredentialType>(
				`credentials/${service}Api.credentials`,
				`${service}Api`,
			);
			const { properties } = new Node().description;
			return properties
				.filter(({ name }) => name === 'operation')
				.flatMap((selector) => {
					const [resource] = selector.displayOptions!.show!.resource as string[];
					const operations = (selector.options ?? []) as Array<{ value: string }>;
					return operations.flatMap(({ value }) =>
						casesOf({ service, Node, Credential }, properties, resource, value),
					);
				});
		});
}

const classIn = <T>(path: string, name: string) =>
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	(require(join(ROOT, path)) as Record<string, new () => T>)[name];

function casesOf(
	node: Pick<Case, 'service' | 'Node' | 'Credential'>,
	properties: INodeProperties[],
	resource: string,
	operation: string,
): Case[] {
	const fields = properties.filter(({ displayOptions }) => {
		const { resource: resources = [], operation: operations = [] } = displayOptions?.show ?? {};
		return (
			(resources as string[]).includes(resource) && (operations as string[]).includes(operation)
		);
	});
	const options = (fields.find(({ name }) => name === 'options')?.options ??
		[]) as INodeProperties[];
	const has = (option: string) => options.some(({ name }) => name === option);
	// An outage would otherwise last for ten minutes.
	const always = has('giveUpMinutes') ? { giveUpMinutes: 0 } : undefined;
	const inParts = has('thresholdMb') ? { ...always, thresholdMb: 0 } : always;
	const variants: IDataObject[] = [
		always ? { options: always } : {},
		...fields.flatMap(othersOf).map((other) => (always ? { options: always, ...other } : other)),
		...(inParts ? [{ options: inParts }] : []),
		...options.flatMap(othersOf).map((other) => ({ options: { ...inParts, ...other } })),
	];
	return variants.map((variant) => ({
		...node,
		name: [
			node.service,
			resource,
			operation,
			Object.keys(variant).length && JSON.stringify(variant),
		]
			.filter(Boolean)
			.join(' '),
		parameters: (origin) => ({
			resource,
			operation,
			...Object.fromEntries(fields.map((field) => [field.name, valueOf(field, origin)])),
			...variant,
		}),
	}));
}

/** The values of a selection, or of a switch, that are not its default. */
function othersOf({ name, type, options = [], default: usual }: INodeProperties): IDataObject[] {
	if (type === 'boolean') return [{ [name]: !usual }];
	if (type !== 'options') return [];
	return (options as Array<{ value: string }>)
		.filter(({ value }) => value !== usual)
		.map(({ value }) => ({ [name]: value }));
}

function valueOf(field: INodeProperties, origin: string) {
	const { type, required, default: usual, placeholder } = field;
	if (type === 'resourceLocator') return byId('12345678');
	if (type === 'fixedCollection') return { ...(usual as object), ...oneEntryOf(field) };
	if (type === 'options' || (usual !== '' && usual !== undefined) || !required) return usual;
	if (type === 'dateTime') return '2099-01-01T00:00:00Z';
	const example = (placeholder ?? '').replace(/^e\.g\. /, '') || 'some text';
	return /\{\{|^https?:/.test(example) ? `${origin}/p/abc/file/def` : example;
}

/** One entry of a collection, with the defaults of its fields that are visible then. */
function oneEntryOf({ options = [] }: INodeProperties): IDataObject {
	const [{ name, values }] = options as INodePropertyCollection[];
	const [{ name: selector, default: selected }] = values;
	const visible = values.filter(({ displayOptions }) => {
		const wanted = displayOptions?.show?.[selector] as unknown[] | undefined;
		return wanted === undefined || wanted.includes(selected);
	});
	return { [name]: [Object.fromEntries(visible.map((one) => [one.name, one.default]))] };
}

/** A secret for each field of the credential that is one, and addresses that lead to the origin. */
export function credentialsOf(
	{ Credential }: Case,
	origin: string,
): { credentials: ICredentialDataDecryptedObject; secrets: string[] } {
	const credentials: ICredentialDataDecryptedObject = {};
	const secrets: string[] = [];
	for (const { name, typeOptions, default: usual } of new Credential().properties) {
		if (typeOptions?.password) {
			credentials[name] = `${name}+Geheim/3f9a=${name.length}`;
			secrets.push(String(credentials[name]));
		} else if (/url/i.test(name)) {
			const path = URL.canParse(String(usual)) ? new URL(String(usual)).pathname : '';
			credentials[name] = `${origin}${path.replace(/\/$/, '')}`;
		} else credentials[name] = `${name}-value`;
	}
	return { credentials, secrets };
}

let input: Promise<INodeExecutionData> | undefined;

const newItem = async () =>
	await itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } });

let runs = 0;

/** One object of each class, as in n8n: creating the description of a node takes longer than many runs. */
const nodes = new Map<Case['Node'], INodeType>();

export function nodeOf({ Node }: Case): INodeType {
	const node = nodes.get(Node) ?? new Node();
	nodes.set(Node, node);
	return node;
}

/**
 * Runs the case with a file of some bytes in its item. All runs share its content, because no operation changes it, but
 * not its name: a failed upload would be continued by the next one.
 */
export async function runCase(one: Case, origin: string, more: Partial<NodeUnderTest> = {}) {
	const { credentials } = credentialsOf(one, origin);
	const { binary } = await (input ??= newItem());
	const data = { ...binary!.data, fileName: `a-${++runs}.txt` };
	return await runNode({
		node: nodeOf(one),
		credentialType: new one.Credential(),
		credentials,
		parameters: one.parameters(origin),
		input: [{ binary: { data }, json: { handle: '12345678' } }],
		...more,
	});
}

/** All JSON that a run outputs, or waits with. */
export function jsonOf(run: Awaited<ReturnType<typeof runCase>>): IDataObject[] {
	if (run.waitTill ?? run.data.waitTill) {
		return [{ waiting: run.data.executionData?.nodeExecutionStack[0].data.main[0] as never }];
	}
	return outputOf(run).map(({ json }) => json);
}
