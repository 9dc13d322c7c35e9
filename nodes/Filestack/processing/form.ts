import { capitalize } from '../../shared/node/fields';
import type { ItemContext } from '../../shared/node/operation';
import { type Field, invalidParameter, type Values } from '../../shared/node/schema';
import type { Task, TaskValue } from './grammar';
import { taskProblem } from './rules';

/** The fields with which a user fills in a task. */
export interface TaskForm {
	/** The name of the task in Filestack. */
	task: string;
	/** In title case, as a step of a list. */
	name: string;
	description: string;
	fields: Field[];
	/** Returns the parameters; without it, each field is the parameter of the same name, and an empty one is omitted. */
	build?(values: Values): Record<string, TaskValue | undefined>;
}

/** The field that selects the task of a form in a list. */
export const selectorField = (
	forms: readonly TaskForm[],
	field: Pick<Field, 'displayName' | 'name' | 'default' | 'description'>,
): Field => ({
	...field,
	type: 'options',
	options: forms.map(({ name, task, description }) => ({ name, value: task, description })),
});

/** Returns the fields of several forms, each shown for its task; their names start with the task: `resizeWidth`. */
export function fieldsOfForms(forms: readonly TaskForm[], selector: string): Field[] {
	return forms.flatMap(({ task, fields }) =>
		fields.map((field) => {
			const conditions = Object.entries(field.displayOptions?.show ?? {});
			const own = conditions.map(([name, wanted]) => [fieldName(task, name), wanted] as const);
			return {
				...field,
				name: fieldName(task, field.name),
				displayOptions: { show: { [selector]: [task], ...Object.fromEntries(own) } },
			};
		}),
	);
}

/** Returns the name of a form's field in a list: `partial_blur` and `amount` become `partialBlurAmount`. */
const fieldName = (task: string, name: string): string =>
	task.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) + capitalize(name);

/**
 * Builds the task that a user selected in a list of forms.
 * @throws NodeOperationError that names the field whose value Filestack would reject
 */
export function taskOfForms(
	item: ItemContext,
	forms: readonly TaskForm[],
	task: string,
	valueOf: (field: string) => unknown,
): Task {
	const form = forms.find((one) => one.task === task)!;
	return taskOfForm(item, form, (name) => valueOf(fieldName(task, name)));
}

/**
 * Builds the task of a form.
 * @throws NodeOperationError that names the field whose value Filestack would reject
 */
export function taskOfForm(
	item: ItemContext,
	{ task: name, fields, build = sameNames }: TaskForm,
	valueOf: (field: string) => unknown,
): Task {
	const values = Object.fromEntries(fields.map((field) => [field.name, valueOf(field.name)]));
	const entries = Object.entries(build(values)).filter(([, value]) => value !== undefined);
	const task: Task = { name, params: Object.fromEntries(entries) as Record<string, TaskValue> };
	const found = taskProblem(task);
	if (!found) return task;
	const field = fields.find((one) => one.name === found.parameter) ?? fields[0];
	const problem = field.name === found.parameter ? 'is not valid' : found.problem;
	throw invalidParameter(item, field.displayName, problem, found.advice);
}

const sameNames = (values: Values): Record<string, TaskValue | undefined> =>
	Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filledIn(value)]));

/** Adds parameters to a task. */
export const withParameters = ({ name, params }: Task, more: Record<string, TaskValue>): Task => ({
	name,
	params: { ...(params as Record<string, TaskValue>), ...more },
});

/** Returns the parameters of a task for the options that the user has added; their names are those of the parameters. */
export function parametersIn(
	{ option }: Pick<ItemContext, 'option'>,
	options: readonly Field[],
): Record<string, TaskValue> {
	const given = options.map(({ name }) => [name, filledIn(option(name))] as const);
	return Object.fromEntries(
		given.filter((entry): entry is [string, TaskValue] => entry[1] !== undefined),
	);
}

/** Returns the value of a field; undefined if it is empty. A color may have the `#` that CSS requires. */
export function filledIn(value: unknown): TaskValue | undefined {
	if (typeof value !== 'string') return value as TaskValue | undefined;
	return value.trim().replace(/^#/, '') || undefined;
}

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
