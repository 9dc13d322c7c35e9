import axios from 'axios';
import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';

import { type NodeUnderTest, outputOf, runNode } from '../support/engine';
import { createSession, fileCourierNode, uploadAsRecipient } from '../support/fileCourier';
import { fileShotNode } from '../support/fileShot';
import { filesAppNode } from '../support/filesApp';
import { filestack } from '../support/filestack';
import type { Sandbox } from '../support/sandbox';
import { PACKAGE, speedyFilesNode, SpeedyFilesUser } from '../support/speedyFiles';
import { TestServer } from '../support/testServer';
import { sha256Of, type TortureFile } from './files';

const KIB = 1024;

/** A file as stored by the service, read without the node and the unreliable connection. */
export interface Kept {
	name: string;
	sha256: string;
	/** The item data for downloading it. */
	reference: IDataObject;
}

/** A service whose node uses an unreliable connection. */
export interface ServiceUnderTest {
	/** Maximum file size in bytes. */
	largest: number;
	prepare(): Promise<void>;
	/**
	 * Uploads the files of the items, with other options than usual if there are any. Absent if the service's API accepts no
	 * files; then `bring` uploads them.
	 */
	upload?(input: INodeExecutionData[], options?: IDataObject): Promise<IRun>;
	/** Passes the file at a URL on to the service. */
	pass?(url: string): Promise<IRun>;
	bring?(files: readonly TortureFile[]): Promise<void>;
	kept(): Promise<Kept[]>;
	download(input: INodeExecutionData[]): Promise<IRun>;
}

/** The connections to a service. */
export interface Connections {
	sandbox: Sandbox;
	/** Replaces the service's URLs in a text, such as credentials, with those of the unreliable connection. */
	through(text: string): string;
}

const GO_ON: Partial<NodeUnderTest> = { settings: { onError: 'continueRegularOutput' } };
const OPTIONS = { stallSeconds: 2, thresholdMb: 1 / 8, partSizeMb: 1 / 16 };
const BASE = { binaryPropertyName: 'data', options: OPTIONS };
/** The input of an operation that reads no input. */
const ANY_ITEM: INodeExecutionData[] = [{ json: {} }];
const chosenBy = (key: string) => ({ __rl: true, mode: 'id', value: `={{ $json.${key} }}` });

async function contentHash(url: string, authorization?: string): Promise<string> {
	const headers = authorization ? { authorization } : {};
	const { data } = await axios.get<ArrayBuffer>(url, { headers, responseType: 'arraybuffer' });
	return sha256Of(Buffer.from(data));
}

/** Reads a service's list sequentially; 1,000 concurrent connections would be a different test. */
async function listed<T>(sandbox: Sandbox, service: string, make: (file: T) => Promise<Kept>) {
	const { data } = await sandbox.control.get<T[]>(`/services/${service}/files`);
	const all: Kept[] = [];
	for (const file of data) all.push(await make(file));
	return all;
}

const settings = async ({ sandbox }: Connections, service: string, values: object) =>
	void (await sandbox.control.patch(`/services/${service}/settings`, values));
const over = ({ sandbox, through }: Connections, service: string) => {
	const { credentials } = sandbox.info.services[service];
	return JSON.parse(through(JSON.stringify(credentials))) as typeof credentials;
};

function fileShot(connections: Connections): ServiceUnderTest {
	const { sandbox } = connections;
	const run = async (parameters: IDataObject, input: INodeExecutionData[]) =>
		await runNode(
			fileShotNode(
				sandbox,
				{ ...BASE, ...parameters },
				{
					...{ input, credentials: over(connections, 'fileShot') },
					...GO_ON,
				},
			),
		);
	const wanted = { tier: 'professional', download: 'stream', chunkSize: 64 * KIB };
	return {
		largest: 700 * KIB,
		prepare: async () => await settings(connections, 'fileShot', wanted),
		upload: async (input, options) =>
			await run({ operation: 'upload', options: { ...OPTIONS, ...options } }, input),
		pass: async (url) => await run({ operation: 'upload', source: 'url', url }, ANY_ITEM),
		kept: async () => {
			const { baseUrl, apiKey } = sandbox.info.services.fileShot.credentials;
			return await listed<{ id: string; name: string }>(sandbox, 'fileShot', async (file) => ({
				name: file.name,
				reference: { fileId: file.id },
				sha256: await contentHash(`${baseUrl}/api/files/download/${file.id}`, `Bearer ${apiKey}`),
			}));
		},
		download: async (input) =>
			await run({ operation: 'download', fileId: chosenBy('fileId') }, input),
	};
}

function filesApp(connections: Connections): ServiceUnderTest {
	const { sandbox } = connections;
	const run = async (parameters: IDataObject, input: INodeExecutionData[]) =>
		await runNode(
			filesAppNode(
				sandbox,
				{ resource: 'file', ...BASE, ...parameters },
				{
					...{ input, credentials: over(connections, 'filesApp') },
					...GO_ON,
				},
			),
		);
	const wanted = { requestsPerHour: 1_000_000, chunkSize: 64 * KIB };
	return {
		largest: 700 * KIB,
		prepare: async () => await settings(connections, 'filesApp', wanted),
		upload: async (input, options) =>
			await run({ operation: 'upload', options: { ...OPTIONS, ...options } }, input),
		pass: async (url) => await run({ operation: 'upload', source: 'url', url }, ANY_ITEM),
		kept: async () => {
			const { baseUrl, apiKey } = sandbox.info.services.filesApp.credentials;
			return await listed<{ id: string; name: string }>(sandbox, 'filesApp', async (file) => ({
				name: file.name,
				reference: { fileId: file.id },
				sha256: await contentHash(`${baseUrl}/files/${file.id}?download=true`, `Bearer ${apiKey}`),
			}));
		},
		download: async (input) =>
			await run({ operation: 'download', fileId: chosenBy('fileId') }, input),
	};
}

