import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { SpeedyFilesApi } from '../../credentials/SpeedyFilesApi.credentials';
import { FilesApp } from '../../nodes/FilesApp/FilesApp.node';
import { FileShot } from '../../nodes/FileShot/FileShot.node';
import { SpeedyFiles } from '../../nodes/SpeedyFiles/SpeedyFiles.node';
import { ListServer } from './listServer';
import { credentialsFor } from './descriptions';
import { type NodeUnderTest, outputOf, runNode } from './engine';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const SERVICES = {
	fileShot: { node: new FileShot(), credentialType: new FileShotApi(), resource: 'file' },
	filesApp: { node: new FilesApp(), credentialType: new FilesAppApi(), resource: 'file' },
	speedyFiles: {
		node: new SpeedyFiles(),
		credentialType: new SpeedyFilesApi(),
		resource: 'package',
	},
} as const;
export type ListedService = keyof typeof SERVICES;

/** Returns a clean-up of a service whose list the server has. */
export const cleanUpNode = (
	server: ListServer,
	service: ListedService,
	parameters: IDataObject,
	input?: INodeExecutionData[],
): NodeUnderTest => {
	const { node, credentialType, resource } = SERVICES[service];
	return {
		...{ node, credentialType, input },
		credentials: credentialsFor(credentialType, server.url),
		parameters: { resource, operation: 'cleanUp', dryRun: false, output: 'each', ...parameters },
	};
};
/** Runs a clean-up, and returns its output. */
export const cleanUpListed = async (
	server: ListServer,
	service: ListedService,
	parameters: IDataObject,
	input?: INodeExecutionData[],
) =>
	outputOf(await runNode(cleanUpNode(server, service, parameters, input))).map(({ json }) => json);

export const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
/** A file that any clean-up deletes. */
export const old = (id: string, more: IDataObject = {}) => ({
	id,
	name: `${id}.txt`,
	createdAt: ago(400 * DAY),
	expiresAt: ago(100 * DAY),
	...more,
});
