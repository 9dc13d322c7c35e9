import type {
	IDataObject,
	INodeParameters,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { allNodes } from '../support/descriptions';

/** The number and the unit of every duration, with the unit in which version 0.1.0 read the number. */
const DURATIONS: ReadonlyArray<[node: string, number: string, unit: string, before: string]> = [
	['fileCourier', 'expiresInDays', 'unit', 'days'],
	['fileCourier', 'waitHours', 'waitUnit', 'hours'],
	['fileShot', 'expiryDays', 'unit', 'days'],
	['fileShot', 'expiresWithin', 'unit', 'days'],
	['fileShot', 'olderThan', 'unit', 'days'],
	['fileShotTrigger', 'leadTime', 'leadTimeUnit', 'hours'],
	['filesApp', 'expiresIn', 'expiryUnit', 'days'],
	['filesApp', 'olderThan', 'unit', 'days'],
	['filestack', 'expiresInMinutes', 'unit', 'minutes'],
	['speedyFiles', 'ttlDays', 'unit', 'days'],
	['speedyFiles', 'expiresInDays', 'unit', 'days'],
	['speedyFiles', 'expiresWithin', 'unit', 'days'],
	['speedyFiles', 'olderThan', 'unit', 'days'],
	['speedyFilesPollingTrigger', 'leadTime', 'leadTimeUnit', 'hours'],
];

const propertiesOf = (name: string): INodeProperties[] =>
	allNodes().find(({ node }) => node.description.name === name)!.node.description.properties;

/** All fields of a node, those under Options included. */
const fieldsOf = (name: string): INodeProperties[] =>
	propertiesOf(name).flatMap((field) =>
		field.type === 'collection' ? (field.options as INodeProperties[]) : [field],
	);

describe.each(DURATIONS)('the duration %s.%s', (node, number, unit, before) => {
	it('keeps its meaning in saved workflows, which have no unit', () => {
		const units = fieldsOf(node).filter(({ name }) => name === unit);
		expect(units).not.toEqual([]);
		for (const field of units) expect(field.default).toBe(before);
	});

	it('is labelled as every other one', () => {
		const [field] = fieldsOf(node).filter(({ name }) => name === number);
		expect(field.displayName).toMatch(
			/^(Expires After|Expires Within|Older Than|Lead Time|Maximum Wait)$/,
		);
		for (const one of fieldsOf(node).filter(({ name }) => name === unit)) {
			expect(one.displayName).toBe('Unit');
			const values = (one.options as INodePropertyOptions[]).map(({ value }) => value);
			expect(values).toContain('weeks');
		}
	});
});

it.each<[string, INodeParameters, IDataObject]>([
	[
		'speedyFiles',
		{ resource: 'package', operation: 'send', ttlDays: 30 },
		{ ttlDays: 30, unit: 'days' },
	],
	[
		'filestack',
		{ resource: 'policy', operation: 'create', expiresInMinutes: 10_080 },
		{ expiresInMinutes: 10_080, unit: 'minutes' },
	],
	[
		'fileCourier',
		{ resource: 'session', operation: 'create', expiresInDays: 3 },
		{ expiresInDays: 3, unit: 'days' },
	],
])('n8n loads the duration of a saved node %s with its former unit', (name, saved, expected) => {
	const { description } = allNodes().find(({ node }) => node.description.name === name)!.node;
	const loaded = NodeHelpers.getNodeParameters(
		description.properties,
		saved,
		true,
		false,
		null,
		description,
	);
	expect(loaded).toMatchObject(expected);
});

it('no label contains a unit of hours or days', () => {
	const labels = allNodes().flatMap(({ node }) =>
		fieldsOf(node.description.name).map(({ displayName }) => displayName),
	);
	expect(labels.filter((label) => /\((Hours|Days|Weeks)\)/.test(label))).toEqual([]);
});
