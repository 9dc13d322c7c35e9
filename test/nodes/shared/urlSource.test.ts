import type { IDataObject, IRun } from 'n8n-workflow';

import { buildContext, errorOf, outputOf, runNode, startRun } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { fileShotNode } from '../../support/fileShot';
import { filesAppNode } from '../../support/filesApp';
import { credentialsOf, filestack, newHandle, TEXT } from '../../support/filestack';
import { hostile } from '../../support/downloadFaults';
import { DownloadHost } from '../../support/downloadHost';
import { byId } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';
import { PACKAGE, SpeedyFilesUser } from '../../support/speedyFiles';
import { storedFiles } from '../../support/storedFiles';
import { skipWaits } from '../../support/waits';

skipWaits();

const MIB = 1024 * 1024;
const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);
const host = new DownloadHost();
beforeAll(async () => await host.start());
afterAll(async () => await host.stop());

const fromUrl = (options: IDataObject = {}, path = '/report.pdf') => ({
	source: 'url',
	url: host.url + path,
	options,
});
const upload = { resource: 'file', operation: 'upload' };
const IN_PARTS = { thresholdMb: 1, partSizeMb: 5 };

/** Runs an upload from the host, and returns the SHA-256 in its output. */
type Upload = (options?: IDataObject, path?: string) => Promise<IRun>;

const filesApp: Upload = async (...source) =>
	await runNode(filesAppNode(sandbox, { ...upload, ...fromUrl(...source) }));
const fileShot: Upload = async (...source) =>
	await runNode(fileShotNode(sandbox, { operation: 'upload', ...fromUrl(...source) }));
const relayed = (...source: Parameters<Upload>) => ({
	...fromUrl(...source),
	source: 'urlThroughN8n',
});
const store: Upload = async (...source) =>
	await filestack(credentialsOf(sandbox), 'file', 'store', relayed(...source));
let handle: string;
beforeAll(async () => void (handle = await newHandle(sandbox, TEXT)));
const overwrite: Upload = async (...source) =>
	await filestack(credentialsOf(sandbox), 'file', 'overwrite', {
		...relayed(...source),
		file: handle,
	});
const uploadToPackage: Upload = async (...source) =>
	await user.run('package.uploadFile', {
		packageId: byId(await user.create()),
		...fromUrl(...source),
	});
const send: Upload = async (...source) =>
	await user.run('package.send', { ...PACKAGE, ...fromUrl(...source) });

const UPLOADS: Array<[string, Upload, IDataObject]> = [
	['Files App → Upload', filesApp, {}],
	['Files App → Upload in chunks', filesApp, IN_PARTS],
	['FileShot → Upload', fileShot, {}],
	['FileShot → Upload in chunks', fileShot, IN_PARTS],
	['Filestack → Store', store, {}],
	['Filestack → Store in parts', store, IN_PARTS],
	['Filestack → Overwrite', overwrite, {}],
	['SpeedyFiles → Upload File', uploadToPackage, {}],
	['SpeedyFiles → Send', send, {}],
];

/** The output of one file; SpeedyFiles lists the files of the package. */
function fileIn(run: IRun): IDataObject {
	const [{ json }] = outputOf(run);
	return (json.files as IDataObject[] | undefined)?.[0] ?? json;
}

describe.each(UPLOADS)('%s from a URL', (_, run, options) => {
	it('sends the file, and stores nothing in n8n', async () => {
		host.deliver(12 * MIB, hostile.honest);
		const before = storedFiles();
		const file = fileIn(await run(options));
		expect(file.sha256).toBe(host.hashes[0]);
		expect(file).not.toHaveProperty('binaryPropertyName');
		expect(JSON.stringify(file)).not.toContain(host.url);
		expect(storedFiles()).toEqual(before);
		expect(host.requests).toHaveLength(1);
		expect(host.requests[0].headers.authorization).toBeUndefined();
	});

	it('continues where the connection to the host breaks', async () => {
		host.deliver(12 * MIB, hostile.breaksOften(5 * MIB));
		expect(fileIn(await run(options)).sha256).toBe(host.hashes[0]);
		expect(host.requests.slice(1).every(({ headers }) => headers.range !== undefined)).toBe(true);
	});

	it('sends no mixture if the file changes in the meantime', async () => {
		host.deliver(12 * MIB, hostile.changesFile(5 * MIB));
		const failed = await run(options);
		expect(errorOf(failed).message).toBe('The source host changed the file during the transfer');
	});

	it('names the host if it is the one that fails', async () => {
		host.deliver(MIB, (_host, { response }) => void response.writeHead(403).end('No'));
		const { message, description } = errorOf(await run(options));
		expect(message).toBe('The source host responded with 403: No');
		expect(description).toContain('presigned URL');
	});

	it('rejects a file without a size before anything is sent', async () => {
		host.deliver(MIB, (_host, { response }) => {
			response.write('some bytes');
			response.end();
		});
		await sandbox.reset();
		const { message, description } = errorOf(await run(options));
		expect(message).toBe('The source host does not report the size of “report.pdf”');
		expect(description).toContain('Workflow File');
	});

	it('rejects a file that is larger than Maximum Size', async () => {
		host.deliver(2 * MIB, hostile.honest);
		const { message } = errorOf(await run({ ...options, maxSizeMb: 1 }));
		expect(message).toBe('“report.pdf” is larger than the 1048576 bytes of Maximum Size');
	});
});

