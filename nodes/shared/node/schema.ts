import type {
	IBinaryData,
	IExecuteFunctions,
	INodeParameters,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { singleLine } from '../http/errors';

/**
 * A field of a node. n8n does not validate values against the description, and an expression or an AI agent can set a
 * field to anything. So the description is also the schema that `readParameters` validates each value against.
 */
export interface Field extends INodeProperties {
	/**
	 * The content of a text field that is not a single text: `list` is an array of texts or one text per line; `hosts` is
	 * a list of host names; `files` is one or several names of file fields, or n8n's objects that describe a file; `id` is
	 * an ID.
	 */
	takes?: 'list' | 'hosts' | 'files' | 'id';
	/**
	 * Whether the field limits or protects something: once it is filled in or added, an empty value is an error, because
	 * it would select everything or protect nothing.
	 */
	isSafeguard?: boolean;
	/**
	 * Matches a secret at the end of an ID or a link, such as the key of an encrypted file. It is cut off, so that it can
	 * never be part of a request.
	 */
	secretFragment?: RegExp;
	/** Whether only the boolean `false` turns the field off, because the effect cannot be undone. */
	needsRealFalse?: boolean;
}

/** A file of an item: the name of its field, or n8n's object for it. */
export type FileReference = string | IBinaryData;

/** Values by field name, each of the type in the field's description. */
export type Values = Record<string, unknown>;

/** Texts that an expression produces from a missing or wrong value. */
export const MISSING_VALUES: ReadonlySet<string> = new Set([
	...['undefined', 'null', 'NaN', 'true', 'false', '[object Object]'],
	...['Invalid Date', 'Invalid DateTime'],
]);

/** The source of the values of one item, delivery or poll. */
export interface ParameterSource {
	functions: Pick<IExecuteFunctions, 'getNode'>;
	/** The parameters as stored in the node, with expressions unevaluated. */
	raw: INodeParameters;
	/** The workflow's time zone, an IANA name. */
	timezone: string;
	/** Undefined in a trigger. */
	itemIndex?: number;
	/** Returns an evaluated top-level parameter. Throws the error of a failing expression. */
	read(name: string, fallback: unknown): unknown;
}

/** Returns the description for n8n, without the properties that only the validation uses. */
export function toProperty(field: Field): INodeProperties {
	const property: Field = { ...field };
	for (const name of OWN_PROPERTIES) if (name in property) delete property[name];
	if (property.options)
		property.options = property.options.map(toOption) as typeof property.options;
	return property;
}

/** The properties that {@link Field} adds to n8n's description. */
const OWN_PROPERTIES = ['takes', 'isSafeguard', 'needsRealFalse', 'secretFragment'] as const;

type Option = NonNullable<INodeProperties['options']>[number];

function toOption(option: Option): Option {
	if ('values' in option) return { ...option, values: option.values.map(toProperty) };
	return 'type' in option ? toProperty(option) : option;
}

/** Whether a field is shown, by n8n's rules for display options, applied to validated values. */
export function isShown({ displayOptions }: Field, siblings: Values, root: Values): boolean {
	const valueOf = (name: string) => (name.startsWith('/') ? root[name.slice(1)] : siblings[name]);
	const matches = ([name, wanted]: [string, unknown]) => {
		const value = valueOf(name);
		const values = Array.isArray(value) ? (value as unknown[]) : [value];
		return values.some((one) => (wanted as unknown[]).includes(one));
	};
	const { show = {}, hide = {} } = displayOptions ?? {};
	const own = ([name]: [string, unknown]) => !IS_SELECTOR.has(name);
	return (
		Object.entries(show).filter(own).every(matches) &&
		!Object.entries(hide).filter(own).some(matches)
	);
}

/** Ignored as conditions: only the fields of the selected operation are read. */
const IS_SELECTOR = new Set(['resource', 'operation']);

/** Characters of a message or advice. */
const MAX_TEXT_LENGTH = 1000;

/** Creates the error for a field that the user has to correct; `problem` continues its label: “is empty”. */
export function invalidParameter(
	{ functions, itemIndex }: Pick<ParameterSource, 'functions' | 'itemIndex'>,
	label: string,
	problem: string,
	advice: string,
): NodeOperationError {
	// Both may quote the value.
	const message = singleLine(`The field “${label}” ${problem}`, MAX_TEXT_LENGTH);
	return new NodeOperationError(functions.getNode(), message, {
		description: singleLine(advice, MAX_TEXT_LENGTH),
		itemIndex,
	});
}
