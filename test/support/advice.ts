import {
	type ICredentialType,
	type IDataObject,
	type INodeProperties,
	type INodeType,
	NodeHelpers,
} from 'n8n-workflow';

/** The names that an error of a node may use, and those that only exist elsewhere in the node. */
export interface Names {
	/** The labels of the fields that n8n shows for the parameters, and of their choices. */
	shown: ReadonlySet<string>;
	/** All labels of the node. */
	all: ReadonlySet<string>;
}

type Member = NonNullable<INodeProperties['options']>[number];

/** Returns the labels of fields, as far as they satisfy a condition, and those of their choices and collections. */
function labelsOf(fields: Member[], isShown: (field: INodeProperties) => boolean): string[] {
	return fields.flatMap((field) => {
		if ('values' in field) return [field.displayName, ...labelsOf(field.values, isShown)];
		if (!('type' in field)) return [field.name];
		if (!isShown(field)) return [];
		return [field.displayName, ...labelsOf(field.options ?? [], isShown)];
	});
}

/** The names of resources and operations, and of the credential's fields, which every operation may use. */
function namesEverywhere({ description }: INodeType, credentialType: ICredentialType): string[] {
	const selectors = description.properties.filter(({ name }) =>
		/^(resource|operation)$/.test(name),
	);
	return [
		...labelsOf(selectors, () => true),
		...labelsOf(credentialType.properties, () => true),
		credentialType.displayName,
		description.displayName,
	];
}

/** Returns the names that an error may use with these parameters, by n8n's own rules for what it shows. */
export function namesFor(
	node: INodeType,
	credentialType: ICredentialType,
	parameters: IDataObject,
): Names {
	const { properties } = node.description;
	const values = parameters as Parameters<typeof NodeHelpers.displayParameter>[0];
	const isShown = (field: INodeProperties) =>
		NodeHelpers.displayParameter(values, field, null, node.description, values);
	const everywhere = namesEverywhere(node, credentialType);
	return {
		shown: new Set([...labelsOf(properties.filter(isShown), isShown), ...everywhere]),
		all: new Set([...labelsOf(properties, () => true), ...everywhere]),
	};
}

/** Labels of one word may be part of a sentence, and only count if the text quotes them. */
const isWord = (label: string) => !label.includes(' ');

/** Returns the labels in a text that n8n does not show for the parameters. */
export function unknownNamesIn(text: string, { shown, all }: Names): string[] {
	const longest = [...all].sort((a, b) => b.length - a.length);
	let rest = text;
	const found: string[] = [];
	for (const label of longest) {
		const escaped = label.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
		const pattern = new RegExp(
			isWord(label) ? `“${escaped}”` : `(?<![\\w-])${escaped}(?![\\w-])`,
			'g',
		);
		if (!pattern.test(rest)) continue;
		rest = rest.replace(pattern, '…');
		if (!shown.has(label)) found.push(label);
	}
	// Whatever is quoted before “under Options” is the label of an option.
	const options = [...text.matchAll(/“([^”]+)” under Options/g)].map(([, label]) => label);
	return [...found, ...options.filter((label) => !shown.has(label))];
}
