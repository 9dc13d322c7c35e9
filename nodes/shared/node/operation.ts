import type {
	IBinaryData,
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	NodeParameterValue,
} from 'n8n-workflow';

import { batchingOption } from './batching';
import { fileNameOption, optionsField, outputField, simplifyField } from './fields';
import type { OutputItem, OutputShape } from './output';
import { type Field, isShown, toProperty, type Values } from './schema';

/** One input item of an operation. All its values are validated before the operation starts. */
export interface ItemContext {
	functions: IExecuteFunctions;
	itemIndex: number;
	/** Returns the value of a field for this item; `readParameters` lists the type for each type of field. */
	parameter<T>(name: string): T;
	/** Returns the ID in a resource locator, extracted from a URL if the user pasted one; '' if it is empty. */
	locator(name: string): string;
	/** Returns the value of a field under Options; undefined if the user has not added it. */
	option<T>(name: string): T | undefined;
	/** Registers a function to run when the operation for this item has ended, whether or not it failed. */
	onEnd(callback: () => void): void;
}

/**
 * The result of an operation for one item. `runOperation` names and sorts its fields, and adds the item pairing if it has
 * none.
 */
export type OperationResult = OutputItem;

/**
 * Outputs a downloaded file in the field that the user has named.
 * @param downloaded the details of the downloaded file, which replace those in `json`
 */
export function fileResult(
	{ parameter }: ItemContext,
	binary: IBinaryData,
	json: IDataObject,
	downloaded: IDataObject = {},
): OperationResult {
	// Input fields are read without spaces, so another node would not find a name with them.
	const field = parameter<string>(outputField.name).trim();
	const added = { ...downloaded, binaryPropertyName: field };
	return { json, added, binary: { [field]: binary } };
}

export interface Operation {
	value: string;
	/** In title case, without the resource. */
	name: string;
	/** In sentence case, with the resource. */
	action: string;
	description: string;
	fields: Field[];
	/** Optional fields, shown under Options in this order, the settings of transfers and Batching last. */
	options?: Field[];
	/** How the fields of the result are named. A shape with a simplified output adds the field “Simplify”. */
	output?: OutputShape;
	/** Whether items are processed one at a time, so that the Batching option does not apply. */
	oneByOne?: boolean;
	/** Values of fields with which one item handles all others, so that the Batching option does not apply. */
	batchingHiddenFor?: Readonly<Record<string, NodeParameterValue[]>>;
	/** How all input items are handled at once, for one result. */
	together?: {
		/** The boolean field, among the others, that turns this on; without expressions, so that all items agree. */
		field: Field;
		execute(items: ItemContext[]): Promise<OperationResult>;
	};
	/** Advice for AI agents about an operation whose result they would never receive as a tool. */
	insteadForAgents?: string;
	execute(item: ItemContext): Promise<OperationResult | OperationResult[]>;
}

export interface Resource {
	value: string;
	name: string;
	operations: Operation[];
	/** How the fields of the results are named, for operations that do not say so themselves. */
	output?: OutputShape;
	/** The default operation of a new node. */
	initial: string;
}

/** Derives a node's properties from its resources: selectors, fields, and one Options collection per operation. */
export function nodeProperties(resources: Resource[]): INodeProperties[] {
	const [{ value: initial }] = resources;
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources.map(({ name, value }) => ({ name, value })),
			default: initial,
		},
		...resources.flatMap(resourceProperties),
	];
}

function resourceProperties({ value: resource, operations, initial }: Resource): INodeProperties[] {
	const selector: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options: operations.map(({ name, value, action, description, insteadForAgents }) => ({
			name,
			value,
			action,
			description,
			...(insteadForAgents ? { displayOptions: { hide: { '@tool': [true] } } } : {}),
		})),
		default: initial,
	};
	const fields = operations.flatMap((operation) =>
		fieldsOf(operation).map((field) => showFor(toProperty(field), resource, operation.value)),
	);
	return [selector, ...fields];
}

/**
 * Shows a field for an operation. Resource and operation are the first conditions, because n8n ignores all conditions
 * after one whose field contains an expression: it would require fields of other operations.
 */
