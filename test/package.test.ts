/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PackageDirectoryLoader } from 'n8n-core';
import type { INodeProperties } from 'n8n-workflow';

import {
	filesBelow,
	iconsOf,
	loadPackage,
	stagedIn,
	unpreviewed,
	usersOf,
} from './support/packages';
import { publishedFiles } from './support/processes';

const PACKAGE = 'n8n-nodes-file-delivery';
const staged = stagedIn(PACKAGE);

/** What users install, loaded as n8n loads it. */
let loader: PackageDirectoryLoader;

beforeAll(async () => {
	loader = await loadPackage(PACKAGE);
});

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
	expect(usersOf(loader)).toEqual({
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
	const others = publishedFiles([staged])[0].filter(
		(path) => !/^dist\/(nodes|credentials)\/.*\.(js|json|svg)$/.test(path),
	);
	expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE.md', 'README.md', 'package.json']);
});

it('has no runtime dependencies, and only n8n-workflow as a peer', () => {
	const manifest = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8')) as object;
	expect(manifest).not.toHaveProperty('dependencies');
	expect(manifest).not.toHaveProperty('scripts');
	expect(manifest).toHaveProperty('peerDependencies', { 'n8n-workflow': '*' });
});

it('n8n finds the schema preview of every operation and trigger', () => {
	expect(unpreviewed(loader)).toEqual([]);
});

describe.each(NODES)('%s', (name) => {
	const describeNode = () => loader.nodeTypes[name].type as { description: INodeDescription };
	interface INodeDescription {
		iconUrl: { light: string; dark: string };
		codex?: object;
		subtitle?: string;
		usableAsTool?: boolean;
		version: number | number[];
		properties: INodeProperties[];
	}

	it('has its light and dark icon, its codex and its subtitle', () => {
		const { iconUrl, codex, subtitle } = describeNode().description;
		expect(iconsOf(PACKAGE, iconUrl).filter((file) => !existsSync(file))).toEqual([]);
		expect(iconUrl.light).not.toBe(iconUrl.dark);
		expect((codex as { alias: string[] }).alias.length).toBeGreaterThan(3);
		expect(subtitle).toBeTruthy();
	});

	it('has the same version in its codex', () => {
		const file = `${name[0].toUpperCase()}${name.slice(1)}.node.json`;
		const [codex] = filesBelow(join(staged, 'dist/nodes')).filter((path) =>
			path.endsWith(`/${file}`),
		);
		const { nodeVersion } = JSON.parse(readFileSync(codex, 'utf8')) as { nodeVersion: string };
		const versions = [describeNode().description.version].flat();
		expect(Number(nodeVersion)).toBe(Math.max(...versions));
	});

	it('can be a tool of an AI agent, unless it is a trigger', () => {
		expect(Boolean(describeNode().description.usableAsTool)).toBe(!name.endsWith('Trigger'));
	});

	it('describes every field', () => {
		const undescribed: string[] = [];
		const visit = (fields: INodeProperties[]) => {
			for (const { name: field, description, type, options = [] } of fields) {
				if (!description && !['resource', 'operation', 'options'].includes(field)) {
					if (type !== 'notice' && type !== 'fixedCollection') undescribed.push(field);
				}
				const named = options.filter((one) => 'displayName' in one) as INodeProperties[];
				visit(named.filter((one) => 'type' in one));
			}
		};
		visit(describeNode().description.properties);
		expect(undescribed).toEqual([]);
	});
});
