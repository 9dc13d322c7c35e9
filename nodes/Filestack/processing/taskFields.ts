import type { Field } from '../../shared/node/schema';

type Described = Pick<Field, 'displayName' | 'name' | 'description'>;

/** A whole number. */
export const numberField = (
	displayName: string,
	name: string,
	[minValue, maxValue]: [min: number, max: number],
	usual: number,
	description: string,
): Field => ({
	displayName,
	name,
	type: 'number',
	typeOptions: { minValue, maxValue, numberPrecision: 0 },
	default: usual,
	description,
});

/** A color; an empty one is omitted, so that Filestack uses its default. */
export const colorField = (displayName: string, name: string, usual: string): Field => ({
	displayName,
	name,
	type: 'string',
	default: '',
	placeholder: 'e.g. white or FF8800',
	description: `A color name, “transparent”, or hex digits. Defaults to ${usual}.`,
});

/** A selection from a few values whose names are their labels: `best_fit` is shown as “Best Fit”. */
export const choiceField = (
	{ displayName, name, description }: Described,
	choices: ReadonlyArray<string | { name: string; value: string; description?: string }>,
	usual: string,
): Field => ({
	displayName,
	name,
	type: 'options',
	options: choices.map((choice) =>
		typeof choice === 'string' ? { name: titleOf(choice), value: choice } : choice,
	),
	default: usual,
	description,
});

const titleOf = (value: string): string =>
	value
		.split('_')
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join(' ');
