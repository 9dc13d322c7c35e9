import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

export interface LocatorOptions {
	/** The field's label, for example “File”. */
	displayName: string;
	name: string;
	description: string;
	/** The node's listSearch method; without one there is no “From List” mode, for services that cannot list. */
	searchListMethod?: string;
	/** A regular expression that matches a pasted URL, with one group for the ID. */
	urlPattern: string;
	urlPlaceholder: string;
	idPlaceholder: string;
	/** The service's own term for the ID, e.g. "Handle". */
	idLabel?: string;
}

/** A field for a resource, selected from a list or entered as a URL or an ID. Read it with `item.locator(name)`. */
export function locatorField(options: LocatorOptions): INodeProperties {
	const { displayName, name, description, searchListMethod, urlPattern, idLabel = 'ID' } = options;
	const kind = displayName.toLowerCase();
	const modes: INodePropertyMode[] = [
		mode('list', 'From List', { typeOptions: { searchListMethod, searchable: true } }),
		mode('url', 'By URL', {
			placeholder: options.urlPlaceholder,
			extractValue: { type: 'regex', regex: urlPattern },
			validation: [
				{
					type: 'regex',
					properties: { regex: `${urlPattern}.*`, errorMessage: `This is not a valid ${kind} URL` },
				},
			],
		}),
		mode('id', `By ${idLabel}`, { placeholder: options.idPlaceholder }),
	];
	const offered = searchListMethod ? modes : modes.slice(1).reverse();
	return {
		displayName,
		name,
		type: 'resourceLocator',
		default: { mode: offered[0].name, value: '' },
		required: true,
		description,
		modes: offered,
	};
}

function mode(
	name: 'list' | 'url' | 'id',
	displayName: string,
	more: Partial<INodePropertyMode>,
): INodePropertyMode {
	return Object.assign(more, {
		name,
		displayName,
		type: name === 'list' ? 'list' : 'string',
	} as const);
}
