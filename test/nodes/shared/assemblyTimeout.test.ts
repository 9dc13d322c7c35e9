import { lastCallPayload } from '../../../nodes/shared/files/parts';

it('a call that completes an upload in parts and gets no response is a slow response, not a stalled transfer', async () => {
	const timers: AbortController[] = [];
	jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
		timers.push(new AbortController());
		return timers.at(-1)!.signal;
	});
	const { stallGuard } = await lastCallPayload({}, {}, 0).open();
	const ended = stallGuard!.during(new Promise(() => undefined)).catch((error: unknown) => error);
	const later = performance.now() + 600_001;
	jest.spyOn(performance, 'now').mockReturnValue(later);
	for (const timer of timers) timer.abort();
	jest.restoreAllMocks();
	expect(await ended).toMatchObject({
		code: 'ESLOWRESPONSE',
		message: 'The response was not complete after 600 seconds',
	});
});
