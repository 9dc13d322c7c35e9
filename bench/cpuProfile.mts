import type { CpuProfile } from './probe.mts';

/** The parts of n8n between which the CPU time is divided, by a pattern of the file that a function is from. */
const PARTS: ReadonlyArray<readonly [part: string, pattern: RegExp]> = [
	['this package', /n8n-nodes-file-delivery/],
	['expressions and their isolates', /isolated-vm|expression-runtime|expression\.js/],
	['database', /typeorm|sqlite|@n8n\/db|\/knex\//],
	['static data and workflows (n8n-workflow)', /node_modules\/n8n-workflow\//],
	['credentials', /credentials|Cipher|encryption/i],
	[
		'HTTP server',
		/express|body-parser|raw-body|finalhandler|router\/|helmet|compression|node:_http|node:net/,
	],
	['logs and events', /winston|eventbus|logger|logform|telemetry/i],
	['n8n-core and n8n', /node_modules\/(n8n-core|n8n|@n8n)\//],
];

/** Pseudo-functions of V8 that are parts of their own. */
const PSEUDO: Readonly<Record<string, string>> = {
	'(garbage collector)': 'garbage collection',
	'(program)': 'native code outside of functions',
};

/**
 * Divides the CPU time of a profile between the parts of n8n, in milliseconds, largest first. Built-in functions count for the
 * part that calls them.
 */
export function timeByPart({ nodes, samples, timeDeltas }: CpuProfile): Array<[string, number]> {
	const partOf = new Map<number, string | undefined>();
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const parentOf = new Map(
		nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
	);
	const find = (id: number): string | undefined => {
		if (partOf.has(id)) return partOf.get(id);
		const { functionName, url } = byId.get(id)!.callFrame;
		const parent = parentOf.get(id);
		const part =
			PSEUDO[functionName] ??
			PARTS.find(([, pattern]) => pattern.test(url))?.[0] ??
			(parent === undefined ? undefined : find(parent));
		partOf.set(id, part);
		return part;
	};
	const times = new Map<string, number>();
	for (const [index, id] of samples.entries()) {
		const { functionName, url } = byId.get(id)!.callFrame;
		// The start of the profile is not part of it.
		if (functionName === '(idle)' || url === 'node:inspector') continue;
		const part = find(id) ?? 'other';
		times.set(part, (times.get(part) ?? 0) + timeDeltas[index] / 1000);
	}
	return [...times].sort(([, a], [, b]) => b - a);
}
