import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

export interface LocatorOptions {
	/** The field's label, e.g. "File". */
	displayName: string;
	name: string;
	description: string;
	/** The node's listSearch method; without one there is no "From List", for services that cannot list. */
	searchListMethod?: string;
	/** Finds the ID in a pasted URL: a regular expression with one group around it. */
	urlPattern: string;
	urlPlaceholder: string;
	idPlaceholder: string;
}

/** One thing of a service: picked from a list, pasted as a URL, or typed as an ID. Read it with `item.locator(name)`. */
export function locatorField(options: LocatorOptions): INodeProperties {
	const { displayName, name, description, searchListMethod, urlPattern } = options;
	const list: INodePropertyMode = {
		displayName: 'From List',
		name: 'list',
		type: 'list',
		typeOptions: { searchListMethod, searchable: true },
	};
	const url: INodePropertyMode = {
		displayName: 'By URL',
		name: 'url',
		type: 'string',
		placeholder: options.urlPlaceholder,
		extractValue: { type: 'regex', regex: urlPattern },
		validation: [
			{
				type: 'regex',
				properties: {
					regex: `${urlPattern}.*`,
					errorMessage: `Not a URL of a ${displayName.toLowerCase()}`,
				},
			},
		],
	};
	const id: INodePropertyMode = {
		displayName: 'By ID',
		name: 'id',
		type: 'string',
		placeholder: options.idPlaceholder,
	};
	const modes = searchListMethod ? [list, url, id] : [id, url];
	return {
		displayName,
		name,
		type: 'resourceLocator',
		default: { mode: modes[0].name, value: '' },
		required: true,
		description,
		modes,
	};
}
