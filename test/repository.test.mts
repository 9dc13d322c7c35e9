import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
	convertWorkflowTemplate,
	NoOperationTraceWriter,
	parseWorkflow,
} from '@actions/workflow-parser';
import { parse } from 'yaml';

import { ROOT } from '../sandbox/system/repository.mjs';

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const yamlFilesIn = (folder: string) =>
	readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.yml'));

/** Returns what GitHub's own parser finds wrong in a workflow: unknown keys and values, expressions, job dependencies. */
async function errorsIn(content: string): Promise<string[]> {
	const { context, value } = parseWorkflow(
		{ name: 'workflow.yml', content },
		new NoOperationTraceWriter(),
	);
	if (value) await convertWorkflowTemplate(context, value);
	return context.errors.getErrors().map(({ message }) => message);
}

interface Step {
	run?: string;
	uses?: string;
	env?: Record<string, string>;
}

interface Job {
	environment?: string;
	'timeout-minutes'?: number;
	permissions?: Record<string, string>;
	strategy?: { matrix: Record<string, unknown[]> };
	steps: Step[];
}

interface Workflow {
	permissions?: Record<string, string>;
	jobs: Record<string, Job>;
}

const WORKFLOWS = yamlFilesIn('.github/workflows');
const workflow = (file: string) => parse(read('.github/workflows', file)) as Workflow;
const stepsOf = (file: string) => Object.values(workflow(file).jobs).flatMap(({ steps }) => steps);
const commandsOf = (file: string) => stepsOf(file).flatMap(({ run }) => run ?? []);

/** Returns the scripts of package.json that commands run. */
const scriptsIn = (commands: string) => [
	...new Set(
		[...commands.matchAll(/\bnpm (?:run )?(test\b[\w:]*|(?<=run )[\w:]+)/g)].map(
			([, name]) => name,
		),
	),
];

const { scripts, devDependencies } = JSON.parse(read('package.json')) as {
	scripts: Record<string, string>;
	devDependencies: Record<string, string>;
};

describe.each(WORKFLOWS)('the workflow %s', (file) => {
	it('is valid for GitHub', async () => {
		expect(await errorsIn(read('.github/workflows', file))).toEqual([]);
	});

	it('runs scripts that exist', () => {
		const used = scriptsIn(commandsOf(file).join('\n'));
		expect(used).toContain('test');
		expect(used.filter((name) => !(name in scripts))).toEqual([]);
	});

	it('has minimal permissions, time limits, and no actions except GitHub’s own', () => {
		const { permissions, jobs } = workflow(file);
		expect(permissions).toBeDefined();
		expect(Object.values(permissions!).filter((value) => value === 'write')).toEqual([]);
		expect(Object.values(jobs).filter((job) => !job['timeout-minutes'])).toEqual([]);
		const actions = stepsOf(file).flatMap(({ uses }) => uses ?? []);
		expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
	});
});

describe('the check of the workflows', () => {
	const job = (step: string) =>
		`on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - ${step}\n`;

	it.each([
		['an unknown key', job('{ run: a, wiht: b }'), 'Unexpected value'],
		[
			'an unknown name in an expression',
			job('run: ${{ unknown.name }}'),
			'Unrecognized named-value',
		],
		[
			'an unknown permission',
			`permissions: { contents: all }\n${job('run: a')}`,
			'Unexpected value',
		],
		['an incomplete condition', job('{ run: a, if: "github.ref ==" }'), 'Unexpected end'],
	])('finds %s', async (_, content, message) => {
		expect(await errorsIn(content)).toContainEqual(expect.stringContaining(message));
	});
});

describe('CI', () => {
	it('runs the same tests as .ci/run', () => {
		const tests = scriptsIn(read('.ci/run'));
		expect(tests).toEqual(['test', 'test:e2e']);
		expect(scriptsIn(commandsOf('ci.yml').join('\n'))).toEqual(expect.arrayContaining(tests));
	});

	it('tests all supported versions of Node.js and n8n, and checks what is published for vulnerabilities', () => {
		const { jobs } = workflow('ci.yml');
		expect(jobs.test.strategy?.matrix).toEqual({ node: [20, 22, 24] });
		expect(jobs.e2e.strategy?.matrix).toEqual({ n8n: ['oldest', 'newest'] });
		expect(commandsOf('ci.yml')).toContain('npm audit --omit=dev');
	});

	it('runs the tests that the README describes', () => {
		for (const name of scriptsIn(commandsOf('ci.yml').join('\n')))
			expect(read('README.md')).toContain(name === 'test' ? '`npm test`' : `\`npm run ${name}\``);
	});
});

describe('publishing', () => {
	const { jobs } = workflow('publish.yml');

	it('only happens from the release commit, with provenance', () => {
		const publishing = Object.entries(jobs).filter(
			([, { steps, permissions = {} }]) =>
				'id-token' in permissions || steps.some(({ run }) => run?.includes('npm publish')),
		);
		expect(publishing.map(([name]) => name)).toEqual(['publish']);
		expect(jobs.publish.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
		const commands = jobs.publish.steps.map(({ run }) => run ?? '').join('\n');
		expect(commands).toMatch(/npm publish "\$tarball" --provenance --access public\n/);
		expect(commands.indexOf('npm run release -- commit')).toBeLessThan(
			commands.indexOf('npm publish'),
		);
	});

	it('is preceded by all tests', () => {
		const commands = jobs['release-commit'].steps.flatMap(({ run }) => run ?? []);
		const isBefore = commands.findIndex((command) => command.startsWith('npm run release'));
		const tests = scriptsIn(commands.slice(0, isBefore).join('\n'));
		expect(tests).toEqual(expect.arrayContaining(scriptsIn(read('.ci/run'))));
		expect(tests).toContain('test:engine');
	});
});

describe('GitHub’s forms', () => {
	const forms = yamlFilesIn('.github/ISSUE_TEMPLATE').filter((file) => file !== 'config.yml');

	it.each(forms)('%s is complete', (file) => {
		const form = parse(read('.github/ISSUE_TEMPLATE', file)) as {
			name: string;
			description: string;
			body: Array<{ type: string; id?: string; attributes: { label?: string; value?: string } }>;
		};
		expect(form.name && form.description).toBeTruthy();
		for (const { type, id, attributes } of form.body) {
			expect(['markdown', 'input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
			if (type === 'markdown') expect(attributes.value).toBeTruthy();
			else expect(id && attributes.label).toBeTruthy();
		}
	});
});

it('dependabot holds back the versions that n8n’s tools or the supported versions of Node.js do not support', () => {
	const { version, updates } = parse(read('.github/dependabot.yml')) as {
		version: number;
		updates: Array<{
			'package-ecosystem': string;
			ignore?: Array<{ 'dependency-name': string; versions: string[] }>;
		}>;
	};
	expect(version).toBe(2);
	expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions']);
	const held = updates[0].ignore!;
	expect(held.map((one) => one['dependency-name'])).toEqual([
		...['eslint', '@eslint/js', 'typescript', '@types/node', 'p-retry', '@fastify/static'],
	]);
	for (const { 'dependency-name': name, versions } of held) {
		expect(versions).toEqual([expect.stringMatching(/^>=\d+(\.\d+){0,2}$/)]);
		const [limit, current] = [versions[0].slice(2), devDependencies[name]];
		expect(limit.localeCompare(current, undefined, { numeric: true })).toBe(1);
	}
});
