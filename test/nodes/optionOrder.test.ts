import type { INodeProperties, INodeType } from 'n8n-workflow';

import { allNodes, operationsOf } from '../support/descriptions';

const OPERATIONS = allNodes().flatMap(({ node }) =>
	operationsOf(node as INodeType).map(({ title, fields }) => ({
		title: `${node.description.displayName}: ${title}`,
		options: (fields.find(({ name }) => name === 'options')?.options ?? []) as INodeProperties[],
	})),
);
const named = (...names: string[]) =>
	OPERATIONS.filter(({ options }) => options.some(({ name }) => names.includes(name)));
const orderOf = (options: INodeProperties[]) => options.map(({ name }) => name);

it.each(named('batching').map(({ title, options }) => [title, options] as const))(
	'%s: Batching is the last option',
	(_, options) => expect(orderOf(options).at(-1)).toBe('batching'),
);

it.each(named('stallSeconds', 'sha256').map(({ title, options }) => [title, options] as const))(
	'%s: the settings of the transfer follow the other options',
	(_, options) => {
		const names = orderOf(options);
		const settings = [
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
		const present = settings.filter((name) => names.includes(name));
		const last = names.at(-1) === 'batching' ? [...present, 'batching'] : present;
		expect(names.slice(-last.length)).toEqual(last);
	},
);

it('Batching is hidden where one item handles all others', () => {
	const conditions = named('batching').flatMap(({ title, options }) => {
		const hide = options.at(-1)!.displayOptions?.hide;
		return hide ? [[title, hide]] : [];
	});
	expect(Object.fromEntries(conditions)).toEqual({
		'Filestack: archive.createZip': { '/filesFrom': ['items'] },
		'Filestack: document.merge': { '/filesFrom': ['items'] },
		'Filestack: image.createAnimation': { '/filesFrom': ['items'] },
		'Filestack: image.createCollage': { '/filesFrom': ['items'] },
		'SpeedyFiles: package.send': { '/allItemsInOnePackage': [true] },
	});
});

it.each(allNodes().map(({ node }) => [node.description.displayName, node.description] as const))(
	'%s tells a model what it is for',
	(_, { builderHint, description }) => {
		expect(builderHint?.searchHint?.length).toBeGreaterThan(40);
		expect(builderHint?.searchHint).not.toBe(description);
	},
);
