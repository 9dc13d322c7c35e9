import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { fileCourierApiTest } from '../../../nodes/FileCourier/service';
import { credentialTestOf } from '../../support/credentialTest';
import { credentialsFor } from '../../support/descriptions';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { fileCourierNode } from '../../support/fileCourier';
import { decompressionBomb, largeJson } from '../../support/endlessResponses';
import type { Sandbox } from '../../support/sandbox';
import { useTestServer } from '../../support/testServer';

const host = useTestServer();

const credentials = () => credentialsFor(new FileCourierApi(), host.url);

async function get() {
	const sandbox = { info: { services: { fileCourier: { credentials: credentials() } } } };
	return await runNode(
		fileCourierNode(sandbox as unknown as Sandbox, {
			resource: 'session',
			operation: 'get',
			sessionId: 'req_1',
		}),
	);
}

const ADVICE = 'Check the Base URL. The address of FileCourier is https://api.filecourier.io.';
const TOO_LARGE = 'FileCourier: The response is larger than 64 MiB';

describe('a response of a gigabyte', () => {
	it('is not read further than the limit, and not requested again', async () => {
		host.handle(decompressionBomb(200));
		const error = errorOf(await get());
		expect(error.message).toBe(TOO_LARGE);
		expect(error.description).toContain('is much smaller, so the rest was not read');
		expect(host.requests).toHaveLength(1);
	});

	it('of an error status is reported as that status', async () => {
		host.handle(decompressionBomb(400));
		expect(errorOf(await get()).httpCode).toBe('400');
		expect(host.requests).toHaveLength(1);
	});

	it('fails the test of a credential', async () => {
		host.handle(decompressionBomb(200));
		const { message } = await credentialTestOf(fileCourierApiTest, 'fileCourierApi', credentials());
		expect(message).toBe(`${host.url}: The response is larger than 64 MiB. ${ADVICE}`);
	});
});

const MIB = 1024 * 1024;

it.each([
	['of 64 MiB is read', 64 * MIB, undefined],
	['of one more byte is an error', 64 * MIB + 1, TOO_LARGE],
])('a response %s', async (_, size, message) => {
	host.handle(largeJson(size));
	const run = await get();
	if (message) expect(errorOf(run).message).toBe(message);
	else expect(outputOf(run)[0].json.sessionId).toBe('req_1');
});
