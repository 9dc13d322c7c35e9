import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError, updateDisplayOptions } from 'n8n-workflow';

import { batchingOption, inBatches, type Batching } from './batching';
import { withItem } from './errors';

/** One item on its way through an operation. */
export interface ItemContext {
	functions: IExecuteFunctions;
	itemIndex: number;
	/** The value of a field for this item. */
	parameter<T>(name: string): T;
	/** The ID that a resource locator points at, cut out of a URL where the user pasted one. */
	locator(name: string): string;
	/** The value of one of the fields under Options, undefined where the user did not add it. */
	option<T>(name: string): T | undefined;
}

/** What an operation gives back for an item; the loop adds the pairing. */
export type OperationResult = Pick<INodeExecutionData, 'json' | 'binary'>;

export interface Operation {
	value: string;
	/** Title Case, without the resource. */
	name: string;
	/** Sentence case, with the resource. */
	action: string;
	description: string;
	fields: INodeProperties[];
	/** Optional fields, shown under Options. */
	options?: INodeProperties[];
	execute(item: ItemContext): Promise<OperationResult | OperationResult[]>;
}

export interface Resource {
	value: string;
	name: string;
	operations: Operation[];
	/** The operation that a new node begins with. */
	initial: string;
}

/** The whole parameter list of a node, derived from its resources: selectors, fields and one Options collection each. */
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
		options: operations.map(({ name, value, action, description }) => ({
			name,
			value,
			action,
			description,
		})),
		default: initial,
	};
	const fields = operations.flatMap(({ value: operation, fields, options = [] }) =>
		updateDisplayOptions({ show: { resource: [resource], operation: [operation] } }, [
			...fields,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [...options, batchingOption].sort((a, b) =>
					a.displayName.localeCompare(b.displayName),
				),
			},
		]),
	);
	return [selector, ...fields];
}

/**
 * Runs the chosen operation for every input item, a few at once, and gives the results back in the order of the input.
 * The first failing item ends the node, unless it is set to continue: then the item goes on with its error.
 */
export async function runOperation(
	functions: IExecuteFunctions,
	resources: Resource[],
): Promise<INodeExecutionData[][]> {
	const operation = chosenOperation(functions, resources);
	const batching = functions.getNodeParameter('options.batching.batch', 0, {}) as Batching;
	const signal = functions.getExecutionCancelSignal();

	const results = await inBatches(functions.getInputData().length, batching, signal, (itemIndex) =>
		runItem(functions, operation, itemIndex),
	);
	return [results.flat()];
}

async function runItem(
	functions: IExecuteFunctions,
	operation: Operation,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const pairedItem = { item: itemIndex };
	const options = functions.getNodeParameter('options', itemIndex, {}) as Record<string, unknown>;
	try {
		const result = await operation.execute({
			functions,
			itemIndex,
			parameter: <T>(name: string) => functions.getNodeParameter(name, itemIndex) as T,
			locator: (name: string) =>
				String(functions.getNodeParameter(name, itemIndex, '', { extractValue: true })),
			option: <T>(name: string) => options[name] as T | undefined,
		});
		return [result].flat().map((one) => ({ ...one, pairedItem }));
	} catch (error) {
		const problem = withItem(functions.getNode(), error, itemIndex);
		if (!functions.continueOnFail()) throw problem;
		const details = problem.description ? { details: problem.description } : {};
		return [{ json: { error: problem.message, ...details }, pairedItem }];
	}
}

function chosenOperation(functions: IExecuteFunctions, resources: Resource[]): Operation {
	const resource = functions.getNodeParameter('resource', 0);
	const operation = functions.getNodeParameter('operation', 0);
	const chosen = resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
	if (chosen) return chosen;
	throw new NodeOperationError(
		functions.getNode(),
		`There is no operation “${String(operation)}” for “${String(resource)}”`,
		{ description: 'Choose the resource and the operation anew in the node.' },
	);
}
