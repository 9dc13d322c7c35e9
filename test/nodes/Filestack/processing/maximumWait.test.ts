import '../../../support/shortLimits';
import { errorOf } from '../../../support/engine';
import { filestack, useFilestackServer } from '../../../support/filestack';
import { DEFAULTS } from '../../../support/filestackProcessing';

const recorder = useFilestackServer();

it.each([
	['workflow', 'run', { workflowId: 'w-1' }, 'The workflow'],
	['video', 'convert', { preset: 'h264' }, 'The conversion'],
])(
	'a %s: %s ends its wait, even if Filestack does not respond',
	async (...[resource, operation, given, what]) => {
		const started = { jobid: 'j-1', uuid: 'j-1', status: 'Started', workflow: 'w-1' };
		recorder.respond((_, count) => ({ body: started, delay: count > 1 ? 20_000 : 0 }));
		const parameters = { ...DEFAULTS, ...given, file: 'HANDLE', wait: true, maxWaitMinutes: 0.05 };
		const error = errorOf(await filestack(recorder.credentials(), resource, operation, parameters));
		expect(error.message).toBe(`${what} did not finish within 0.05 minutes`);
		expect(error.description).toContain('Its ID is j-1');
		expect(recorder.requests).toHaveLength(2);
	},
);