function filestackService(connections: Connections): ServiceUnderTest {
	const { sandbox } = connections;
	const run = async (operation: string, parameters: IDataObject, input: INodeExecutionData[]) =>
		await filestack(over(connections, 'filestack'), 'file', operation, parameters, {
			input,
			...GO_ON,
		});
	// The minimum part size is 5 MiB.
	const options = { ...OPTIONS, thresholdMb: 5 };
	const wanted = { requestsPerMinute: 1_000_000, security: 'off' };
	return {
		largest: 12 * KIB * KIB,
		prepare: async () => await settings(connections, 'filestack', wanted),
		upload: async (input, more) => await run('store', { options: { ...options, ...more } }, input),
		pass: async (url) => await run('store', { source: 'urlThroughN8n', url, options }, ANY_ITEM),
		kept: async () => {
			const { baseUrl, apiKey } = sandbox.info.services.filestack.credentials;
			return await listed<{ id: string; filename: string }>(sandbox, 'filestack', async (file) => ({
				name: file.filename,
				reference: { handle: file.id },
				sha256: await contentHash(`${baseUrl}/api/file/${file.id}?key=${apiKey}`),
			}));
		},
		download: async (input) => await run('download', { file: chosenBy('handle'), options }, input),
	};
}

function speedyFiles(connections: Connections): ServiceUnderTest {
	const { sandbox, through } = connections;
	const user = new SpeedyFilesUser(sandbox);
	let packageId = '';
	const run = async (resource: string, parameters: IDataObject, input: INodeExecutionData[]) =>
		await runNode(
			speedyFilesNode(
				over(connections, 'speedyFiles'),
				{ resource, ...BASE, ...parameters },
				{
					input,
					...GO_ON,
				},
			),
		);
	let link = '';
	return {
		largest: 700 * KIB,
		prepare: async () => void (packageId = await user.create(PACKAGE)),
		upload: async (input) =>
			await run(
				'package',
				{ operation: 'uploadFile', packageId: { __rl: true, mode: 'id', value: packageId } },
				input,
			),
		pass: async (url) =>
			await run(
				'package',
				{
					...{ operation: 'uploadFile', source: 'url', url },
					packageId: { __rl: true, mode: 'id', value: packageId },
				},
				ANY_ITEM,
			),
		kept: async () => {
			const { files } = (await user.look(packageId)) as unknown as { files: ListedFile[] };
			if (files.length === 0) return [];
			if (!link) {
				const id = { packageId: { __rl: true, mode: 'id', value: packageId } };
				link = String((await user.json('package.finalize', id)).link);
			}
			const all: Kept[] = [];
			for (const { id, original_name: name } of files) {
				const reference = { fileId: id, magicLink: through(link) };
				all.push({ name, reference, sha256: await contentHash(`${link}/file/${id}`) });
			}
			return all;
		},
		download: async (input) =>
			await run(
				'file',
				{
					operation: 'download',
					scope: 'one',
					magicLink: '={{ $json.magicLink }}',
					fileId: chosenBy('fileId'),
				},
				input,
			),
	};
}

interface ListedFile {
	id: string;
	original_name: string;
}

function fileCourier(connections: Connections): ServiceUnderTest {
	const { sandbox, through } = connections;
	const delivered: Array<{ name: string; url: string }> = [];
	return {
		largest: 700 * KIB,
		prepare: () => Promise.resolve(),
		// The recipient uploads in a browser.
		bring: async (files) => {
			const receiver = await new TestServer().start();
			const session = await createSession(sandbox, { callbackUrl: receiver.url });
			const { link: uploadUrl } = outputOf(session)[0].json as { link: string };
			const sent = files.map(({ name, bytes }) => ({ name, type: 'application/x-thing', bytes }));
			await uploadAsRecipient(uploadUrl, sent);
			const body = JSON.parse((await receiver.nextRequest()).body) as {
				data: { files: typeof delivered };
			};
			delivered.push(...body.data.files);
			await receiver.stop();
		},
		kept: async () =>
			await Promise.all(
				delivered.map(async ({ name, url }) => ({
					name,
					reference: { url: through(url) },
					sha256: await contentHash(url),
				})),
			),
		download: async (input) =>
			await runNode(
				fileCourierNode(
					sandbox,
					{ resource: 'file', operation: 'download', ...BASE, url: '={{ $json.url }}' },
					{ input, ...GO_ON },
				),
			),
	};
}

export const SERVICES_UNDER_TEST: Readonly<
	Record<string, (connections: Connections) => ServiceUnderTest>
> = {
	fileShot,
	filesApp,
	filestack: filestackService,
	speedyFiles,
	fileCourier,
};
