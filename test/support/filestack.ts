import type { IDataObject, IRun } from 'n8n-workflow';

import { FilestackApi } from '../../credentials/FilestackApi.credentials';
import { Filestack } from '../../nodes/Filestack/Filestack.node';
import { nodeOf, type NodeUnderTest, outputOf, runNode } from './engine';
import { itemWith, type TestFile } from './binary';
import { byId } from './locators';
import type { Sandbox } from './sandbox';
import { type TestRequest, TestServer } from './testServer';

type Credentials = Record<string, string>;

/** An operation of the node; `file` parameters may be given as a plain handle. */
export function filestackNode(
	credentials: Credentials,
	resource: string,
	operation: string,
	parameters: IDataObject = {},
	more: Partial<NodeUnderTest> = {},
): NodeUnderTest {
	const { file } = parameters;
	const chosen = typeof file === 'string' ? { file: byId(file) } : {};
	return {
		node: nodeOf(Filestack),
		credentialType: new FilestackApi(),
		parameters: { resource, operation, ...DEFAULTS, ...parameters, ...chosen },
		credentials,
		...more,
	};
}

/** Runs an operation. */
export const filestack = async (...operation: Parameters<typeof filestackNode>): Promise<IRun> =>
	await runNode(filestackNode(...operation));

/** A file to store. */
export const TEXT = { name: 'hello.txt', type: 'text/plain', bytes: Buffer.from('hello') };

/** What the node's fields begin with. */
const DEFAULTS = { source: 'binary', storage: 'S3', binaryPropertyName: 'data' };

/** Stores a file through the node. */
export async function storeFile(
	sandbox: Sandbox,
	file: TestFile,
	options: IDataObject = {},
	parameters: IDataObject = {},
): Promise<IRun> {
	return await filestack(
		credentialsOf(sandbox),
		'file',
		'store',
		{ ...parameters, options },
		{ input: [await itemWith({ data: file })] },
	);
}

/** The handle of a newly stored file. */
export async function newHandle(sandbox: Sandbox, file: TestFile): Promise<string> {
	return outputOf(await storeFile(sandbox, file))[0].json.handle as string;
}

export const credentialsOf = (sandbox: Sandbox): Credentials =>
	sandbox.info.services.filestack.credentials;

/** A server in the place of all hosts of Filestack, for what the sandbox does not record or do. */
export class FilestackServer extends TestServer {
	protected override readonly textType = 'text/plain';

	/** Credentials with this server as every host. */
	credentials(more: Credentials = {}): Credentials {
		return {
			apiKey: 'AKEYz',
			appSecret: SECRET,
			baseUrl: this.url,
			cdnBaseUrl: this.url,
			uploadBaseUrl: this.url,
			processBaseUrl: this.url,
			...more,
		};
	}

	/** Runs an operation of the node with the file HANDLE. */
	async run(
		operation: string,
		parameters: IDataObject = {},
		credentials: Credentials = {},
		input: TestFile = TEXT,
	): Promise<IRun> {
		return await filestack(
			this.credentials(credentials),
			'file',
			operation,
			{ file: 'HANDLE', fields: [], ...parameters },
			{ input: [await itemWith({ data: input })] },
		);
	}
}

export const SECRET = 'the-app-secret';

/**
 * Starts a server for a file of tests. Before each test it forgets the requests and responds with this body again.
 */
export function useFilestackServer(body: object = {}): FilestackServer {
	const server = new FilestackServer();
	beforeAll(async () => await server.start());
	afterAll(async () => await server.stop());
	beforeEach(() => {
		server.reset();
		server.respond({ body });
	});
	return server;
}

/** Returns the policy of a request: what it is allowed to do. */
export function policyIn({ query }: Pick<TestRequest, 'query'>): Record<string, unknown> {
	return JSON.parse(Buffer.from(query.policy, 'base64url').toString()) as never;
}
