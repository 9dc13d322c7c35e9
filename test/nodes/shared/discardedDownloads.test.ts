import {
	binaryData,
	buildContext,
	errorOf,
	outputOf,
	runNode,
	startRun,
} from '../../support/engine';
import { eventually } from '../../support/eventually';
import { fileCourierNode } from '../../support/fileCourier';
import { filesAppNode } from '../../support/filesApp';
import { byId } from '../../support/locators';
import type { Sandbox } from '../../support/sandbox';
import { SpeedyFilesUser } from '../../support/speedyFiles';
import { storedFiles, storedSince } from '../../support/storedFiles';
import { useTestServer } from '../../support/testServer';

/** The file host. */
const server = useTestServer();
let url: string;
beforeAll(async () => {
	await binaryData();
	url = `${server.url}/file.bin`;
});

const nowhere = {
	info: {
		services: {
			fileCourier: {
				credentials: { clientId: 'x', clientSecret: 'y', baseUrl: 'http://127.0.0.1:9' },
			},
			filesApp: { credentials: {} },
			speedyFiles: { credentials: { baseUrl: 'http://x.test', apiToken: 'y' } },
		},
	},
} as unknown as Sandbox;
const parameters = () => ({
	resource: 'file',
	operation: 'download',
	url,
	binaryPropertyName: 'data',
});

it('keeps a complete file', async () => {
	const before = storedFiles();
	server.respond({ body: 'whole' });
	expect(outputOf(await runNode(fileCourierNode(nowhere, parameters())))).toHaveLength(1);
	expect(storedFiles().filter((name) => !before.includes(name))).not.toEqual([]);
});

describe('leaves nothing in the storage of a file', () => {
	it('whose hash differs from the expected one', async () => {
		const before = storedFiles();
		server.respond({ body: 'another' });
		const user = new SpeedyFilesUser(nowhere);
		const error = errorOf(
			await user.run('file.download', {
				magicLink: `${new URL(url).origin}/p/abcdefghijklmnopqrstuvwxyz123456`,
				scope: 'all',
				binaryPropertyName: 'data',
				options: { expectedSha256: 'f'.repeat(64) },
			}),
		);
		expect(error.description).toContain('f'.repeat(64));
		expect(await storedSince(before)).toEqual([]);
	});

	it('that is truncated on every attempt', async () => {
		const before = storedFiles();
		server.handle((_, response) => {
			response.writeHead(200, { 'content-length': 1_000_000 });
			response.write(Buffer.alloc(300_000), () => response.socket?.destroy());
		});
		expect(errorOf(await runNode(fileCourierNode(nowhere, parameters()))).message).toContain(
			'could not be reached',
		);
		expect(await storedSince(before)).toEqual([]);
	});

	it.each(['ENOSPC', 'ENOENT', 'ENOTDIR', 'EMFILE', 'EROFS', 'EDQUOT', undefined])(
		'that n8n cannot store (%s), and closes the connection',
		async (code) => {
			const before = storedFiles();
			let isOpen = true;
			server.handle((request, response) => {
				request.socket.on('close', () => (isOpen = false));
				response.writeHead(200, { 'content-length': 1_000_000_000 });
				response.write(Buffer.alloc(300_000));
			});
			const fault = Object.assign(new Error('There is no room'), { code });
			const storing = jest.spyOn(await binaryData(), 'store').mockRejectedValue(fault);
			const error = errorOf(await runNode(fileCourierNode(nowhere, parameters())));
			storing.mockRestore();
			expect(error.message).toBe('n8n could not store the file “file.bin”');
			expect(error.description).toContain('There is no room');
			expect(await storedSince(before)).toEqual([]);
			await eventually(() => !isOpen);
		},
	);

	it('whose download the user stops', async () => {
		const before = storedFiles();
		let gone = false;
		const started = new Promise<void>((begun) => {
			server.handle((request, response) => {
				request.socket.on('close', () => (gone = true));
				response.writeHead(200, { 'content-length': 1_000_000_000 });
				response.write(Buffer.alloc(300_000), () => begun());
			});
		});
		const { workflow, additionalData, mode } = buildContext(fileCourierNode(nowhere, parameters()));
		const run = startRun(workflow, additionalData, mode);
		await started;
		const stopped = Date.now();
		run.cancel();
		await run;
		await eventually(() => gone);
		// It takes a quarter of a second on an idle machine.
		expect(Date.now() - stopped).toBeLessThan(30_000);
		expect(await storedSince(before)).toEqual([]);
	});
});

it('closes the connection of a stalled download with a credential', async () => {
	let gone = false;
	server.handle((request, response) => {
		if (!request.url!.includes('download')) return void response.end('{"id":"f","name":"a.bin"}');
		request.socket.on('close', () => (gone = true));
		response.writeHead(200, { 'content-length': 1_000_000 });
		response.write(Buffer.alloc(300_000));
	});
	const before = storedFiles();
	const download = { resource: 'file', operation: 'download', fileId: byId('f') };
	const options = { stallSeconds: 1 };
	const credentials = { baseUrl: new URL(url).origin, apiKey: 'x' };
	const node = filesAppNode(nowhere, { ...download, options }, { credentials });
	expect(errorOf(await runNode(node)).message).toBe(
		'Files App: No data was transferred for 1 second',
	);
	await eventually(() => gone);
	expect(await storedSince(before)).toEqual([]);
});

it('closes the connection of a redirect whose body is not read', async () => {
	let gone = false;
	server.handle((request, response) => {
		if (request.url === '/there') return void response.end('the file');
		response.on('close', () => (gone = true));
		response.writeHead(302, { location: '/there' }).end(Buffer.alloc(50_000_000));
	});
	expect(outputOf(await runNode(fileCourierNode(nowhere, parameters())))).toHaveLength(1);
	await eventually(() => gone);
});
