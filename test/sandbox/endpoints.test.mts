import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenApi } from '../../sandbox/core/openapi.mts';
import { openapi as filestack } from '../../sandbox/services/filestack/openapi.mts';
import { type Endpoint, inspectSimulations, rowOf, type Simulations } from './endpoints.mts';

let all: Endpoint[];
let documents: Simulations['documents'];
beforeAll(async () => ({ endpoints: all, documents } = await inspectSimulations()));

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

const DOCUMENTS: [service: string, origin: string, document?: OpenApi][] = [
	['fileCourier', 'api'],
	['fileShot', 'api'],
	['speedyFiles', 'instance'],
	['filesApp', 'api'],
	['filestack', 'api', filestack.api],
	['filestack', 'upload', filestack.upload],
	['filestack', 'process', filestack.process],
];

test.each(DOCUMENTS)(
	'the OpenAPI document of %s (%s) contains its complete API',
	(service, origin, handwritten) => {
		const document = handwritten ?? documents[service][origin];
		const base = document.servers[0].url.replace(/\/$/, '');
		const shape = (text: string) => text.replace(/\{\w+\}|:\w+/g, '*');
		const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
			Object.keys(operations)
				.filter((name) => ['get', 'post', 'put', 'delete'].includes(name))
				.map((method) => shape(`${method.toUpperCase()} ${base}${path}`)),
		);
		const registered = all
			.filter((one) => one.service === service && one.origin === origin)
			.filter(({ path }) => path.startsWith(base) && !OF_THE_DOCUMENT.test(path))
			.map(({ method, path }) => shape(`${method} ${path}`));
		expect(registered.filter((one) => !documented.includes(one))).toEqual([]);
		expect(documented.filter((one) => !registered.includes(one))).toEqual([]);
	},
);

/** The pages that display an OpenAPI document are not part of it. */
const OF_THE_DOCUMENT = /\/(?:docs|redoc|openapi\.json)$/;
