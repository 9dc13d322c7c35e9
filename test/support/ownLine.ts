import { Line } from './line';
import type { Sandbox } from './sandbox';

/** For a file of tests: a line to a service of its sandbox. */
export function ownLine(sandbox: Sandbox, service: string): Line {
	const line = new Line();
	beforeAll(async () => await line.start(Object.values(sandbox.info.services[service].origins)));
	afterAll(async () => await line.stop());
	return line;
}
