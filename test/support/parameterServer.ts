import type { IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { SpeedyFilesApi } from '../../credentials/SpeedyFilesApi.credentials';
import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { FilesApp } from '../../nodes/FilesApp/FilesApp.node';
import { SpeedyFiles } from '../../nodes/SpeedyFiles/SpeedyFiles.node';
import { credentialsFor } from './descriptions';
import { type NodeUnderTest, runNode } from './engine';
import { TestServer } from './testServer';

export const PACKAGE = {
	id: 'p1',
	status: 'draft',
	title: 't',
	files: [],
	created_at: '2026-01-01T00:00:00',
};

export const getMany = { resource: 'package', operation: 'getAll' };
export const create = {
	resource: 'package',
	operation: 'create',
	title: 'T',
	recipientEmail: 'a@b.c',
	recipientName: 'N',
};

/** Starts a server in the place of the services for a file of tests, with functions to run nodes with parameters. */
export function useParameterServer() {
	const host = new TestServer();
	beforeAll(async () => {
		await host
			.respond({ body: JSON.stringify({ ...PACKAGE, items: [PACKAGE], total: 1, files: [] }) })
			.start();
	});
	afterAll(async () => await host.stop());
	beforeEach(() => host.requests.splice(0));

	const runOf =
		(node: NodeUnderTest['node'], credentialType: NodeUnderTest['credentialType']) =>
		async (parameters: IDataObject, more: Partial<NodeUnderTest> = {}) => {
			const credentials = credentialsFor(credentialType, host.url);
			return await runNode({ node, credentialType, credentials, parameters, ...more });
		};

	return {
		host,
		speedyFiles: runOf(new SpeedyFiles(), new SpeedyFilesApi()),
		filesApp: runOf(new FilesApp(), new FilesAppApi()),
		fileCourier: runOf(new FileCourier(), new FileCourierApi()),
		sentBody: () => JSON.parse(host.requests[0].body) as IDataObject,
	};
}
