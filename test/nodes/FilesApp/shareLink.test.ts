import type { IDataObject } from 'n8n-workflow';

import { errorOf, outputOf, runNode } from '../../support/engine';
import { filesAppNode, fileThere } from '../../support/filesApp';
import { TestServer } from '../../support/testServer';
import { byId } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';

const HOUR = 3_600_000;
const sandbox = useSandbox();
let fileId: string;

beforeAll(async () => {
	fileId = await fileThere(sandbox);
});

const create = async (parameters: IDataObject = {}, credentials: object = {}) =>
	await runNode(
		filesAppNode(
			sandbox,
			{ resource: 'shareLink', operation: 'create', fileId: byId(fileId), ...parameters },
			{ credentials: credentials as never },
		),
	);

it('creates a link that expires after a week by default', async () => {
	const [{ json }] = outputOf(await create());
	expect(json).toEqual({
		shareId: expect.stringMatching(/^share_/) as string,
		fileId,
		link: expect.stringMatching(/^http.*\/s\//) as string,
		passwordProtected: false,
		expiresAt: expect.stringMatching(/Z$/) as string,
		allowDownload: true,
	});
	const hours = (Date.parse(json.expiresAt as string) - Date.now()) / HOUR;
	expect(hours).toBeGreaterThan(167.9);
	expect(hours).toBeLessThanOrEqual(168.1);
});

describe('the request body', () => {
	const host = new TestServer();
	beforeAll(async () => await host.respond({ body: '{"url":"https://f.example/s/1"}' }).start());
	afterAll(async () => await host.stop());

	it.each([
		[{}, { expires_in: 168, allow_download: true }],
		[
			{ expiresIn: 5, expiryUnit: 'hours' },
			{ expires_in: 5, allow_download: true },
		],
		[{ expiresIn: 2 }, { expires_in: 48, allow_download: true }],
		[{ expires: false }, { allow_download: true }],
		[
			{ expires: false, allowDownload: false, password: ' s3"cret\r\n🎉' },
			{ allow_download: false, password: ' s3"cret\r\n🎉' },
		],
	])('for the settings %j', async (parameters, body) => {
		host.requests.splice(0);
		outputOf(await create(parameters, { baseUrl: host.url }));
		expect(host.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /share']);
		expect(JSON.parse(host.requests[0].body)).toEqual({ file_id: fileId, ...body });
	});

	it.each(['../x', '%2F', 'a\r\nb', '🎉', '"', 'x'.repeat(300), '..'])(
		'sends the file ID %j unchanged',
		async (wrong) => {
			host.requests.splice(0);
			await create({ fileId: byId(wrong) }, { baseUrl: host.url });
			const [{ url, body }] = host.requests;
			expect(url).toBe('/share');
			expect(JSON.parse(body)).toMatchObject({ file_id: wrong });
		},
	);
});

it('creates a link that requires its password', async () => {
	const [{ json }] = outputOf(await create({ password: 's3cret', allowDownload: false }));
	expect(json).toMatchObject({ passwordProtected: true, allowDownload: false });
});

describe('a server that ignores a setting', () => {
	const host = new TestServer();
	afterEach(async () => await host.stop());

	it.each([
		[{ password: 's3cret' }, { password_protected: false }, 'without the password'],
		[{ password: 's3cret' }, { password_protected: 0 }, 'without the password'],
		[{ allowDownload: false }, { allow_download: true }, 'that allows downloads'],
	])('fails if the link for %j is %j', async (parameters, reported, message) => {
		const link = { id: 'share_1', url: 'https://f.example/s/secret', ...reported };
		await host.respond({ body: JSON.stringify(link) }).start();
		const error = errorOf(await create(parameters, { baseUrl: host.url }));
		expect(error.message).toContain(message);
		expect(error.description).toContain('Its ID is share_1. Delete the link');
		expect(error.description).not.toContain('f.example');
	});

	it('accepts a link of which the server does not say how it is protected', async () => {
		await host.respond({ body: '{"url":"https://f.example/s/1"}' }).start();
		const parameters = { password: 's3cret', allowDownload: false };
		outputOf(await create(parameters, { baseUrl: host.url }));
	});
});

it.each([
	[{ expiresIn: 0 }, 'The field “Expires After” must be a whole number from 1 to 876000'],
	[{ expiresIn: 1.5 }, 'The field “Expires After” must be a whole number from 1 to 876000'],
	[{ fileId: byId('={{ " " }}') }, 'The File is empty'],
	[
		{ password: '={{ $json.isPrivate === true && "s3cret" }}' },
		'The field “Password” must be text',
	],
	[{ password: '={{ 0 && "s3cret" }}' }, 'The field “Password” must be text'],
	[{ password: '={{ `${$json.missing}` }}' }, 'The field “Password” is “undefined”'],
	[{ password: '={{ String(null) }}' }, 'The field “Password” is “null”'],
	[{ password: '={{ ({}).toString() }}' }, 'The field “Password” is “[object Object]”'],
])('with %j, fails without sending a request: %s', async (parameters, message) => {
	expect(errorOf(await create(parameters)).message).toBe(message);
	expect(await sandbox.requests()).toEqual([]);
});

it('reports an unknown file', async () => {
	const error = errorOf(await create({ fileId: byId('file_unknown') }));
	expect(error.message).toMatch(/^Files App responded with 404/);
});

it.each([{ type: 'reset' }, { type: 'resetAfterBody' }, { type: 'status', status: 503 }])(
	'does not create a second link after %j',
	async (fault) => {
		await sandbox.fault({ service: 'filesApp', fault });
		const { description } = errorOf(await create());
		expect(description).toContain('Files App may have created the share link anyway');
		expect(await sandbox.requests()).toHaveLength(1);
	},
);
