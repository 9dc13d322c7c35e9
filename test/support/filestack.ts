/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import type { IDataObject, IRun } from 'n8n-workflow';

import { FilestackApi } from '../../credentials/FilestackApi.credentials';
import { Filestack } from '../../nodes/Filestack/Filestack.node';
import { type NodeUnderTest, outputOf, runNode } from './engine';
import { itemWith, type TestFile } from './binary';
import { byId } from './locators';
import type { Sandbox } from './sandbox';

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
		node: new Filestack(),
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

export interface Seen {
	method: string;
	path: string;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

type Answer = { status?: number; headers?: Record<string, string>; body: unknown };

/** A host that takes down all that it is sent, and answers as the test says. For what the sandbox keeps to itself. */
export class Recorder {
	readonly seen: Seen[] = [];
	url = '';
	answer: (request: Seen) => Answer = () => ({ body: {} });
	private readonly server = createServer((request, response) => {
		void buffer(request).then((body) => {
			const { method = '', url = '', headers } = request;
			const { pathname: path, searchParams } = new URL(url, 'http://recorder');
			const seen = { method, path, query: Object.fromEntries(searchParams), headers, body };
			this.seen.push(seen);
			const { status = 200, headers: more, body: answered } = this.answer(seen);
			const isText = typeof answered === 'string';
			const type = isText ? 'text/plain' : 'application/json';
			response.writeHead(status, { 'content-type': type, ...more });
			response.end(isText ? answered : JSON.stringify(answered));
		});
	});

	async start(): Promise<void> {
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}

	/** Credentials that lead here with every host. */
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

	/** Runs an operation of the node that asks this host for the file HANDLE. */
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

/** What a request was allowed to do. */
export function policyIn({ query }: Pick<Seen, 'query'>): Record<string, unknown> {
	return JSON.parse(Buffer.from(query.policy, 'base64url').toString()) as never;
}
