import type { IRun } from 'n8n-workflow';

import { errorOf } from './engine';
import type { Sandbox } from './sandbox';

/** Values that lead elsewhere where they stand in an address as they are. */
const HOSTILE = [
	'x?y',
	'x#y',
	'%2e%2e%2fx',
	'a\r\nb',
	'n\u0000l',
	'🎉',
	'"\'; --',
	'x'.repeat(300),
];

/** A field of a node in which a thing is named. */
export interface IdField {
	sandbox: Sandbox;
	label: string;
	/** Runs an operation on the thing. */
	run(id: string): Promise<IRun>;
	/** What a thing that is not there is answered with. */
	status: RegExp;
	/** What leads to another route of the service. */
	beside: string;
	/** Where an operation may ask. */
	path: RegExp;
}

/** @param what “an ID”, or what the service calls it */
export function describeIdHandling(
	what: string,
	{ sandbox, label, run, status, beside, path }: IdField,
): void {
	it.each(HOSTILE)(`treats %j as ${what} and nothing else`, async (hostile) => {
		expect(errorOf(await run(hostile)).httpCode).toMatch(status);
		const paths = (await sandbox.requests()).map((request) => request.path);
		expect(paths).not.toEqual([]);
		for (const asked of paths) expect(asked).toMatch(path);
	});

	it.each(['={{ "" }}', '  ', '.', '..', '\uD800', 'a/b', beside])(
		`rejects %j as ${what} without sending a request`,
		async (none) => {
			const { message } = errorOf(await run(none));
			expect(message).toMatch(new RegExp(`^The ${label} is (empty|not valid)$`));
			expect(await sandbox.requests()).toEqual([]);
		},
	);
}
