/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { PackageDirectoryLoader } from 'n8n-core';
import type { INodeProperties } from 'n8n-workflow';

import { publishedFiles, scan } from './support/processes';

const root = resolve(__dirname, '..');
const staged = join(root, 'packages/n8n-nodes-file-delivery');

/** What users install, loaded as n8n loads it. */
let loader: PackageDirectoryLoader;

beforeAll(async () => {
	const newest = Math.max(
		...['nodes', 'credentials'].flatMap((folder) =>
			filesBelow(join(root, folder)).map((file) => statSync(file).mtimeMs),
		),
	);
	if (!existsSync(staged) || statSync(join(staged, 'package.json')).mtimeMs < newest) {
		throw new Error('The package is older than its sources: run `npm run package` first');
	}
	loader = new PackageDirectoryLoader(staged);
	await loader.loadAll();
});

const filesBelow = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));

const NODES = [
	'fileCourier',
	'fileCourierTrigger',
	'fileShot',
	'fileShotTrigger',
	'filesApp',
	'filesAppTrigger',
	'filestack',
	'filestackTrigger',
	'speedyFiles',
	'speedyFilesPollingTrigger',
	'speedyFilesTrigger',
];

it('n8n loads every node and credential, and knows which belongs to which', () => {
	expect(Object.keys(loader.nodeTypes).sort()).toEqual(NODES);
	const users = Object.entries(loader.known.credentials).map(([name, { supportedNodes }]) => [
		name,
		supportedNodes?.sort(),
	]);
	expect(Object.fromEntries(users)).toEqual({
		fileCourierApi: ['fileCourier', 'fileCourierTrigger'],
		fileShotApi: ['fileShot', 'fileShotTrigger'],
		filesAppApi: ['filesApp', 'filesAppTrigger'],
		filestackApi: ['filestack', 'filestackTrigger'],
		speedyFilesApi: ['speedyFiles', 'speedyFilesPollingTrigger', 'speedyFilesTrigger'],
	});
});

it('the code needs nothing but n8n-workflow, node:crypto and itself', () => {
	const needed = filesBelow(join(staged, 'dist'))
		.filter((file) => file.endsWith('.js'))
		.flatMap((file) => [
			...readFileSync(file, 'utf8').matchAll(/\b(?:require|import)\(\s*(["'`])(.*?)\1/g),
		])
		.map(([, , name]) => name)
		.filter((name) => !name.startsWith('./') && !name.startsWith('../'));
	expect([...new Set(needed)].sort()).toEqual(['n8n-workflow', 'node:crypto']);
});

it('holds the built nodes and the texts, and neither tests nor the sandbox', () => {
	const others = publishedFiles(staged).filter(
		(path) => !/^dist\/(nodes|credentials)\/.*\.(js|json|svg)$/.test(path),
	);
	expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE.md', 'README.md', 'package.json']);
});

it.each([
	['sources', root],
	['package', staged],
] as const)('n8n’s scanner finds nothing in the %s', (what, folder) => {
	expect(scan(folder, what)).toBe('passed');
});

it('has no runtime dependencies, and only n8n-workflow as a peer', () => {
	const manifest = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8')) as object;
	expect(manifest).not.toHaveProperty('dependencies');
	expect(manifest).not.toHaveProperty('scripts');
	expect(manifest).toHaveProperty('peerDependencies', { 'n8n-workflow': '*' });
});

describe.each(NODES)('%s', (name) => {
	const describeNode = () => loader.nodeTypes[name].type as { description: INodeDescription };
	interface INodeDescription {
		iconUrl: { light: string; dark: string };
		codex?: object;
		subtitle?: string;
		usableAsTool?: boolean;
		properties: INodeProperties[];
	}

	it('has its light and dark icon, its codex and its subtitle', () => {
		const { iconUrl, codex, subtitle } = describeNode().description;
		for (const url of [iconUrl.light, iconUrl.dark]) {
			expect(existsSync(join(staged, url.replace('icons/n8n-nodes-file-delivery/', '')))).toBe(
				true,
			);
		}
		expect(iconUrl.light).not.toBe(iconUrl.dark);
		expect((codex as { alias: string[] }).alias.length).toBeGreaterThan(3);
		expect(subtitle).toBeTruthy();
	});

	it('can be a tool of an AI agent, unless it is a trigger', () => {
		expect(Boolean(describeNode().description.usableAsTool)).toBe(!name.endsWith('Trigger'));
	});

	it('describes every field, and sorts every list of options', () => {
		const undescribed: string[] = [];
		const visit = (fields: INodeProperties[]) => {
			for (const { name: field, description, type, options = [] } of fields) {
				if (!description && !['resource', 'operation', 'options'].includes(field)) {
					if (type !== 'notice' && type !== 'fixedCollection') undescribed.push(field);
				}
				const named = options.filter((one) => 'displayName' in one) as INodeProperties[];
				const labels = named.map((one) => one.displayName);
				expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b)));
				visit(named.filter((one) => 'type' in one));
			}
		};
		visit(describeNode().description.properties);
		expect(undescribed).toEqual([]);
	});
});
