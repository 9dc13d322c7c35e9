import '../../support/shortLimits';
import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { fileCourierApiTest } from '../../../nodes/FileCourier/service';
import { credentialTestOf } from '../../support/credentialTest';
import { credentialsFor } from '../../support/descriptions';
import { errorOf, runNode } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { fileCourierNode, REQUEST } from '../../support/fileCourier';
import { trickle, trickleHeaders } from '../../support/endlessResponses';
import type { Sandbox } from '../../support/sandbox';
import { useTestServer } from '../../support/testServer';
import { skipWaits, waits } from '../../support/waits';

skipWaits();

const host = useTestServer();

const credentials = () => credentialsFor(new FileCourierApi(), host.url);

async function call(operation: string, parameters = {}) {
	const sandbox = { info: { services: { fileCourier: { credentials: credentials() } } } };
	return await runNode(
		fileCourierNode(sandbox as unknown as Sandbox, {
			resource: 'session',
			operation,
			sessionId: 'req_1',
			...parameters,
		}),
	);
}

const released = async () => await eventually(() => host.abandoned === host.requests.length);

const ADVICE = 'Check the Base URL. The address of FileCourier is https://api.filecourier.io.';
const TOO_SLOW = 'FileCourier: The response was not complete after 120 seconds';

describe('a response that never ends', () => {
	it('fails a safe call after four attempts, and closes their connections', async () => {
		host.handle(trickle(200, '{'));
		const error = errorOf(await call('get'));
		expect(error.message).toBe(TOO_SLOW);
		expect(error.description).toContain('or a proxy in front of it, responds too slowly');
		expect(error.failure).toEqual({ cause: 'temporarily-unavailable' });
		expect(host.requests).toHaveLength(4);
		expect(waits).toHaveLength(3);
		await released();
	});

	it('fails a call that must not run twice at once, and states that it may have succeeded', async () => {
		host.handle(trickle(200, '{'));
		const error = errorOf(await call('create', REQUEST));
		expect(error.message).toContain('not complete after 600 seconds');
		expect(error.description).toMatch(/may have|was created/);
		expect(host.requests).toHaveLength(1);
		await released();
	});

	it('fails the call even if it consists of headers', async () => {
		host.handle(trickleHeaders);
		expect(errorOf(await call('get')).message).toBe(TOO_SLOW);
		expect(host.requests).toHaveLength(4);
	});

	it('fails the call if its headers are too large, and says so', async () => {
		const headers = { 'x-padding': 'a'.repeat(100_000) };
		host.handle((_, response) => response.writeHead(200, headers).end('{}'));
		expect(errorOf(await call('get')).description).toMatch(
			/^The headers of the response are too large/,
		);
	});

	it('of an error status is reported as that status', async () => {
		host.handle(trickle(401, '{"status":false,"error":"Invalid API key"}'));
		const error = errorOf(await call('get'));
		expect(error.httpCode).toBe('401');
		expect(error.message).toContain('Invalid API key');
		expect(host.requests).toHaveLength(1);
		await released();
	});

	it('fails the test of a credential', async () => {
		host.handle(trickle(200, '{'));
		const result = await credentialTestOf(fileCourierApiTest, 'fileCourierApi', credentials());
		expect(result).toEqual({
			status: 'Error',
			message: `${host.url}: The response was not complete after 30 seconds. ${ADVICE}`,
		});
		await released();
	});
});
