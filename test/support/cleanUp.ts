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
export interface CleanUpItem extends IDataObject {
	action: string;
	reason: string;
}

export async function runCleanUp(node: NodeUnderTest): Promise<CleanUpItem[]> {
	return outputOf(await runNode(node)).map(({ json }) => json as CleanUpItem);
}

/** Returns the actions by the value of a field, such as the name. */
export const actionsBy = (field: string, items: CleanUpItem[]): Record<string, string> =>
	Object.fromEntries(items.map((one) => [String(one[field]), one.action]));

/** Returns the number of items by action. */
export function countActions(items: CleanUpItem[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { action } of items) counts[action] = (counts[action] ?? 0) + 1;
	return counts;
}

/** Advances the service's clock; n8n's stays. */
export const advanceClock = async (sandbox: Sandbox, seconds: number): Promise<void> => {
	await sandbox.control.post('/clock', { advance: seconds });
};

/** Stops the service's clock, so that a test can hit an exact time; 1 lets it run again. */
export const setClockSpeed = async (sandbox: Sandbox, speed: 0 | 1): Promise<void> => {
	await sandbox.control.post('/clock', { speed });
};

export const deletionsIn = async (sandbox: Sandbox) =>
	(await sandbox.requests()).filter(({ method }) => method === 'DELETE');
