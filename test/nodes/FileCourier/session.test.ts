import { errorOf, outputOf, runNode } from '../../support/engine';
import {
	createSession,
	fileCourierNode,
	REQUEST,
	uploadAsRecipient,
} from '../../support/fileCourier';
import { describeIdHandling } from '../../support/ids';
import { useTestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
const host = useTestServer();

const session = (operation: string, sessionId: string, more = {}) =>
	runNode(fileCourierNode(sandbox, { resource: 'session', operation, sessionId }, more));

async function newSession(parameters = {}): Promise<{ sessionId: string; link: string }> {
	return outputOf(await createSession(sandbox, parameters))[0].json as never;
}

describe('Session: Get', () => {
	it('returns a pending session by either form of its ID', async () => {
		const { sessionId } = await newSession({ options: { referenceId: 'CUST-2' } });
		for (const id of [sessionId, sessionId.replace('req_', 'sess_'), ` ${sessionId} `]) {
			const [{ json }] = outputOf(await session('get', id));
			expect(json).toMatchObject({
				sessionId,
				referenceId: 'CUST-2',
				status: 'pending',
				createdAt: expect.stringMatching(/Z$/) as string,
			});
		}
	});

	it('returns the files of a session after the upload', async () => {
		const { sessionId, link } = await newSession();
		await uploadAsRecipient(link, [
			{ name: 'id.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF') },
		]);
		const [{ json }] = outputOf(await session('get', sessionId));
		expect(json.files).toEqual([{ name: 'id.pdf', size: 4, mimeType: 'application/pdf' }]);
		expect(json.uploadedAt).toMatch(/Z$/);
	});

	describeIdHandling('an ID', {
		sandbox,
		label: 'Session ID',
		run: async (id) => await session('get', id),
		status: /^40[04]$/,
		beside: '../sessions',
		path: /^\/api\/ext\/sessions\/[^/]+$/,
	});
});

describe('Session: Cancel', () => {
	it('cancels a pending session, and reports no error for a session that is already cancelled', async () => {
		const { sessionId } = await newSession();
		expect(outputOf(await session('cancel', sessionId))[0].json).toEqual({
			cancelled: true,
			sessionId,
		});
		expect(outputOf(await session('get', sessionId))[0].json.status).toBe('cancelled');
		expect(outputOf(await session('cancel', sessionId))[0].json).toEqual({
			cancelled: true,
			sessionId,
			alreadyCancelled: true,
		});
	});

	it.each([200, 400, 409, 422])(
		'reports no error for a session that is already cancelled if FileCourier rejects it with %i',
		async (status) => {
			const rejected = { status, body: { status: false, error: 'Session cannot be cancelled' } };
			const data = { request_id: 'req_abc', status: 'cancelled' };
			host.respond(({ method }) =>
				method === 'DELETE' ? rejected : { body: { status: true, data } },
			);
			const run = await session('cancel', 'req_abc', { credentials: { baseUrl: host.url } });
			expect(outputOf(run)[0].json).toMatchObject({ cancelled: true, alreadyCancelled: true });
		},
	);

	it('succeeds if only the response to the cancellation is lost', async () => {
		const { sessionId } = await newSession();
		await sandbox.fault({
			service: 'fileCourier',
			method: 'DELETE',
			times: 1,
			fault: { type: 'resetAfterBody' },
		});
		expect(outputOf(await session('cancel', sessionId))[0].json).toMatchObject({ cancelled: true });
	});

	it('explains why a session with uploaded files cannot be cancelled', async () => {
		const { sessionId, link } = await newSession();
		await uploadAsRecipient(link, [{ name: 'a.txt', type: 'text/plain', bytes: Buffer.from('a') }]);
		const error = errorOf(await session('cancel', sessionId));
		expect(error.message).toBe('The session is uploaded and can no longer be cancelled');
		expect(error.description).toContain('Get');
	});

	it('reports that an unknown session was not found', async () => {
		const error = errorOf(await session('cancel', 'req_unknown'));
		expect(error.message).toMatch(/^FileCourier responded with 404/);
		expect(error.description).toContain(
			'FileCourier did not find the session in the project of the credential',
		);
	});
});

describe('a failing item', () => {
	const input = ['good', '', 'good'].map((to) => ({
		json: { to: to && 'customer@example.com', keep: 'me' },
	}));
	const parameters = {
		resource: 'session',
		operation: 'create',
		...REQUEST,
		recipientEmail: '={{ $json.to }}',
	};

	it('is output with its error if the node is set to continue', async () => {
		const settings = { onError: 'continueRegularOutput' as const };
		const items = outputOf(
			await runNode(fileCourierNode(sandbox, parameters, { input, settings })),
		);
		expect(items.map(({ json }) => Boolean(json.error))).toEqual([false, true, false]);
		expect(items[1]).toMatchObject({
			json: {
				error: 'The field “Recipient Email” is empty',
				message: expect.any(String) as string,
			},
			pairedItem: { item: 1 },
		});
	});

	it('is sent to the error output with its input data if the node has one', async () => {
		const settings = { onError: 'continueErrorOutput' as const };
		const run = await runNode(fileCourierNode(sandbox, parameters, { input, settings }));
		expect(outputOf(run, 0)).toHaveLength(2);
		expect(outputOf(run, 1)).toEqual([
			expect.objectContaining({
				json: expect.objectContaining({
					keep: 'me',
					error: 'The field “Recipient Email” is empty',
				}) as object,
			}),
		]);
	});
});
