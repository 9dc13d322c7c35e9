/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { dirname, join } from 'node:path';

import type { IDataObject, INodeType } from 'n8n-workflow';

import manifest from '../../package.json';
import { operationsOf } from '../support/packages';
import type { Sandbox } from '../support/sandbox';
import { fileCourier } from './fileCourier';
import { filesApp } from './filesApp';
import { fileShot } from './fileShot';
import { filestack } from './filestack';
import { Account, type Seen, type ServiceSteps } from './steps';
import { speedyFiles } from './speedyFiles';

export const SERVICES: Readonly<Record<string, ServiceSteps>> = {
	fileCourier,
	fileShot,
	speedyFiles,
	filesApp,
	filestack,
};

/** The items that an operation or a trigger has output, with its name: “resource.operation” or a class. */
export type Outputs = Map<string, IDataObject[]>;

/** Runs the steps of a service. */
export async function outputsOf(sandbox: Sandbox, service: string): Promise<Outputs> {
	const { Node, Credential, steps, sameAs = {} } = SERVICES[service];
	const account = new Account(sandbox, service, new Credential());
	const outputs: Outputs = new Map();
	const seen: Seen = { last: (name) => outputs.get(name)!.at(-1)! };
	for (const step of steps) {
		const isTrigger = 'trigger' in step;
		const items = isTrigger
			? await step.items(account, seen)
			: await account.run(new Node(), step, seen);
		const name = isTrigger ? step.trigger : step.does;
		if (items.length === 0) throw new Error(`${name} has output nothing`);
		outputs.set(name, [...(outputs.get(name) ?? []), ...items]);
	}
	for (const [name, other] of Object.entries(sameAs)) {
		outputs.set(name, [...outputs.get(name)!, ...outputs.get(other)!]);
	}
	return outputs;
}

/** A node of the package. */
export interface PackageNode {
	/** The name of the class. */
	name: string;
	/** In the repository. */
	folder: string;
	node: INodeType;
}

/** The nodes of a service, by the folder of its action node. */
export function nodesOf(service: string): PackageNode[] {
	const { Node } = SERVICES[service];
	return manifest.n8n.nodes
		.filter((path) => path.startsWith(`dist/nodes/${Node.name}/`))
		.map((path) => {
			const source = path.replace(/^dist\//, '').replace(/\.js$/, '');
			const name = source.split('/').at(-1)!.replace('.node', '');
			// eslint-disable-next-line @typescript-eslint/no-require-imports
			const loaded = require(join('../..', source)) as Record<string, new () => INodeType>;
			return { name, folder: dirname(source), node: new loaded[name]() };
		});
}

/** The operations that an action node offers, as “resource.operation”. */
export const operationNames = ({ description }: INodeType): string[] =>
	operationsOf(description).map(({ resource, operation }) => `${resource}.${operation}`);

/** The path of a preview in the folder of a node, as n8n looks it up (n8n-core, output-schema-resolver). */
export function schemaPath(version: number, name?: string): string {
	const padded = [...String(version).split('.'), '0', '0'].slice(0, 3).join('.');
	return join('__schema__', `v${padded}`, ...(name?.split('.') ?? [])) + '.json';
}
