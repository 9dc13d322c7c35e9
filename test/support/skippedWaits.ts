/** The delays that the nodes request, in milliseconds. They are recorded and skipped if this is imported before the nodes. */
export const waits: number[] = [];

jest.mock('../../nodes/shared/http/retry', () => ({
	...jest.requireActual<object>('../../nodes/shared/http/retry'),
	cancellableSleep: (milliseconds: number) => {
		waits.push(milliseconds);
		return Promise.resolve();
	},
}));
