/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { isDeepStrictEqual } from 'node:util';

import { HookContext } from 'n8n-core';
import type { IDataObject, IHookFunctions, INodeProperties, INodeType, IRun } from 'n8n-workflow';

import { itemWith } from '../support/binary';
import {
	allNodes,
	credentialsFor,
	operationsOf,
	parametersWith,
	type Place,
	placesIn,
	putAt,
} from '../support/descriptions';
import { buildContext, runNode } from '../support/engine';
import { TestServer } from '../support/testServer';
import { ActivePoller } from '../support/polling';

/** Values that an expression or an AI agent may set a field to. */
const HOSTILE: ReadonlyArray<[name: string, value: unknown]> = [
	['undefined', undefined],
	['null', null],
	['an empty text', ''],
	['white space', ' \t\n'],
	['a word', 'fortnights'],
	['the text "false"', 'false'],
	['the text "no"', 'no'],
	['the text "undefined"', 'undefined'],
	['a property name of Object', '__proto__'],
	['another property name of Object', 'constructor'],
	['NaN', NaN],
	['Infinity', Infinity],
	['a negative number', -1],
	['zero', 0],
	['a fraction', 1.5],
	['a huge number', 1e308],
	['a number as text', '7'],
	['hexadecimal', '0x10'],
	['true', true],
	['false', false],
	['an empty object', {}],
	['an object', { a: { b: 1 } }],
	['an empty list', []],
	['a list of a word', ['fortnights']],
	['a list of empty values', [null, undefined]],
	['a line break', 'a\r\nX-Evil: 1'],
	['an incomplete character', 'a\ud83d'],
	['an invalid date', new Date(NaN)],
	['a long text', 'x'.repeat(5_000)],
];

/** The types that decide which values a field allows. */
const TYPED = new Set(['boolean', 'dateTime', 'multiOptions', 'number', 'options']);

/** Messages of JavaScript errors for unvalidated values. */
const RAW =
	/is not a function|is not iterable|Cannot (read|convert|destructure)|Reduce of|Unexpected (token|end)|^Invalid (URL|time|array|character|value)|undefined|NaN|\[object |Maximum call stack|must be of type/;

const host = new TestServer();
beforeAll(async () => {
	await host.respond({ status: 400, body: '{"error":"no","detail":"no","message":"no"}' }).start();
});
afterAll(async () => await host.stop());

/**
 * Whether the description of a field allows a value; undefined if it does not decide that. Shares no code with the nodes,
 * so that it is an independent check.
 */
function isAllowed(field: INodeProperties, value: unknown): boolean | undefined {
	const { type, options = [], typeOptions = {}, required } = field;
	const choices = options.flatMap((one) => ('value' in one ? [one.value as unknown] : []));
	const isEmpty = value === undefined || value === null || /^\s*$/.test(String(value));
	switch (type) {
		case 'boolean':
			return typeof value === 'boolean' || /^(true|false)$/i.test(String(value));
		case 'number': {
			const isNumeric =
				typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));
			const number = isNumeric ? Number(value) : NaN;
			const { minValue = -Infinity, maxValue = Infinity, numberPrecision = 0 } = typeOptions;
			const isWhole = Math.abs(number) <= Number.MAX_SAFE_INTEGER && Number.isInteger(number);
			const fits = numberPrecision > 0 ? Number.isFinite(number) : isWhole;
			return fits && number >= minValue && number <= maxValue;
		}
		case 'options':
			return choices.includes(value);
		case 'multiOptions': {
			const all = isEmpty && !Array.isArray(value) ? [] : [value].flat();
			if (all.length === 0) return required === true ? false : undefined;
			return all.every((one) => choices.includes(one));
		}
		case 'dateTime':
			if (isEmpty) return required === true ? false : undefined;
			return false;
		case 'resourceLocator':
			return isEmpty || /^(undefined|NaN|true|false|\[object.*|)$/.test(String(value))
				? false
				: undefined;
		default:
			return isEmpty && required === true && !Array.isArray(value) ? false : undefined;
	}
}

interface Ending {
	run: IRun;
	requests: TestServer['requests'];
}

async function runWith(
	{ node, credentialType }: ReturnType<typeof allNodes>[number],
	parameters: IDataObject,
	hostile: unknown,
): Promise<Ending> {
	host.requests.splice(0);
	const { binary } = await input;
	const json = {
		hostile: hostile as string,
		file: { url: `${host.url}/delivered` },
		files: [{ sha256: 'a'.repeat(64) }],
		link: `${host.url}/p/abc`,
		handle: 's7tdGfE5RRKFUxwsZoYv',
	};
	const credentials = credentialsFor(credentialType, host.url);
	const run = await runNode({
		node,
		credentialType,
		credentials,
		parameters,
		input: [{ json, binary }],
		// n8n takes long to find the offset of another time zone for the `$now` of each expression.
		workflowSettings: { timezone: 'UTC' },
	});
	return { run, requests: [...host.requests] };
}
const input = itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } });

