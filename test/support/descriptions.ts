/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INodeProperties,
	INodeType,
} from 'n8n-workflow';

import { root } from './packages';

/** Returns every node of the package with its credential, as listed in package.json. */
export function allNodes(): Array<{ node: INodeType; credentialType: ICredentialType }> {
	const { n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const load = (path: string) => {
		const file = join(root, path.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
		const [Class] = Object.values(jest.requireActual<Record<string, new () => unknown>>(file));
		return new Class();
	};
	const types = n8n.credentials.map(load) as ICredentialType[];
	return (n8n.nodes.map(load) as INodeType[]).map((node) => {
		const [{ name }] = node.description.credentials!;
		return { node, credentialType: types.find((type) => type.name === name)! };
	});
}

/** Returns credentials with every field filled in; all addresses are that of one server. */
export const credentialsFor = (
	{ properties }: ICredentialType,
	url: string,
): ICredentialDataDecryptedObject =>
	Object.fromEntries(
		properties.map(({ name }) => [name, /url$/i.test(name) ? url : `secret-${name}-0123456789`]),
	);

export interface DescribedOperation {
	/** “resource.operation”. */
	title: string;
	selection: IDataObject;
	/** The fields of the operation, hidden ones too. */
	fields: INodeProperties[];
}

/** Returns every operation of a node, from its description. */
export function operationsOf({ description: { properties } }: INodeType): DescribedOperation[] {
	const selectors = properties.filter(({ name }) => name === 'operation');
	return selectors.flatMap(({ displayOptions, options = [] }) => {
		const [resource] = displayOptions!.show!.resource as string[];
		return options.map((option) => {
			const operation = (option as { value: string }).value;
			const selection = { resource, operation };
			const fields = properties.filter(
				({ name, displayOptions: shown }) =>
					name !== 'operation' &&
					shown?.show?.resource?.includes(resource) &&
					shown.show.operation?.includes(operation),
			);
			return { title: `${resource}.${operation}`, selection, fields };
		});
	});
}

/** A field, and the path of its value in the parameters. */
export interface Place {
	field: INodeProperties;
	path: string[];
	/** The values of the other fields of its row with which it is displayed. */
	row?: IDataObject;
	/** Values of other fields that hide it, or a collection that contains it. */
	hiddenFor?: NonNullable<INodeProperties['displayOptions']>['hide'];
}

/** Returns the fields of an operation or a trigger, including those of its collections. */
export function placesIn(fields: INodeProperties[], path: string[] = []): Place[] {
	return fields.flatMap((field): Place[] => {
		const { name, type, options = [], typeOptions } = field;
		const own = [...path, name];
		if (type === 'notice') return [];
		if (type === 'collection') return placesIn(options as INodeProperties[], own);
		const hiddenFor = field.displayOptions?.hide;
		if (type !== 'fixedCollection') return [{ field, path: own, hiddenFor }];
		const index = typeOptions?.multipleValues ? ['0'] : [];
		return (options as Array<{ name: string; values: INodeProperties[] }>).flatMap((group) =>
			placesIn(group.values, [...own, group.name, ...index]).map((place) => ({
				...place,
				hiddenFor,
				row: Object.fromEntries(
					Object.entries(place.field.displayOptions?.show ?? {}).map(([other, values]) => [
						other,
						values![0] as string,
					]),
				),
			})),
		);
	});
}

/** Returns what a user would enter into a field: its default, or else its placeholder. */
export function exampleFor({
	type,
	default: usual,
	placeholder = '',
	modes,
	options = [],
	typeOptions,
}: INodeProperties): unknown {
	const shown = (text = '') => text.replace(/^e\.g\. /, '').replace(/^\{\{/, '={{');
	if (type === 'resourceLocator') {
		const { placeholder: id } = modes!.find(({ name }) => name === 'id')!;
		return { __rl: true, mode: 'id', value: shown(id) };
	}
	// A list without rows is incomplete; a new row has the default values.
	if (type === 'fixedCollection' && typeOptions?.multipleValues === true) {
		return Object.keys(usual as object).length > 0 ? usual : { [options[0].name]: [{}] };
	}
	if (usual !== '' && usual !== undefined) return usual;
	if (type === 'dateTime') return '2035-01-31T12:00:00Z';
	if (type === 'string') return shown(placeholder) || 'text';
	return usual;
}

/** Returns complete and valid parameters with which a field is displayed. */
export function parametersWith(
	{ selection, fields }: Pick<DescribedOperation, 'selection' | 'fields'>,
	place?: Place,
): IDataObject {
	const parameters: IDataObject = { ...selection };
	const wanted = new Map<string, unknown>();
	const want = (field: INodeProperties | undefined) => {
		for (const [name, values] of Object.entries(field?.displayOptions?.show ?? {})) {
			if (name === 'resource' || name === 'operation') continue;
			const key = name.replace(/^\//, '');
			wanted.set(key, values![0]);
			want(fields.find((other) => other.name === key));
		}
	};
	// A field in a row depends on the other fields of the row.
	if (!place?.row) want(place?.field);
	want(fields.find(({ name }) => name === place?.path[0]));
	for (const [name, hidden] of Object.entries(place?.hiddenFor ?? {})) {
		const key = name.replace(/^\//, '');
		const { options = [], type } = fields.find((other) => other.name === key)!;
		const values =
			type === 'boolean' ? [true, false] : options.map((one) => 'value' in one && one.value);
		wanted.set(
			key,
			values.find((value) => !hidden!.includes(value as boolean)),
		);
	}
	for (const field of fields) {
		const { name, type, required } = field;
		if (type === 'notice' || type === 'collection') continue;
		const isNeeded = required === true || type !== 'string';
		if (wanted.has(name)) {
			const value = wanted.get(name);
			parameters[name] = (type === 'multiOptions' ? [value] : value) as string;
		} else if (!(name in parameters) && isNeeded) {
			parameters[name] = exampleFor(field) as string;
		}
	}
	return parameters;
}

/** Sets the value of a field, in a row with the other values that it needs. */
export function putAt(
	parameters: IDataObject,
	path: string[],
	value: unknown,
	row: IDataObject = {},
): IDataObject {
	const [name, ...rest] = path;
	if (name === undefined) return value as IDataObject;
	if (rest[0] === '0') return { ...parameters, [name]: [putAt(row, rest.slice(1), value)] };
	const inner = (parameters[name] ?? {}) as IDataObject;
	return {
		...parameters,
		[name]: rest.length > 0 ? putAt(inner, rest, value, row) : (value as string),
	};
}
