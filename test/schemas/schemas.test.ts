/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { useSandbox } from '../support/useSandbox';
import { nodesOf, operationNames, type Outputs, outputsOf, schemaPath, SERVICES } from './outputs';
import { outputsPage, serviceSection } from './page';
import { schemaFile } from './schema';

/** Set by `npm run schemas`. */
const WRITES = process.env.WRITE_SCHEMAS === '1';
const HINT = 'Run npm run schemas, and check the changes.';
const PAGE = 'docs/outputs.md';

const sandbox = useSandbox();
const outputs: Record<string, Outputs> = {};

beforeAll(async () => {
	for (const service of Object.keys(SERVICES)) outputs[service] = await outputsOf(sandbox, service);
}, 300_000);

/** Returns the content of each preview of a service by its path in the repository. */
function previewsOf(service: string): Map<string, string> {
	const previews = new Map<string, string>();
	for (const { name, folder, node } of nodesOf(service)) {
		const isAction = node.description.group.includes('trigger') === false;
		for (const key of isAction ? operationNames(node) : [name]) {
			const items = outputs[service].get(key);
			if (!items) throw new Error(`test/schemas/${service}.ts has no step for ${key}`);
			for (const version of [node.description.version].flat()) {
				const path = join(folder, schemaPath(version, isAction ? key : undefined));
				const content = schemaFile(items);
				if ((previews.get(path) ?? content) !== content)
					throw new Error(`Two nodes have the preview ${path}`);
				previews.set(path, content);
			}
		}
	}
	return previews;
}

/** Returns the previews below a folder. */
function filesBelow(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((path) => join(folder, path))
		.filter((path) => path.includes('__schema__') && path.endsWith('.json'));
}

describe.each(Object.entries(SERVICES))('the schema previews of %s', (service, { Node }) => {
	const folder = `nodes/${Node.name}`;

	it('are those of the current outputs, one for each operation and trigger', () => {
		const previews = previewsOf(service);
		if (WRITES) {
			for (const path of filesBelow(folder)) rmSync(path);
			for (const [path, content] of previews) {
				mkdirSync(dirname(path), { recursive: true });
				writeFileSync(path, content);
			}
		}
		const stored = filesBelow(folder).map((path) => [path, readFileSync(path, 'utf8')] as const);
		expect({ HINT, ...Object.fromEntries(stored) }).toEqual({
			HINT,
			...Object.fromEntries(previews),
		});
	});

	it('have the common names, each once', () => {
		for (const [name, items] of outputs[service]) {
			for (const item of items) {
				expect([name, ...Object.keys(item).filter(isUncommon)]).toEqual([name]);
				const folded = Object.keys(item).map((field) => field.toLowerCase().replace(/_/g, ''));
				expect(new Set(folded).size).toBe(folded.length);
			}
		}
	});

	it('have dates in ISO 8601 UTC', () => {
		const dates = [...outputs[service].values()]
			.flat()
			.flatMap((item) =>
				Object.entries(item).filter(([field, value]) => /[a-z]At$/.test(field) && value !== null),
			);
		expect(dates.length).toBeGreaterThan(0);
		for (const [field, value] of dates) {
			expect([field, value]).toEqual([field, new Date(String(value)).toISOString()]);
		}
	});
});

/** Names that have another one in the output, and names that are not in camel case. */
const isUncommon = (field: string): boolean =>
	/^(id|fileName|filename|fileSize|sizeBytes|mimetype|type|downloadUrl|magicLink|uploadUrl|effectiveStatus|timestamp|uuid)$/.test(
		field,
	) || !/^[a-z][a-zA-Z0-9]*$/.test(field);

/** Operations to whose response, of fewer fields, the node adds the details of the transfer and of the encryption. */
const EXTENDED = new Set(['fileShot.file.upload', 'fileShot.file.download']);

it('every operation whose response has more than ten fields can be simplified', () => {
	const crowded = Object.keys(SERVICES).flatMap((service) => {
		const [{ node }] = nodesOf(service);
		const fields = node.description.properties;
		return operationNames(node).filter((name) => {
			if (EXTENDED.has(`${service}.${name}`) || name.endsWith('.cleanUp')) return false;
			const [resource, operation] = name.split('.');
			const isSimple = fields.some(
				({ name: field, displayOptions: { show = {} } = {} }) =>
					field === 'simplify' &&
					show.resource?.includes(resource) &&
					show.operation?.includes(operation),
			);
			const most = Math.max(...outputs[service].get(name)!.map((item) => Object.keys(item).length));
			return !isSimple && most > 10;
		});
	});
	expect(crowded).toEqual([]);
});

it('the page with the output fields is up to date', async () => {
	const sections = Object.keys(SERVICES).map((service) =>
		serviceSection(nodesOf(service), outputs[service]),
	);
	const options = await resolveConfig(PAGE);
	const page = await format(outputsPage(sections), { ...options, parser: 'markdown' });
	if (WRITES) writeFileSync(PAGE, page);
	expect([HINT, readFileSync(PAGE, 'utf8')]).toEqual([HINT, page]);
});