function showFor(
	{ displayOptions, ...field }: INodeProperties,
	resource: string,
	operation: string,
): INodeProperties {
	const show = { resource: [resource], operation: [operation], ...displayOptions?.show };
	return { ...field, displayOptions: { ...displayOptions, show } };
}

/** Returns the fields of an operation: its own, Simplify, and the optional ones in one collection. */
export function fieldsOf(operation: Operation): Field[] {
	const { fields, options = [], output, oneByOne = false } = operation;
	const visible = output?.simple ? [...fields, simplifyField] : fields;
	const ordered = options.toSorted((a, b) => rankOf(a) - rankOf(b));
	const members = oneByOne ? ordered : [...ordered, batchingFor(operation)];
	return members.length > 0 ? [...visible, optionsField(members)] : visible;
}

/** The settings of transfers, by use. They are rarely needed, so they follow the options of the operation itself. */
const LAST_OPTIONS = [
	'sha256',
	'maxSizeMb',
	'allowedHosts',
	'giveUpMinutes',
	'stallSeconds',
	'timeoutSeconds',
	'thresholdMb',
	'partSizeMb',
	'partsAtOnce',
];

const rankOf = ({ name }: Field): number =>
	name === fileNameOption.name ? -2 : LAST_OPTIONS.indexOf(name);

/** Returns Batching, hidden where it has no effect. */
function batchingFor({ together, batchingHiddenFor = {} }: Operation): Field {
	const values = { ...batchingHiddenFor, ...(together && { [together.field.name]: [true] }) };
	const hide = Object.fromEntries(Object.entries(values).map(([name, on]) => [`/${name}`, on]));
	return Object.keys(hide).length > 0
		? { ...batchingOption, displayOptions: { hide } }
		: batchingOption;
}

/**
 * Returns where the user finds a field: “Concurrent Items” under Options → Batching; undefined if the operation does not
 * show it for these values.
 * @param path the name of an option or a field; of a field in a collection, with dots
 */
export function placeOf(path: string, operation: Operation, values: Values): string | undefined {
	const fields = fieldsOf(operation);
	const options = fields.find(({ name }) => name === 'options');
	const given = (values.options ?? {}) as Values;
	return (
		placeIn((options?.options ?? []) as Field[], path, given, values, ['Options']) ??
		placeIn(fields, path, values, values, [])
	);
}

function placeIn(
	fields: Field[],
	path: string,
	siblings: Values,
	root: Values,
	parents: string[],
): string | undefined {
	const [name, group, inner] = path.split('.');
	const field = fields.find((one) => one.name === name);
	if (!field || !isShown(field, siblings, root)) return undefined;
	const { displayName, options = [] } = field;
	if (inner === undefined) {
		return `“${displayName}”${parents.length > 0 ? ` under ${parents.join(' → ')}` : ''}`;
	}
	const members = options.flatMap((one) =>
		'values' in one && one.name === group ? one.values : [],
	);
	return placeIn(members, inner, {}, root, [...parents, displayName]);
}

/** Returns the subtitle of an action node: the selected operation and resource in words. */
export function operationSubtitle(resources: Resource[]): string {
	const names = Object.fromEntries(
		resources.flatMap(({ value, name, operations }) =>
			operations.map((operation) => [`${value}.${operation.value}`, `${operation.name}: ${name}`]),
		),
	);
	return `={{ (${JSON.stringify(names)})[$parameter["resource"] + "." + $parameter["operation"]] }}`;
}

/** Returns the subtitle of a trigger: the selected events in words. An event with an expression is shown as it is. */
export function eventsSubtitle(properties: readonly INodeProperties[]): string {
	const { options = [] } = properties.find(({ name }) => name === 'events') ?? {};
	const names = Object.fromEntries(
		options.flatMap((option) => ('value' in option ? [[option.value, option.name]] : [])),
	) as Record<string, string>;
	return `={{ [$parameter["events"]].flat().map((event) => (${JSON.stringify(names)})[event] ?? event).join(", ") }}`;
}
