import type { IDataObject, INodeExecutionData, IWorkflowSettings } from 'n8n-workflow';

import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FilestackApi } from '../../../credentials/FilestackApi.credentials';
import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { FileShot } from '../../../nodes/FileShot/FileShot.node';
import { Filestack } from '../../../nodes/Filestack/Filestack.node';
import { SpeedyFiles } from '../../../nodes/SpeedyFiles/SpeedyFiles.node';
import { inMemory, itemWith, storedBinary } from '../../support/binary';
import { credentialsFor } from '../../support/descriptions';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { TestServer } from '../../support/testServer';

const host = new TestServer();
beforeAll(async () => {
	const file = { id: 'p1', fileId: 'f1', handle: 'h1', url: 'https://cdn/h1' };
	await host.respond({ body: JSON.stringify({ ...file, status: 'draft', files: [] }) }).start();
});
afterAll(async () => await host.stop());
beforeEach(() => host.requests.splice(0));

const UPLOADS = {
	'Files App': [new FilesApp(), new FilesAppApi(), { resource: 'file', operation: 'upload' }],
	FileShot: [new FileShot(), new FileShotApi(), { resource: 'file', operation: 'upload' }],
	SpeedyFiles: [
		...[new SpeedyFiles(), new SpeedyFilesApi()],
		{ resource: 'package', operation: 'uploadFile', packageId: 'p1' },
	],
	Filestack: [new Filestack(), new FilestackApi(), { resource: 'file', operation: 'store' }],
} as const;
type Name = keyof typeof UPLOADS;

/** Names of the uploaded files. */
async function sent(
	name: Name,
	binaryPropertyName: unknown,
	item: INodeExecutionData,
	workflowSettings?: IWorkflowSettings,
): Promise<string[]> {
	const [node, credentialType, parameters] = UPLOADS[name] as never as [
		FilesApp,
		FilesAppApi,
		IDataObject,
	];
	const run = await runNode({
		...{ node, credentialType, workflowSettings, input: [item] },
		credentials: credentialsFor(credentialType, host.url),
		parameters: { ...parameters, binaryPropertyName: binaryPropertyName as string },
	});
	outputOf(run);
	return host.requests
		.filter(({ method }) => method === 'POST')
		.map(
			({ url, body }) => /filename="([^"]+)"/.exec(body)?.[1] ?? /filename=([^&]+)/.exec(url)![1],
		);
}
/** The message of the error that ended a run; n8n's engine throws it as a plain object. */
const refusal = async (run: Promise<unknown>): Promise<string> =>
	await run.then(
		() => 'no error',
		({ message }: Error) => message,
	);
const three = async () =>
	await itemWith({
		a: { name: 'a.txt', bytes: Buffer.from('A') },
		b: { name: 'b.txt', bytes: Buffer.from('B') },
		'c d': { name: 'c.txt', bytes: Buffer.from('C') },
	});
const NAMES = Object.keys(UPLOADS) as Name[];

