/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { PackageDirectoryLoader, resolveOutputSchemaPath } from 'n8n-core';
import type { INodeTypeDescription } from 'n8n-workflow';

export const root = resolve(__dirname, '../..');

/** Where the files of a package are, just as users get them. */
export const stagedIn = (name: string): string => join(root, 'packages', name);

/** Everything below a folder, folders included. */
export const filesBelow = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));

/**
 * A package, loaded as n8n loads it.
 * @throws when it was packed before its sources were changed
 */
export async function loadPackage(name: string): Promise<PackageDirectoryLoader> {
	const newest = Math.max(
		...['nodes', 'credentials'].flatMap((folder) =>
			filesBelow(join(root, folder)).map((file) => statSync(file).mtimeMs),
		),
	);
	const manifest = join(stagedIn(name), 'package.json');
	if (!existsSync(manifest) || statSync(manifest).mtimeMs < newest) {
		throw new Error(`${name} is older than its sources: run \`npm run package\` first`);
	}
	const loader = new PackageDirectoryLoader(stagedIn(name));
	await loader.loadAll();
	return loader;
}

/** Which nodes use which credential, as n8n has found out. */
export const usersOf = (loader: PackageDirectoryLoader): Record<string, string[] | undefined> =>
	Object.fromEntries(
		Object.entries(loader.known.credentials).map(([name, { supportedNodes }]) => [
			name,
			supportedNodes?.sort(),
		]),
	);

/** Files of both icons of a node or credential of a package; n8n serves them below icons/<package>/. */
export const iconsOf = (name: string, { light, dark }: { light: string; dark: string }): string[] =>
	[light, dark].map((url) => join(stagedIn(name), url.replace(`icons/${name}/`, '')));

/** The operations and triggers of a package for which n8n finds no schema preview. */
export function unpreviewed(loader: PackageDirectoryLoader): string[] {
	return Object.entries(loader.known.nodes).flatMap(([name, { sourcePath }]) => {
		const { description } = loader.nodeTypes[name].type as { description: INodeTypeDescription };
		const operations = operationsOf(description);
		const wanted = operations.length > 0 ? operations : [{ resource: '', operation: '' }];
		return [description.version].flat().flatMap((version) =>
			wanted
				.filter(({ resource, operation }) => {
					const nodeDir = dirname(join(loader.directory, sourcePath));
					const path = resolveOutputSchemaPath({ nodeDir, version, resource, operation });
					return path === undefined || !existsSync(path);
				})
				.map(({ resource, operation }) => [name, version, resource, operation].join(' ')),
		);
	});
}

/** The operations that an action node offers. */
export function operationsOf({ properties }: INodeTypeDescription) {
	return properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options = [] }) => {
			const [resource] = displayOptions!.show!.resource as string[];
			return (options as Array<{ value: string }>).map(({ value: operation }) => ({
				resource,
				operation,
			}));
		});
}
