import type { INodeProperties } from 'n8n-workflow';

import type { Resource } from './operation';

/** Returns the subtitle of an action node: the selected operation and resource in words. */
export function operationSubtitle(resources: Resource[]): string {
	const names = Object.fromEntries(
		resources.flatMap(({ value, name, operations }) =>
			operations.map((operation) => [`${value}.${operation.value}`, `${operation.name}: ${name}`]),
		),
	);
	return `={{ (${JSON.stringify(names)})[$parameter["resource"] + "." + $parameter["operation"]] }}`;
}

/** Returns the subtitle of a trigger: the selected events in words. An event with an expression is shown as it is. */
export function eventsSubtitle(properties: readonly INodeProperties[]): string {
	const { options = [] } = properties.find(({ name }) => name === 'events') ?? {};
	const names = Object.fromEntries(
		options.flatMap((option) => ('value' in option ? [[option.value, option.name]] : [])),
	) as Record<string, string>;
	return `={{ [$parameter["events"]].flat().map((event) => (${JSON.stringify(names)})[event] ?? event).join(", ") }}`;
}
