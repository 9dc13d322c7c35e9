import type {
	IBinaryData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	NodeApiError,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { withItemIndex } from '../http/errors';
import { allSecretsOf, type Secrets, secretsOf } from '../http/secrets';
import { type Batching, batchingOption, mapInBatches } from './batching';
import { optionsField, outputField, simplifyField } from './fields';
import { type OutputItem, type OutputShape, toOutput } from './output';
import { itemSource, readParameters } from './parameters';
import { type Field, toProperty, type Values } from './schema';

/** One input item of an operation. All its values are validated before the operation starts. */
export interface ItemContext {
	functions: IExecuteFunctions;
	itemIndex: number;
	/** Returns the value of a field for this item; {@link readParameters} lists the type for each type of field. */
	parameter<T>(name: string): T;
	/** Returns the ID in a resource locator, extracted from a URL if the user pasted one; '' if it is empty. */
	locator(name: string): string;
	/** Returns the value of a field under Options; undefined if the user has not added it. */
	option<T>(name: string): T | undefined;
	/** Registers a function to run when the operation for this item has ended, whether or not it failed. */
	onEnd(callback: () => void): void;
}

/**
 * The result of an operation for one item. {@link runOperation} names and sorts its fields, and adds the item pairing if it
 * has none.
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
	const field = parameter<string>(outputField.name);
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
	/** Optional fields, shown under Options. */
	options?: Field[];
	/** How the fields of the result are named. A shape with a simplified output adds the field “Simplify”. */
	output?: OutputShape;
	/** Whether items are processed one at a time, so that the Batching option does not apply. */
	oneByOne?: boolean;
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
function fieldsOf({ fields, options = [], output, oneByOne = false }: Operation): Field[] {
	const visible = output?.simple ? [...fields, simplifyField] : fields;
	const members = oneByOne ? options : [...options, batchingOption];
	if (members.length === 0) return visible;
	const sorted = members.toSorted((a, b) => a.displayName.localeCompare(b.displayName));
	return [...visible, optionsField(sorted)];
}

/**
 * Runs the selected operation for every input item, several concurrently, and returns the results in the order of the
 * input. The first error stops the node; if On Error is set to continue, the failed item is output with its error.
 */
export async function runOperation(
	functions: IExecuteFunctions,
	resources: Resource[],
): Promise<INodeExecutionData[][]> {
	const batching = batchingOf(functions, resources);
	const signal = functions.getExecutionCancelSignal();
	const count = functions.getInputData().length;
	const results = await mapInBatches(count, batching, signal, (itemIndex) =>
		runItem(functions, resources, itemIndex),
	);
	return [results.flat()];
}

/** Reads Batching from the first item. If that fails, items run one at a time, so that the first one reports the error. */
function batchingOf(functions: IExecuteFunctions, resources: Resource[]): Batching {
	try {
		const { operation, options } = readItem(functions, resources, 0);
		const { batch } = (options.batching ?? {}) as { batch?: Batching };
		return operation.oneByOne ? { itemsAtOnce: 1 } : (batch ?? {});
	} catch {
		return { itemsAtOnce: 1 };
	}
}

async function runItem(
	functions: IExecuteFunctions,
	resources: Resource[],
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const pairedItem = { item: itemIndex };
	const callbacks: Array<() => void> = [];
	try {
		const { resource, operation, values, options } = readItem(functions, resources, itemIndex);
		registerPasswords(secretsOf(functions), operation, { ...values, ...options });
		const simplify = values[simplifyField.name] !== false;
		const result = await operation.execute({
			functions,
			itemIndex,
			parameter: <T>(name: string) => values[name] as T,
			locator: (name: string) => String(values[name] ?? ''),
			option: <T>(name: string) => options[name] as T | undefined,
			onEnd: (callback) => void callbacks.push(callback),
		});
		return [result].flat().map(({ json, added, passedOn, ...more }) => ({
			pairedItem,
			...more,
			json: toOutput(
				operation.output ?? resource.output ?? {},
				{ json, added, passedOn },
				simplify,
			),
		}));
	} catch (error) {
		const problem = withItemIndex(functions.getNode(), error, itemIndex);
		(await allSecretsOf(functions)).hideInThrown(problem);
		if (!functions.continueOnFail()) throw problem;
		return [{ json: failedItem(problem), pairedItem }];
	} finally {
		for (const callback of callbacks) callback();
	}
}

/** Registers password fields as secrets, so that a response or an error that contains them is redacted. */
function registerPasswords(secrets: Secrets, { fields, options = [] }: Operation, values: Values) {
	for (const { name, typeOptions } of [...fields, ...options]) {
		if (typeOptions?.password) secrets.add(values[name]);
	}
}

/**
 * Returns the output of a failed item. n8n 1.123 recognizes a failed item only by exactly these fields; with any other
 * field the item would leave through the success output.
 */
function failedItem({ message, description }: NodeOperationError | NodeApiError): IDataObject {
	const error = message || 'The operation failed without an error message';
	return description ? { error, message: description } : { error };
}

interface ReadItem {
	resource: Resource;
	operation: Operation;
	values: Values;
	options: Values;
}

/** @throws NodeOperationError for a value that does not match its field; rethrows the error of a failing expression */
function readItem(
	functions: IExecuteFunctions,
	resources: Resource[],
	itemIndex: number,
): ReadItem {
	const { resource, operation } = selectedOperation(functions, resources);
	if (operation.insteadForAgents && isAgentTool(functions)) {
		throw new NodeOperationError(
			functions.getNode(),
			`“${operation.name}” cannot be used as a tool by an AI agent`,
			{ description: operation.insteadForAgents },
		);
	}
	const values = readParameters(itemSource(functions, itemIndex), fieldsOf(operation));
	return { resource, operation, values, options: (values.options ?? {}) as Values };
}

/** Whether an AI agent is calling the node. n8n appends “Tool” to the type of a node that is used as a tool. */
function isAgentTool(functions: IExecuteFunctions): boolean {
	const { type, rewireOutputLogTo } = functions.getNode();
	// Older versions of n8n do not have this function.
	const { isToolExecution }: Partial<IExecuteFunctions> = functions;
	return (
		type.endsWith('Tool') ||
		rewireOutputLogTo === NodeConnectionTypes.AiTool ||
		isToolExecution?.call(functions) === true
	);
}

function selectedOperation(
	functions: IExecuteFunctions,
	resources: Resource[],
): Pick<ReadItem, 'resource' | 'operation'> {
	const [resourceValue, operationValue] = ['resource', 'operation'].map((name) =>
		functions.getNodeParameter(name, 0),
	);
	const resource = resources.find(({ value }) => value === resourceValue);
	const operation = resource?.operations.find(({ value }) => value === operationValue);
	if (resource && operation) return { resource, operation };
	throw new NodeOperationError(
		functions.getNode(),
		`The operation “${String(operationValue)}” does not exist for “${String(resourceValue)}”`,
		{ description: 'Select the resource and the operation again in the node.' },
	);
}
