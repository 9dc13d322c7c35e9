import axios from 'axios';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { SpeedyFilesApi } from '../../credentials/SpeedyFilesApi.credentials';
import { SpeedyFiles } from '../../nodes/SpeedyFiles/SpeedyFiles.node';
import { itemWith, type TestFile } from './binary';
import { nodeOf, type NodeUnderTest, outputOf, runNode } from './engine';
import { byId } from './locators';
import type { Sandbox } from './sandbox';

/** The required fields. */
export const PACKAGE = {
	title: 'Q4 financials',
	recipientEmail: 'cfo@acme.com',
	recipientName: 'Acme CFO',
};

export function speedyFilesNode(
	credentials: Record<string, string>,
	parameters: IDataObject,
	more: Partial<NodeUnderTest> = {},
): NodeUnderTest {
	return {
		node: nodeOf(SpeedyFiles),
		credentialType: new SpeedyFilesApi(),
		parameters,
		...more,
		credentials: { ...credentials, ...more.credentials },
	};
}

/** A SpeedyFiles instance of the sandbox with the node in front of it. */
export class SpeedyFilesUser {
	constructor(private readonly sandbox: Sandbox) {}

	get credentials() {
		return this.sandbox.info.services.speedyFiles.credentials;
	}

	/** @param chosen "resource.operation" */
	async run(chosen: string, parameters: IDataObject = {}, more: Partial<NodeUnderTest> = {}) {
		const [resource, operation] = chosen.split('.');
		const all = { resource, operation, ...parameters };
		return await runNode(speedyFilesNode(this.credentials, all, more));
	}

	/** The first item's JSON of a run that has to succeed. */
	async json(chosen: string, parameters: IDataObject = {}, more: Partial<NodeUnderTest> = {}) {
		return outputOf(await this.run(chosen, parameters, more))[0].json;
	}

	async create(parameters: IDataObject = {}): Promise<string> {
		const { packageId } = await this.json('package.create', { ...PACKAGE, ...parameters });
		return packageId as string;
	}

	async upload(packageId: string, files: Record<string, TestFile>, parameters: IDataObject = {}) {
		return await this.run(
			'package.uploadFile',
			{ packageId: byId(packageId), binaryPropertyName: '*', ...parameters },
			{ input: [await itemWith(files)] },
		);
	}

	/** Reads a package from the service, without the node. */
	async look(packageId: string): Promise<IDataObject> {
		const { baseUrl, apiToken } = this.credentials;
		const headers = { Authorization: `Bearer ${apiToken}` };
		const url = `${baseUrl}/api/v1/packages/${packageId}`;
		return (await axios.get<IDataObject>(url, { headers })).data;
	}

	/** Reads the packages from the service, without the node. */
	async count(): Promise<number> {
		const { baseUrl, apiToken } = this.credentials;
		const headers = { Authorization: `Bearer ${apiToken}` };
		const { data } = await axios.get<{ total: number }>(`${baseUrl}/api/v1/packages`, { headers });
		return data.total;
	}

	/** Changes how the instance behaves. */
	async set(settings: Record<string, string>): Promise<void> {
		await this.sandbox.control.patch('/services/speedyFiles/settings', settings);
	}

	async fault(fault: object, more: object = {}): Promise<void> {
		await this.sandbox.fault({ service: 'speedyFiles', ...more, fault });
	}

	/** Method, path and status of the calls since the last reset, for example "POST /packages 201". */
	async calls(): Promise<string[]> {
		return (await this.sandbox.requests()).map(
			({ method, path, status }) =>
				`${method} ${path.replace('/api/v1', '')} ${status ?? 'unanswered'}`,
		);
	}
}

export const emptyItems = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { index } }));