describe.each(NAMES)('%s', (name) => {
	it.each([
		['a', ['a.txt']],
		['a, b', ['a.txt', 'b.txt']],
		[' b ,a', ['b.txt', 'a.txt']],
		['c d', ['c.txt']],
		['a,a, a', ['a.txt']],
		['*', ['a.txt', 'b.txt', 'c.txt']],
		['a, *', ['a.txt', 'b.txt', 'c.txt']],
		['={{ ["a", "b"] }}', ['a.txt', 'b.txt']],
		['={{ ["b", $binary.a, "a"] }}', ['b.txt', 'a.txt']],
		['={{ $binary }}', ['a.txt', 'b.txt', 'c.txt']],
		['={{ $binary.b }}', ['b.txt']],
		['={{ [$binary.a, $binary] }}', ['a.txt', 'b.txt', 'c.txt']],
		['={{ $("Source").item.binary.a }}', ['a.txt']],
	])('%s selects %j', async (field, names) => {
		expect(await sent(name, field, await three())).toEqual(names);
	});

	it.each([
		...['={{ undefined }}', '={{ null }}', '={{ "" }}', '={{ [] }}', '={{ {} }}', '={{ [null] }}'],
		...[
			'={{ ({ x: 1 }) }}',
			'={{ [["a"]] }}',
			'={{ ({ mimeType: "a/b" }) }}',
			' , ',
			'={{ true }}',
		],
		...[
			'={{ 7 }}',
			'nothing',
			'__proto__',
			'constructor',
			'={{ ({ mimeType: "a/b", fileName: "z" }) }}',
		],
	])('rejects %s, and sends nothing', async (field) => {
		expect(await refusal(sent(name, field, await three()))).toMatch(
			/Input Data Field Name|no binary field|no file|does not resolve/,
		);
		expect(host.requests).toEqual([]);
	});

	it('also finds a file that n8n holds in memory by its object', async () => {
		const bytes = Buffer.from('M');
		const item = { json: {}, binary: { m: inMemory({ name: 'm.txt', bytes }) } };
		expect(await sent(name, '={{ $binary.m }}', item)).toEqual(['m.txt']);
	});

	describe('in n8n’s combined mode', () => {
		const combined = async () => {
			const file = async (of: string) =>
				await storedBinary({ name: `${of}.txt`, bytes: Buffer.from(of) });
			const json = {
				_files: { a: await file('a'), b: await file('b') },
				deep: { c: await file('c') },
			};
			return { json: json as unknown as IDataObject };
		};
		const settings = { binaryMode: 'combined' } as IWorkflowSettings;

		it.each([
			['a', ['a.txt']],
			['a, b', ['a.txt', 'b.txt']],
			['_files.b', ['b.txt']],
			['deep.c', ['c.txt']],
			['*', ['a.txt', 'b.txt']],
			['={{ $json._files.a }}', ['a.txt']],
			['={{ $json._files }}', ['a.txt', 'b.txt']],
			['a, _files.a', ['a.txt']],
		])('%s selects %j', async (field, names) => {
			expect(await sent(name, field, await combined(), settings)).toEqual(names);
		});

		it.each(['nothing', 'deep', '_files'])('rejects %s', async (field) => {
			expect(await refusal(sent(name, field, await combined(), settings))).toMatch(
				/does not resolve|no file/,
			);
			expect(host.requests).toEqual([]);
		});
	});
});

it('reports an item without a file', async () => {
	expect(await refusal(sent('Files App', '*', { json: {} }))).toBe('No file found in the input');
});

describe('a protection that evaluates to an empty value', () => {
	it.each([
		[
			'Files App',
			{ resource: 'shareLink', operation: 'create', fileId: 'f' },
			'password',
			'Password',
		],
		['Filestack', { resource: 'policy', operation: 'create' }, 'options.handle', 'Handle'],
		['Filestack', { resource: 'policy', operation: 'create' }, 'options.path', 'Path'],
		[
			'Filestack',
			{ resource: 'policy', operation: 'create' },
			'options.maxSize',
			'Max Size (Bytes)',
		],
		[
			'SpeedyFiles',
			{ resource: 'file', operation: 'download', magicLink: 'https://x.example/p/abc/file/f' },
			'options.expectedSha256',
			'Expected SHA-256',
		],
		[
			'FileShot',
			{ resource: 'file', operation: 'upload', passwordProtected: true },
			'password',
			'Password',
		],
	] as const)('is an error: %s %j %s', async (name, parameters, path, label) => {
		const [node, credentialType] = UPLOADS[name];
		for (const value of ['={{ undefined }}', '={{ "" }}', '={{ "  " }}']) {
			const [field, inner] = path.split('.');
			const more = inner ? { options: { [inner]: value } } : { [field]: value };
			const run = await runNode({
				...{ node, credentialType, input: [await three()] },
				credentials: credentialsFor(credentialType, host.url),
				parameters: { ...parameters, ...more },
			});
			expect(errorOf(run).message).toBe(`The field “${label}” is empty`);
		}
		expect(host.requests).toEqual([]);
	});

	it('is not an error for a password that was never entered, which means no password', async () => {
		const run = await runNode({
			...{ node: new FilesApp(), credentialType: new FilesAppApi() },
			credentials: credentialsFor(new FilesAppApi(), host.url),
			parameters: { resource: 'shareLink', operation: 'create', fileId: 'f', password: '' },
		});
		outputOf(run);
		expect(JSON.parse(host.requests[0].body)).not.toHaveProperty('password');
	});
});
