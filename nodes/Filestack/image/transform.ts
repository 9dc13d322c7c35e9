import type { ItemContext, Operation } from '../../shared/node/operation';
import { type Field, invalidParameter, type Values } from '../../shared/node/schema';
import { fieldsOfForms, selectorField, type TaskForm, taskOfForms } from '../processing/form';
import { isParameters, parseTasks, type Task, TaskSyntaxError } from '../processing/grammar';
import { outputFields, outputOptions, outputResult } from '../processing/output';
import { type TaskProblem, taskProblem } from '../processing/rules';
import { readSource, sourceFields } from '../processing/sources';
import { stepForms } from './stepForms';
import { extensionOf } from './forms';

const STEPS_EXAMPLE = 'e.g. resize=width:300/sharpen/output=format:webp';

/** A task that the list does not contain. */
const customForm: TaskForm = {
	task: 'custom',
	name: 'Other (Custom)',
	description: 'Any task from Filestack’s documentation',
	fields: [
		{
			displayName: 'Task',
			name: 'text',
			type: 'string',
			default: '',
			placeholder: 'e.g. partial_blur=objects:[[10,10,80,40]]',
			description: 'The task as it appears in a Filestack URL',
		},
	],
};
const forms = [...stepForms, customForm];

const stepField = selectorField(forms, {
	displayName: 'Step',
	name: 'task',
	default: 'resize',
	description: 'What to do with the image',
});

const specifyField: Field = {
	displayName: 'Specify Steps',
	name: 'specifySteps',
	type: 'options',
	options: [
		{ name: 'Using Fields Below', value: 'fields' },
		{
			name: 'Using Text',
			value: 'text',
			description: 'As in a Filestack URL, for example from an AI agent or an expression',
		},
	],
	default: 'fields',
	description: 'How to enter the steps',
};

const stepsField: Field = {
	displayName: 'Steps',
	name: 'steps',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add step',
	default: {},
	displayOptions: { show: { specifySteps: ['fields'] } },
	description: 'The steps run from top to bottom. Drag them to change their order.',
	options: [
		{
			displayName: 'Step',
			name: 'step',
			values: [stepField, ...fieldsOfForms(forms, stepField.name)],
		},
	],
};

const stepsTextField: Field = {
	displayName: 'Steps',
	name: 'stepsText',
	type: 'string',
	required: true,
	default: '',
	typeOptions: { rows: 3 },
	placeholder: STEPS_EXAMPLE,
	displayOptions: { show: { specifySteps: ['text'] } },
	description:
		'One task per line, or separated by slashes, with the parameters from Filestack’s documentation',
};

export const transform: Operation = {
	value: 'transform',
	name: 'Transform',
	action: 'Transform image in several steps',
	description: 'Run several steps on an image: resize, rotate, filter, convert and more',
	fields: [...sourceFields, specifyField, stepsField, stepsTextField, ...outputFields],
	options: outputOptions,
	async execute(item) {
		const tasks = readSteps(item);
		const formats = tasks.map(formatOf).filter(Boolean);
		return await outputResult(item, {
			tasks,
			sources: readSource(item),
			extension: extensionOf(formats.at(-1)),
			allowsText:
				/^(html|txt)$/.test(formats.at(-1) ?? '') || tasks.some(({ name }) => name === 'ascii'),
		});
	},
};

const formatOf = ({ name, params }: Task): string | undefined =>
	name === 'output' && isParameters(params) ? (params.format as string) : undefined;

/** @throws NodeOperationError that names the field with an invalid step */
function readSteps(item: ItemContext): Task[] {
	if (item.parameter('specifySteps') === 'text') {
		return checkedTasks(item, stepsTextField.displayName, item.parameter('stepsText'));
	}
	const { step: rows = [] } = item.parameter<{ step?: Values[] }>(stepsField.name);
	if (rows.length === 0) {
		throw invalidParameter(item, stepsField.displayName, 'is empty', 'Add a step.');
	}
	return rows.flatMap((row) => {
		const task = row[stepField.name] as string;
		if (task !== customForm.task) return taskOfForms(item, forms, task, (name) => row[name]);
		return checkedTasks(item, customForm.fields[0].displayName, String(row.customText));
	});
}

/** Parses and checks tasks in text form. */
function checkedTasks(item: ItemContext, label: string, text: string): Task[] {
	const tasks = parsed(item, label, text);
	if (tasks.length === 0) {
		throw invalidParameter(item, label, 'does not contain a task', `${STEPS_EXAMPLE}.`);
	}
	for (const task of tasks) {
		const found = stepProblem(task);
		if (found) throw invalidParameter(item, label, found.problem, found.advice);
	}
	return tasks;
}

/** Returns the first problem of a task that a user has entered as a step of a transformation. */
function stepProblem(task: Task): TaskProblem | undefined {
	if (!Object.hasOwn(NOT_STEPS, task.name)) return taskProblem(task);
	return { problem: `must not contain the task “${task.name}”`, advice: NOT_STEPS[task.name] };
}

/** Tasks that are not steps: they sign, have an effect, or need several sources. The value says what to use. */
const NOT_STEPS: Readonly<Record<string, string>> = {
	security: 'The node signs the request itself.',
	store: 'Set Output to “New Filestack File” instead.',
	run_workflow: 'Use the resource Workflow instead.',
	workflow_status: 'Use the resource Workflow instead.',
	video_convert: 'Use the resource Video instead.',
	zip: 'Use the resource Archive instead.',
	pdfcreate: 'Use Document → Merge instead.',
	animate: 'Use Image → Create Animation instead.',
	b64: 'Enter the tasks as text instead.',
	debug: 'Its result describes the request and is not a file.',
};

function parsed(item: ItemContext, label: string, text: string): Task[] {
	const result = tryParse(text);
	if (Array.isArray(result)) return result;
	const advice =
		'Enter tasks as in a Filestack URL, for example resize=width:300/output=format:webp. Put texts with a slash or a comma in quotation marks.';
	throw invalidParameter(item, label, result.message, advice);
}

function tryParse(text: string): Task[] | TaskSyntaxError {
	try {
		return parseTasks(text);
	} catch (error) {
		return error as TaskSyntaxError;
	}
}
