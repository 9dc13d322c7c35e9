import { errorOf, runNode } from '../../support/engine';
import { fileCourierNode } from '../../support/fileCourier';
import { TestServer } from '../../support/testServer';
import type { Sandbox } from '../../support/sandbox';

const [service, elsewhere] = [new TestServer(), new TestServer()];
const path = (id: string) => `/api/ext/sessions/${id}`;

beforeAll(async () => {
	await elsewhere.start();
	await service
		.respondByUrl({
			[path('failed')]: { body: '{"status":false,"error":"Session not found"}' },
			[path('moved')]: { status: 302, headers: { location: `${elsewhere.url}/` } },
			[path('empty')]: { status: 200 },
		})
		.start();
});
afterAll(async () => await Promise.all([service.stop(), elsewhere.stop()]));

const get = async (sessionId: string) => {
	const credentials = { clientId: 'fc_x', clientSecret: 'fcs_y', baseUrl: service.url };
	const scripted = { info: { services: { fileCourier: { credentials } } } } as unknown as Sandbox;
	const parameters = { resource: 'session', operation: 'get', sessionId };
	return errorOf(await runNode(fileCourierNode(scripted, parameters)));
};

it('a response with status 200 that reports a failure is an error', async () => {
	expect((await get('failed')).message).toBe('FileCourier responded with 200: Session not found');
});

it('a redirect is an error, and the credentials are not sent to its target', async () => {
	expect((await get('moved')).message).toBe(
		`${service.url} does not look like FileCourier: it returned a redirect (302)`,
	);
	expect(service.requests.at(-1)!.headers.authorization).toMatch(/^Basic /);
	expect(elsewhere.requests).toEqual([]);
});

it('an empty response is an error', async () => {
	const { message, description } = await get('empty');
	expect(message).toBe('FileCourier responded without the session');
	expect(description).toContain('The response (200) is empty');
});
