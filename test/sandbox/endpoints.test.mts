import Fastify from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRoutes, documentOf, HIDDEN } from '../../sandbox/core/describeRoutes.mts';
import { documentHead, inPath } from '../../sandbox/core/openapi.mts';
import { services } from '../../sandbox/services/index.mts';
import { type Endpoint, inspectSimulations, rowOf, type Simulations } from './endpoints.mts';
import { Bench, http } from './support.mts';

let all: Endpoint[];
let documents: Simulations['documents'];
let bench: Bench;
beforeAll(async () => {
	({ endpoints: all, documents } = await inspectSimulations());
	bench = await Bench.start();
});
afterAll(async () => await bench.stop());

const README = readFileSync('sandbox/README.md', 'utf8');
/** The rows of the table: the endpoint and its test files. */
const rows = [...README.matchAll(/^(\| \w+ \| \w+ \| `[A-Z]+ \S+` \|) (.*) \|$/gm)];

test('the table of sandbox/README.md contains every endpoint exactly once', () => {
	expect(rows.map(([, endpoint]) => endpoint)).toEqual(all.map(rowOf));
});

test('the table only names existing test files', () => {
	for (const [, endpoint, names] of rows) {
		const tests = names.split(', ');
		const missing = tests.filter((name) => !existsSync(join('test/sandbox', `${name}.test.mts`)));
		expect([endpoint, missing]).toEqual([endpoint, []]);
	}
});

const ORIGINS = Object.entries(services).flatMap(([service, { origins }]) =>
	Object.keys(origins).map((origin) => [service, origin]),
);

describe.each(ORIGINS)('the OpenAPI document of %s (%s)', (service, origin) => {
	/** The operations, with `*` for parameters. */
	const operations = () => {
		const { servers, paths } = documents[service][origin];
		const base = servers[0].url.replace(/\/$/, '');
		return Object.entries(paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => shape(`${method.toUpperCase()} ${base}${path}`)),
		);
	};

	test('contains every endpoint below its base, and no others', () => {
		const base = documents[service][origin].servers[0].url.replace(/\/$/, '');
		const registered = all
			.filter((one) => one.service === service && one.origin === origin)
			.filter(({ path }) => path.startsWith(`${base}/`) && !OF_THE_DOCUMENT.test(path))
			.flatMap(({ method, path, forms = [path] }) => forms.map((form) => `${method} ${form}`));
		expect([...new Set(registered.map(shape))].sort()).toEqual([...operations()].sort());
	});

	test('says what each call does and returns', () => {
		for (const [path, methods] of Object.entries(documents[service][origin].paths)) {
			for (const [method, { summary, responses }] of Object.entries(methods)) {
				const described = Object.values(responses).map(({ description }) => description !== '');
				expect([method, path, summary !== '', described.includes(false)]).toEqual([
					...[method, path],
					...[true, false],
				]);
			}
		}
	});

	test('is available in the control API', async () => {
		const { status, data } = await http.get<unknown>(
			`${bench.portal}/api/services/${service}/openapi/${origin}`,
		);
		expect([status, data]).toEqual([200, documents[service][origin]]);
	});
});

const shape = (text: string) => text.replace(/\{\w+\}|:\w+|\*/g, '*');

/** The pages that display an OpenAPI document are not part of it. */
const OF_THE_DOCUMENT = /\/(?:docs|redoc|openapi\.json)$/;

test('there is no document of an unknown origin', async () => {
	const { status } = await http.get(`${bench.portal}/api/services/filesApp/openapi/cdn`);
	expect(status).toBe(404);
});

describe('a route', () => {
	const summary = 'A call';
	const response = { 200: { description: 'Done' } };
	const register = (schema?: object) => {
		const app = Fastify();
		describeRoutes(app, documentHead('A service', '/'));
		return app.register(async (scope) => {
			scope.post('/a/:id', { schema }, (request) => ({ ...(request.body as object), id: 1 }));
			return await Promise.resolve();
		});
	};

	test.each([
		['no schema', undefined],
		['no summary', { response }],
		['no responses', { summary }],
	])('with %s is refused', async (_what, schema) => {
		await expect(register(schema).ready()).rejects.toThrow(
			'POST /a/:id needs a schema with a summary and its responses',
		);
	});

	test('with a schema is part of the document, which neither checks requests nor changes responses', async () => {
		const body = { type: 'object', additionalProperties: false };
		const app = register({
			summary,
			...inPath({ id: 'A number' }),
			body,
			response: {
				200: { description: 'Done', type: 'object', additionalProperties: false },
			},
		});
		const { json } = await app.inject({ method: 'POST', url: '/a/x', payload: { b: 'c' } });
		expect(json()).toEqual({ b: 'c', id: 1 });
		expect(documentOf(app).paths).toMatchObject({
			'/a/{id}': {
				post: {
					summary,
					parameters: [{ name: 'id', in: 'path', required: true, description: 'A number' }],
					requestBody: { content: { 'application/json': { schema: body } } },
					responses: { 200: { description: 'Done' } },
				},
			},
		});
		await app.close();
	});

	test('that is hidden is not part of the document', async () => {
		const app = register(HIDDEN.schema);
		await app.ready();
		expect(documentOf(app).paths).toEqual({});
		await app.close();
	});
});
