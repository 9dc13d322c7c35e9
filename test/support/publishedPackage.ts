/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ICredentialType, INodeType, IWorkflowBase } from 'n8n-workflow';

import { root } from './packages';
import { unpack } from './processes';

/** The tarball and the examples of the version that upgrades start from; test/upgrade/README.md tells how they were made. */
const published = join(root, 'test/upgrade/0.1.0');

/** The nodes and credentials of an unpacked tarball, by their names. */
export interface PublishedPackage {
	nodes: Map<string, INodeType>;
	credentials: Map<string, ICredentialType>;
}

/** Loads version 0.1.0 for a suite, from a temporary folder that is removed after it. */
export function loadPublishedPackage(): PublishedPackage {
	const folder = mkdtempSync(join(tmpdir(), 'file-delivery-published-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	unpack(join(published, 'n8n-nodes-file-delivery-0.1.0.tgz'), folder);
	// Its code finds n8n-workflow here, as it does in n8n.
	symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
	const unpacked = join(folder, 'package');
	const { n8n } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const load = (path: string) => {
		const exported = jest.requireActual<Record<string, new () => unknown>>(join(unpacked, path));
		return new (Object.values(exported)[0])();
	};
	const nodes = n8n.nodes.map((path) => load(path) as INodeType);
	const credentials = n8n.credentials.map((path) => load(path) as ICredentialType);
	return {
		nodes: new Map(nodes.map((node) => [node.description.name, node])),
		credentials: new Map(credentials.map((type) => [type.name, type])),
	};
}

/** The examples of version 0.1.0, by file name. */
export const publishedExamples = (): Array<[name: string, workflow: IWorkflowBase]> =>
	readdirSync(join(published, 'examples')).map((file) => [
		file.replace('.json', ''),
		JSON.parse(readFileSync(join(published, 'examples', file), 'utf8')) as IWorkflowBase,
	]);