describe('a file from a URL', () => {
	it.each<[string, Record<string, string>, string]>([
		['the header', { 'content-disposition': 'attachment; filename="a b.txt"' }, 'a b.txt'],
		['the path', {}, 'report.pdf'],
	])('has the name in %s', async (_, headers, name) => {
		host.deliver(10, (one, incoming) => one.send(incoming, { headers }));
		expect(fileIn(await filesApp())).toMatchObject({ name });
	});

	it('has the name that the user enters', async () => {
		host.deliver(10, hostile.honest);
		expect(fileIn(await filesApp({ fileName: 'mine.bin' }))).toMatchObject({ name: 'mine.bin' });
	});

	it('is read again for the second attempt of an upload', async () => {
		host.deliver(3 * MIB, hostile.honest);
		await user.fault({ type: 'reset' }, { path: '/api/v1/packages/*/files', times: 1 });
		const file = fileIn(await uploadToPackage());
		expect(file.sha256).toBe(host.hashes[0]);
		expect(host.requests).toHaveLength(2);
	});

	it('does not wait without end for a service that never responds', async () => {
		host.deliver(MIB, hostile.honest);
		const id = await user.create();
		await user.fault(
			{ type: 'delay', milliseconds: 600_000 },
			{ path: '/api/v1/packages/*/files' },
		);
		const run = await user.run('package.uploadFile', {
			packageId: byId(id),
			...fromUrl({ stallSeconds: 1 }),
		});
		expect(errorOf(run).message).toContain('No data was transferred for');
	});

	it('that the host compresses has another size, which is an error', async () => {
		host.deliver(10, hostile.sendsBomb(2 * MIB, 'gzip'));
		const { message, description } = errorOf(await filesApp());
		expect(message).toContain('reported by its host');
		expect(description).toContain('compressed');
	});

	it('leaves no connection to the host open if the service rejects the upload', async () => {
		let open = 0;
		host.deliver(30 * MIB, (one, incoming) => {
			open++;
			incoming.response.on('close', () => open--);
			one.send(incoming);
		});
		await sandbox.fault({ service: 'speedyFiles', fault: { type: 'status', status: 403 } });
		errorOf(await send());
		await eventually(() => open === 0);
	});

	it.each([{}, IN_PARTS])('says that the user has stopped the upload, with %j', async (options) => {
		host.deliver(12 * MIB, ({ current: { bytes } }, { response }) => {
			response.writeHead(200, { 'content-length': bytes.length });
			response.write(bytes.subarray(0, 6 * MIB));
		});
		const { workflow, additionalData, mode } = buildContext(
			filesAppNode(sandbox, { ...upload, ...fromUrl(options) }),
		);
		const run = startRun(workflow, additionalData, mode);
		await eventually(async () => (await sandbox.requests()).length > 0);
		run.cancel();
		const { data } = await run;
		const { error } = data.resultData.runData.Subject[0];
		expect(`${error?.message} ${error?.description}`).toContain('execution was stopped');
	});

	describe('for a service on the internet', () => {
		const run = async (url: string, options: IDataObject = {}) =>
			await runNode({
				...filesAppNode(sandbox, { ...upload, source: 'url', url, options }),
				credentials: { apiKey: 'x', baseUrl: 'https://files-app.example' },
			});

		it.each([
			['https://10.0.0.1/a', 'leads to 10.0.0.1, which is not a public address'],
			['http://[::ffff:a9fe:a9fe]/a', 'leads to [::ffff:a9fe:a9fe], which is not a public address'],
			['http://localhost/a', 'leads to localhost, which is not a public address'],
			['http://example.com/a', 'is not encrypted (http)'],
		])('does not come from %s', async (url, problem) => {
			const { message, description } = errorOf(await run(url));
			expect(message).toBe(`The file was not downloaded because its URL ${problem}`);
			expect(description).toContain('Allowed Hosts');
		});

		it('may come from a private address if the user lists it in Allowed Hosts', async () => {
			host.deliver(10, hostile.honest);
			errorOf(await run(`${host.url}/a`, { allowedHosts: '127.0.0.1' }));
			expect(host.requests).toHaveLength(1);
			const { message } = errorOf(await run(`${host.url}/a`, { allowedHosts: 'example.com' }));
			expect(message).toContain('not among the Allowed Hosts');
			expect(host.requests).toHaveLength(1);
		});
	});

	it.each(['ftp://example.com/a', 'file:///etc/passwd', 'example.com/a', ' '])(
		'needs a valid URL: %j',
		async (url) => {
			const run = await runNode(filesAppNode(sandbox, { ...upload, source: 'url', url }));
			expect(errorOf(run).message).toMatch(/^The field “URL” is /);
		},
	);
});
