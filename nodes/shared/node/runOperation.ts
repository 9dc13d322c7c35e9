import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type NodeApiError,
	NodeConnectionTypes,
	NodeOperationError,
} from 'n8n-workflow';

import { itemIndexOf, withItemIndex } from '../http/errors';
import { optionAdviceOf } from '../http/optionAdvice';
import { allSecretsOf, type Secrets, secretsOf } from '../http/secrets';
import { type Batching, mapInBatches } from './batching';
import { fieldsOf, type ItemContext, type Operation, placeOf, type Resource } from './operation';
import { simplifyField } from './fields';
import { type OutputShape, toOutput } from './output';
import { itemSource, readParameters } from './parameters';
import type { Values } from './schema';

/**
 * Runs the selected operation for every input item, several concurrently, or once for all of them, and returns the
 * results in the order of the input. The first error stops the node; if On Error is set to continue, the failed item is
 * output with its error.
 */
export async function runOperation(
	functions: IExecuteFunctions,
	resources: Resource[],
): Promise<INodeExecutionData[][]> {
	const batching = batchingOf(functions, resources);
	const signal = functions.getExecutionCancelSignal();
	const indexes = [...functions.getInputData().keys()];
	const isTogether = indexes.length > 0 && handlesTogether(functions, resources);
	const groups = isTogether ? [indexes] : indexes.map((index) => [index]);
	const results = await mapInBatches(groups.length, batching, signal, (group) =>
		runGroup(functions, resources, groups[group], isTogether),
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

/** Whether the user has turned on that all items are handled together; false if the value is not valid. */
function handlesTogether(functions: IExecuteFunctions, resources: Resource[]): boolean {
	try {
		const { field } = selectedOperation(functions, resources).operation.together ?? {};
		return !!field && readParameters(itemSource(functions, 0), [field])[field.name] === true;
	} catch {
		return false;
	}
}

/** Runs the operation for one item, or for all items together. */
async function runGroup(
	functions: IExecuteFunctions,
	resources: Resource[],
	indexes: number[],
	isTogether: boolean,
): Promise<INodeExecutionData[]> {
	const pairedItems = indexes.map((item) => ({ item }));
	const pairedItem = isTogether ? pairedItems : pairedItems[0];
	const callbacks: Array<() => void> = [];
	const reads = new Map<number, ReadItem>();
	let [current] = indexes;
	try {
		const items = indexes.map((itemIndex) => {
			current = itemIndex;
			const read = readItem(functions, resources, itemIndex);
			reads.set(itemIndex, read);
			return itemContext(functions, read, { itemIndex, callbacks });
		});
		[current] = indexes;
		const { resource, operation } = selectedOperation(functions, resources);
		const result = isTogether
			? await operation.together!.execute(items)
			: await operation.execute(items[0]);
		const shape = operation.output ?? resource.output ?? COMMON_OUTPUT;
		const simplify = items[0].parameter(simplifyField.name) !== false;
		return [result].flat().map(({ json, added, passedOn, ...more }) => ({
			pairedItem,
			...more,
			json: toOutput(shape, { json, added, passedOn }, simplify),
		}));
	} catch (error) {
		// An operation for one item may read others as well.
		const index = itemIndexOf(error) ?? current;
		const problem = withItemIndex(functions.getNode(), error, index);
		addOptionAdvice(problem, reads.get(index));
		(await allSecretsOf(functions)).hideInThrown(problem);
		if (!functions.continueOnFail()) throw problem;
		return [{ json: failedItem(problem), pairedItem }];
	} finally {
		for (const callback of callbacks) callback();
	}
}

/** Adds the advice that names a field, if the operation shows the field. */
function addOptionAdvice(error: NodeOperationError | NodeApiError, read?: ReadItem): void {
	if (!read) return;
	const { operation, values } = read;
	const find = (field: string) => placeOf(field, operation, values);
	const sentences = optionAdviceOf(error)
		.filter((advice) => advice.with === undefined || find(advice.with) !== undefined)
		.flatMap(({ fields, text }) => {
			const place = fields.map(find).find(Boolean);
			return place === undefined ? [] : text(place);
		});
	if (sentences.length === 0) return;
	error.description = [error.description, ...sentences].filter(Boolean).join(' ');
}

/** For results whose fields have only common names. */
const COMMON_OUTPUT: OutputShape = {};

/** Creates the context of an item, and registers its passwords as secrets. */
function itemContext(
	functions: IExecuteFunctions,
	{ operation, values, options }: ReadItem,
	{ itemIndex, callbacks }: { itemIndex: number; callbacks: Array<() => void> },
): ItemContext {
	registerPasswords(secretsOf(functions), operation, { ...values, ...options });
	return {
		functions,
		itemIndex,
		parameter: <T>(name: string) => values[name] as T,
		locator: (name: string) => String(values[name] ?? ''),
		option: <T>(name: string) => options[name] as T | undefined,
		onEnd: (callback) => void callbacks.push(callback),
	};
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
	const { operation } = selectedOperation(functions, resources);
	if (operation.insteadForAgents && isAgentTool(functions)) {
		throw new NodeOperationError(
			functions.getNode(),
			`“${operation.name}” cannot be used as a tool by an AI agent`,
			{ description: operation.insteadForAgents },
		);
	}
	const values = readParameters(itemSource(functions, itemIndex), fieldsOf(operation));
	return { operation, values, options: (values.options ?? {}) as Values };
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
): { resource: Resource; operation: Operation } {
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