/** Lists the faults in the result of a run. */
function faultsOf({ field }: Place, value: unknown, { run, requests }: Ending): string[] {
	const { error, runData } = run.data.resultData;
	const faults: string[] = [];
	const said = error ? `${error.message} ${error.description ?? ''}` : '';
	if (error) {
		const isOwn = error.name === 'NodeApiError' || error.name === 'NodeOperationError';
		if (
			!isOwn ||
			error.message.trim() === '' ||
			RAW.test(said.replace(/[“'](undefined|NaN)[”']/g, ''))
		) {
			faults.push(`a raw error: ${error.name}: ${said}`);
		}
	} else if ((runData.Subject[0].data?.main[0] ?? []).length === 0 && requests.length === 0) {
		faults.push('success without an output');
	}
	const wire = requests.map(({ url, body }) => `${decodeURIComponent(url)}\n${body}`).join('\n');
	const isSent = (text: string) =>
		wire.includes(text) && !JSON.stringify(value ?? '').includes(text);
	for (const text of ['undefined', 'NaN', '[object ']) {
		if (isSent(text)) faults.push(`“${text}” on the wire: ${wire.slice(0, 300)}`);
	}
	if (/\ufffd|\\ud[89a-f]/i.test(wire)) faults.push('an incomplete character on the wire');
	for (const { headers: head } of requests) {
		if ('x-evil' in head) faults.push('an injected header');
	}
	if (isAllowed(field, value) === false) {
		if (requests.length > 0) faults.push(`sent ${requests[0].method} ${requests[0].url}`);
		if (!said.includes(field.displayName)) faults.push(`does not name the field: ${said}`);
	}
	return faults;
}

const actions = allNodes().filter(({ node }) => !node.description.group.includes('trigger'));

describe.each(actions.map((one) => [one.node.description.displayName, one] as const))(
	'%s',
	(_, subject) => {
		const operations = operationsOf(subject.node as INodeType);
		const occurrences = new Map<string, number>();

		/**
		 * Returns all values for the first field of a kind, and a sixth of them, in turn, for each further one, because the same
		 * code checks them: fields with the same name in several operations, and all fields whose type decides what they allow.
		 */
		const valuesFor = ({ field: { type, required }, path }: Place) => {
			const key = [...(TYPED.has(type) ? [] : path), type, required].join(' ');
			const count = occurrences.get(key) ?? 0;
			occurrences.set(key, count + 1);
			return HOSTILE.filter((_value, n) => count === 0 || (n + count) % 6 === 0);
		};

		it.each(operations.map((one) => [one.title, one] as const))(
			'%s accepts valid values, so that each field can be tested separately',
			async (__, operation) => {
				const { run, requests } = await runWith(subject, parametersWith(operation), '');
				const { error } = run.data.resultData;
				if (error) expect([error.message, requests.length > 0]).toEqual([error.message, true]);
			},
		);

		it.each(operations.map((one) => [one.title, one] as const))(
			'%s: every field rejects the values that its description does not allow',
			async (__, operation) => {
				const found: string[] = [];
				for (const place of placesIn(operation.fields)) {
					const valid = parametersWith(operation, place);
					for (const [name, value] of valuesFor(place)) {
						const isLocator = place.field.type === 'resourceLocator';
						const expression = '={{ $json.hostile }}';
						const put = isLocator ? { __rl: true, mode: 'id', value: expression } : expression;
						const ending = await runWith(subject, putAt(valid, place.path, put, place.row), value);
						for (const fault of faultsOf(place, value, ending)) {
							found.push(`${place.path.join('.')} = ${name}: ${fault}`);
						}
					}
				}
				expect(found).toEqual([]);
			},
			240_000,
		);
	},
);

const triggers = allNodes().filter(({ node }) => node.description.group.includes('trigger'));

/** Activates a trigger and returns the error, or undefined. */
async function activate(
	{ node, credentialType }: ReturnType<typeof allNodes>[number],
	parameters: IDataObject,
): Promise<(Error & { description?: string | null }) | undefined> {
	host.requests.splice(0);
	const credentials = credentialsFor(credentialType, host.url);
	const options = { node, credentialType, credentials, parameters };
	const start = async () => {
		if (node.description.polling) return await new ActivePoller(options).activate();
		const { workflow, additionalData, subject } = buildContext(options);
		const context = new HookContext(workflow, subject, additionalData, 'trigger', 'activate');
		await node.webhookMethods!.default!.create.call(context as unknown as IHookFunctions);
	};
	return await start().then(
		() => undefined,
		(error: Error) => error,
	);
}

describe.each(triggers.map((one) => [one.node.description.displayName, one] as const))(
	'%s',
	(_, subject) => {
		const { properties: fields } = subject.node.description;
		const operation = { selection: {}, fields };

		it('every setting rejects the values that its description does not allow', async () => {
			// With valid settings, the only possible error is the one from the service.
			const valid = await activate(subject, parametersWith(operation));
			expect(valid?.message ?? 'responded with 400').toMatch(/responded with 400/);
			const found: string[] = [];
			for (const place of placesIn(fields)) {
				const parameters = parametersWith(operation, place);
				for (const [name, value] of HOSTILE) {
					// n8n replaces null by the default, and saves parameters as JSON.
					if (
						value === null ||
						!isDeepStrictEqual(value, JSON.parse(JSON.stringify(value ?? null)))
					) {
						continue;
					}
					const error = await activate(subject, putAt(parameters, place.path, value, place.row));
					const said = `${error?.message ?? ''} ${error?.description ?? ''}`;
					const fault = (what: string) => found.push(`${place.path.join('.')} = ${name}: ${what}`);
					if (RAW.test(said.replace(/[“'](undefined|NaN)[”']/g, ''))) fault(`a raw error: ${said}`);
					if (isAllowed(place.field, value) !== false) continue;
					if (host.requests.length > 0) fault(`sent ${host.requests[0].url}`);
					if (!said.includes(place.field.displayName)) fault(`does not name the field: ${said}`);
				}
			}
			expect(found).toEqual([]);
		}, 240_000);
	},
);
