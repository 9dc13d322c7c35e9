import type { IDataObject } from 'n8n-workflow';

import { type NodeUnderTest, outputOf, runNode } from './engine';
import type { Sandbox } from './sandbox';

export const DAY = 86_400;

/**
 * Parameters of a clean-up in a sandbox whose clock is advanced: only the service's clock counts, because the clock of
 * n8n stays where it is. The output contains everything that was checked.
 */
export const onServiceClock = ({ options, ...more }: IDataObject): IDataObject => ({
	output: 'each',
	...more,
	options: { trustServiceClock: true, ...(options as IDataObject) },
});

/** The output of a clean-up. */
export interface Cleaned extends IDataObject {
	action: string;
	reason: string;
}

export async function cleaned(node: NodeUnderTest): Promise<Cleaned[]> {
	return outputOf(await runNode(node)).map(({ json }) => json as Cleaned);
}

/** The actions by what a thing is called. */
export const actionsBy = (field: string, items: Cleaned[]): Record<string, string> =>
	Object.fromEntries(items.map((one) => [String(one[field]), one.action]));

/** How many came to which end. */
export function tally(items: Cleaned[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { action } of items) counts[action] = (counts[action] ?? 0) + 1;
	return counts;
}

/** Lets the service's own time pass; the host's stays. */
export const pass = async (sandbox: Sandbox, seconds: number): Promise<void> => {
	await sandbox.control.post('/clock', { advance: seconds });
};

/** Holds the service's clock still, so that a moment can be met exactly; 1 lets it run again. */
export const pace = async (sandbox: Sandbox, speed: 0 | 1): Promise<void> => {
	await sandbox.control.post('/clock', { speed });
};

export const deletionsIn = async (sandbox: Sandbox) =>
	(await sandbox.requests()).filter(({ method }) => method === 'DELETE');
