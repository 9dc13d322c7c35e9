import type { IDataObject, INode, INodeProperties, INodeType } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import {
	type DescribedOperation,
	exampleFor,
	operationsOf,
	parametersWith,
	type Place,
	placesIn,
	putAt,
} from './descriptions';

/** Parameters that a user of a node can have saved. */
export interface SavedParameters {
	/** What is set to which value. */
	title: string;
	/** The field that these parameters are about; undefined for those with the required fields alone. */
	place?: Place;
	parameters: IDataObject;
}

/** The operations of a node; for a trigger one with all its fields. */
export function operationsOrTrigger(node: INodeType): DescribedOperation[] {
	const trigger = { title: 'trigger', selection: {}, fields: node.description.properties };
	const operations = operationsOf(node);
	return operations.length > 0 ? operations : [trigger];
}

/** The node in a workflow, as n8n needs it to read parameters. */
const inWorkflow = (typeVersion: number, parameters: IDataObject) =>
	({ typeVersion, parameters, name: 'Node', id: '1', type: 'node', position: [0, 0] }) as INode;

/** Every set of parameters that differs in one field from the required ones, as n8n saves them: without defaults. */
export function savedParametersOf(
	node: INodeType,
	version: number,
	operation: DescribedOperation,
): SavedParameters[] {
	const required = [{ title: 'the required fields', parameters: parametersWith(operation) }];
	const each = placesIn(operation.fields).flatMap((place) => {
		const valid = parametersWith(operation, place);
		return valuesFor(place.field).map((value) => ({
			title: `${place.path.join('.')} = ${JSON.stringify(value)}`,
			place,
			parameters: putAt(valid, place.path, value, place.row),
		}));
	});
	return [...required, ...each].map((saved) => ({
		...saved,
		parameters: openedBy(node, version, saved.parameters, false),
	}));
}

/** Each choice, both ends of a range, each mode of a locator, and otherwise an example. */
function valuesFor(field: INodeProperties): unknown[] {
	const { type, default: usual, options = [], modes = [], typeOptions = {} } = field;
	const choices = options.flatMap((option) => ('value' in option ? [option.value] : []));
	switch (type) {
		case 'options':
			return choices;
		case 'multiOptions':
			return [...choices.map((one) => [one]), choices];
		case 'boolean':
			return [true, false];
		case 'number': {
			const { minValue = 1, maxValue = 5 } = typeOptions;
			return [...new Set([usual, minValue, maxValue])];
		}
		case 'resourceLocator':
			return modes.map(({ name, placeholder = '' }) => ({
				__rl: true,
				mode: name,
				value: placeholder.replace('e.g. ', '') || 'Handle0000000000000A',
			}));
		default:
			return [exampleFor(field)];
	}
}

/**
 * The parameters that n8n keeps of saved ones when it opens a workflow, by its own rules.
 * @param withDefaults as they are read in an execution; otherwise as they are saved
 */
export const openedBy = (
	{ description }: INodeType,
	version: number,
	saved: IDataObject,
	withDefaults: boolean,
): IDataObject =>
	NodeHelpers.getNodeParameters(
		description.properties,
		structuredClone(saved) as INode['parameters'],
		withDefaults,
		false,
		inWorkflow(version, saved),
		description,
	) as IDataObject;

/** The problems that n8n shows at the fields of a node, for which it does not start the workflow. */
export function issuesOf(node: INodeType, version: number, saved: IDataObject) {
	const { description } = node;
	const parameters = inWorkflow(version, openedBy(node, version, saved, true));
	const findIssues = () =>
		NodeHelpers.getNodeParametersIssues(description.properties, parameters, description)
			?.parameters ?? {};
	// n8n limits the time of a regular expression, which a busy machine can exceed.
	for (let attempt = 1; attempt < 20; attempt++) {
		try {
			return findIssues();
		} catch (error) {
			if (!/timed out/.test(String(error))) break;
		}
	}
	return findIssues();
}
