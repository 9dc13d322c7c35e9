import type {
	IBinaryData,
	IExecuteFunctions,
	INodeParameters,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

/**
 * A field of a node. n8n never checks a value against the description: an expression or an AI agent can put anything
 * into any field. So the description is also the schema that `readParameters` checks each value against.
 */
export interface Field extends INodeProperties {
	/**
	 * What a text field takes instead of one text: `list` is an array of texts or one text per line; `files` is one or
	 * several names of file fields, or n8n's own objects that describe a file; `id` is an ID.
	 */
	takes?: 'list' | 'files' | 'id';
	/**
	 * Whether the field limits or protects something: once it is filled in or added, an empty value is an error, because it
	 * would mean “everything”, or no protection.
	 */
	isSafeguard?: boolean;
	/** Whether only a real `false` turns the field off, because what happens then cannot be undone. */
	needsRealFalse?: boolean;
}

/** A file of an item: the name of its field, or n8n's object that describes it. */
export type FileReference = string | IBinaryData;

/** Values by the names of their fields, each of the type that its description promises. */
export type Values = Record<string, unknown>;

/** Where the values of one item, delivery or poll come from. */
export interface ParameterSource {
	functions: Pick<IExecuteFunctions, 'getNode'>;
	/** The parameters as they are in the node, expressions included. */
	raw: INodeParameters;
	/** IANA name of the workflow's time zone. */
	timezone: string;
	/** Undefined in a trigger. */
	itemIndex?: number;
	/** The value of a top-level parameter, expressions evaluated. Throws what an expression throws. */
	read(name: string, fallback: unknown): unknown;
}

/** The description that n8n gets: without what only the checks here need. */
export function toProperty(field: Field): INodeProperties {
	const own = Object.entries(field).filter(([name]) => !CHECKS.has(name));
	const property = Object.fromEntries(own) as unknown as INodeProperties;
	if (!property.options) return property;
	const options = property.options.map((option) => {
		if ('values' in option) return { ...option, values: option.values.map(toProperty) };
		return 'type' in option ? toProperty(option) : option;
	});
	return { ...property, options: options as INodeProperties['options'] };
}

/** The names that {@link Field} adds to n8n's description. */
const CHECKS: ReadonlySet<string> = new Set<keyof Field>([
	'takes',
	'isSafeguard',
	'needsRealFalse',
]);

/** Whether a field is shown, given values that are checked already; n8n's rule, for the evaluated values. */
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

/** Which operation a field belongs to is decided before its fields are read. */
const IS_SELECTOR = new Set(['resource', 'operation']);

/** A field that the user has to correct; `problem` continues its label: “is empty”. */
export function invalidParameter(
	{ functions, itemIndex }: Pick<ParameterSource, 'functions' | 'itemIndex'>,
	label: string,
	problem: string,
	advice: string,
): NodeOperationError {
	return new NodeOperationError(functions.getNode(), `The field “${label}” ${problem}`, {
		description: advice,
		itemIndex,
	});
}
