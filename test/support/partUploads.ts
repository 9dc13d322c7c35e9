import { randomBytes } from 'node:crypto';

import axios from 'axios';
import type { IDataObject, INode, INodeType, WorkflowExecuteMode } from 'n8n-workflow';

import { FileShot } from '../../nodes/FileShot/FileShot.node';
import { FilesApp } from '../../nodes/FilesApp/FilesApp.node';
import { Filestack } from '../../nodes/Filestack/Filestack.node';
import { itemWith, sha256Of } from './binary';
import type { NodeUnderTest } from './engine';
import { fileShotNode } from './fileShot';
import { filesAppNode } from './filesApp';
import { filestackNode } from './filestack';
import { OutageProxy } from './outageProxy';
import { useSandbox } from './useSandbox';
import type { Sandbox } from './sandbox';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A service that takes files in parts. */
interface PartService {
	/** Its ID in the sandbox. */
	id: string;
	settings: object;
	/** Bytes of a part, and of the file. */
	partSize: number;
	size: number;
	/** Bytes of a file that is large enough for several failed uploads with two parts at once. */
	sizeForFailures: number;
	Node: new () => INodeType;
	/** The calls that start an upload, and those that send a part: method and path. */
	start: RegExp;
	part: RegExp;
	/** The path of the call that completes an upload. */
	complete: string;
	node(sandbox: Sandbox, credentials: Credentials, parameters: IDataObject): NodeUnderTest;
	/** The URL of an uploaded file, with the headers to get it. */
	location(output: IDataObject, credentials: Credentials): { url: string; headers: object };
}

type Credentials = Record<string, string>;

const SIZE = 40 * 64 * KIB + 17;
const CHUNKS = { partSize: 64 * KIB, size: SIZE, sizeForFailures: SIZE };

const fileShot: Omit<PartService, 'settings' | 'start'> = {
	id: 'fileShot',
	...CHUNKS,
	Node: FileShot,
	part: /\/upload-chunk\//,
	complete: '/api/files/finalize-upload',
	node: (sandbox, credentials, parameters) =>
		fileShotNode(sandbox, { operation: 'upload', ...parameters }, { credentials }),
	location: ({ fileId }, { baseUrl, apiKey }) => ({
		url: `${baseUrl}/api/files/download/${String(fileId)}`,
		headers: { authorization: `Bearer ${apiKey}` },
	}),
};

export const PART_SERVICES: Readonly<Record<string, PartService>> = {
	'Files App': {
		id: 'filesApp',
		...CHUNKS,
		settings: { plan: 'team', requestsPerHour: 1_000_000, chunkSize: CHUNKS.partSize },
		Node: FilesApp,
		start: /\/chunks\/init$/,
		part: /\/chunks$/,
		complete: '/api/v2/chunks/complete',
		node: (sandbox, credentials, parameters) =>
			filesAppNode(
				sandbox,
				{ resource: 'file', operation: 'upload', ...parameters },
				{ credentials },
			),
		location: ({ fileId }, { baseUrl, apiKey }) => ({
			url: `${baseUrl}/files/${String(fileId)}?download=true`,
			headers: { authorization: `Bearer ${apiKey}` },
		}),
	},
	'FileShot (documented)': {
		...fileShot,
		start: /init-upload$/,
		settings: {
			dialect: 'both',
			tier: 'professional',
			download: 'stream',
			chunkSize: CHUNKS.partSize,
		},
	},
	'FileShot (desktop)': {
		...fileShot,
		start: /pre-upload$/,
		settings: {
			dialect: 'desktop',
			tier: 'professional',
			download: 'stream',
			chunkSize: CHUNKS.partSize,
		},
	},
	Filestack: {
		id: 'filestack',
		// The minimum size of a part is 5 MiB.
		partSize: 5 * MIB,
		size: 25 * MIB + 17,
		sizeForFailures: 45 * MIB + 17,
		settings: { requestsPerMinute: 1_000_000, security: 'off' },
		Node: Filestack,
		start: /\/multipart\/start$/,
		part: /^PUT /,
		complete: '/multipart/complete',
		node: (_, credentials, parameters) => filestackNode(credentials, 'file', 'store', parameters),
		location: ({ handle }, { baseUrl, apiKey }) => ({
			url: `${baseUrl}/api/file/${String(handle)}?key=${apiKey}`,
			headers: {},
		}),
	},
};

export interface PartUpload {
	options?: IDataObject;
	parameters?: IDataObject;
	/** A later process has its own class. */
	Node?: new () => INodeType;
	staticData?: IDataObject;
	mode?: WorkflowExecuteMode;
	workflowId?: string;
	settings?: Partial<INode>;
}

/** For a file of tests: uploads to each service, over a connection that can go down. */
export function partUploads() {
	const sandbox = useSandbox();
	const proxy = new OutageProxy();
	const origins = new Set<string>();
	beforeAll(async () => {
		for (const { id } of Object.values(PART_SERVICES)) {
			for (const origin of Object.values(sandbox.info.services[id].origins)) origins.add(origin);
		}
		await proxy.start(origins);
	});
	afterAll(async () => await proxy.stop());
	let names = 0;
	beforeEach(async () => await proxy.reset());

	return {
		sandbox,
		proxy,
		/** A file for a service, with a name of its own: no failed upload of an earlier test is continued. */
		newFile: ({ size }: PartService) => ({ name: `file-${++names}.bin`, bytes: randomBytes(size) }),
		prepare: async ({ id, settings }: PartService) =>
			void (await sandbox.control.patch(`/services/${id}/settings`, settings)),
		/** The node with a file to upload over that connection. */
		node: async (
			service: PartService,
			file: { name: string; bytes: Buffer },
			{ options, parameters, Node, ...more }: PartUpload = {},
		): Promise<NodeUnderTest> => {
			const { credentials } = sandbox.info.services[service.id];
			const through = JSON.parse(proxy.through(JSON.stringify(credentials))) as Credentials;
			const size = { thresholdMb: 1 / 16, partSizeMb: service.partSize / MIB };
			const all = { binaryPropertyName: 'data', ...parameters };
			const node = service.node(sandbox, through, {
				...all,
				options: { ...size, partsAtOnce: 2, giveUpMinutes: 0, ...options },
			});
			return {
				...node,
				...(Node && { node: new Node() }),
				...more,
				input: [await itemWith({ data: file })],
			};
		},
		/** The SHA-256 of the file that the service has. */
		storedSha256: async ({ id, location }: PartService, output: IDataObject) => {
			const { url, headers } = location(output, sandbox.info.services[id].credentials);
			const { data } = await axios.get<ArrayBuffer>(url, {
				headers: { ...headers },
				responseType: 'arraybuffer',
			});
			return sha256Of(Buffer.from(data));
		},
		/** The number of calls whose method and path match. */
		count: (pattern: RegExp) =>
			proxy.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`)).length,
	};
}
