import type { IDataObject } from 'n8n-workflow';

import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FileShot } from '../../../nodes/FileShot/FileShot.node';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { TestServer } from '../../support/testServer';
import { byId, byUrl } from '../../support/locators';

const host = new TestServer();
const file: IDataObject = { fileName: 'a.txt' };
beforeAll(
	async () =>
		await host
			.respond({
				get body() {
					return JSON.stringify(file);
				},
			})
			.start(),
);
afterAll(async () => await host.stop());
beforeEach(() => host.requests.splice(0));

const SLUGS = [
	'plain-slug_1',
	'café',
	'Grüße 🎉',
	'100%',
	'100%25',
	'caf%C3%A9',
	'a+b&c=d',
	'what?#',
	'f',
	'd',
	'api',
];

/** Runs Get for a picked file, with a Link Base URL. */
const get = async (fileId: unknown, linkBaseUrl = 'https://fileshot.io') =>
	await runNode({
		node: new FileShot(),
		credentialType: new FileShotApi(),
		credentials: { baseUrl: host.url, apiKey: 'key', linkBaseUrl },
		parameters: { resource: 'file', operation: 'get', fileId: fileId as IDataObject },
	});
const asked = () => host.requests.map(({ url }) => url);

describe.each([
	'https://fileshot.io',
	'https://example.com/share',
	'https://example.com/share/files/',
	'https://example.com/f',
	'https://example.com/d/f',
	'http://localhost:8080/api',
])('links with the base URL %s', (base) => {
	it.each(SLUGS)('encodes the slug %j once, so that its link finds the file', async (slug) => {
		file.customSlug = slug;
		const [{ json }] = outputOf(await get(byId('id1'), base));
		const link = `${base.replace(/\/$/, '')}/f/${encodeURIComponent(slug)}`;
		expect(json.link).toBe(link);

		host.requests.splice(0);
		for (const pasted of [link, `${link}/`, `${link}?x=1#k=abc`]) {
			outputOf(await get(byUrl(pasted), base));
			outputOf(await get(byId(pasted), base));
		}
		expect([...new Set(asked())]).toEqual([`/api/files/${encodeURIComponent(slug)}`]);
	});
});

it.each([
	['https://fileshot.io/f/café', 'café'],
	['https://fileshot.io/d/caf%C3%A9', 'café'],
	['https://fileshot.io/downloads.html?f=caf%C3%A9&x=1', 'café'],
	['https://example.com/share/downloads.html?f=abc', 'abc'],
	['https://api.fileshot.io/api/files/download/caf%C3%A9', 'café'],
	// Not encoded, or invalid encoding: used unchanged.
	['https://fileshot.io/f/100%', '100%'],
	['https://fileshot.io/f/%E9', '%E9'],
])('reads from %s the file %j', async (url, id) => {
	outputOf(await get(byUrl(url)));
	expect(asked()).toEqual([`/api/files/${encodeURIComponent(id)}`]);
});

it.each([
	['https://fileshot.io/f/undefined', 'The File is empty'],
	['https://fileshot.io/f/null?x=1', 'The File is empty'],
	['https://fileshot.io/f/%20', 'The File is empty'],
	['https://fileshot.io/f/[object%20Object]', 'The File is empty'],
	['https://fileshot.io/f/a%2Fb', 'The File is not valid'],
	['https://fileshot.io/f/%2E%2E', 'The File is not valid'],
	['https://fileshot.io/f/', 'The File is not a valid file URL'],
	['https://fileshot.io/pricing', 'The File is not a valid file URL'],
	['https://fileshot.io/#/f/abc', 'The File is not a valid file URL'],
	['https://fileshot.io/?next=/f/abc', 'The File is not a valid file URL'],
])('rejects %s without sending a request', async (url, message) => {
	// As an expression, because n8n itself rejects some of these values in a fixed field.
	for (const picked of [byUrl(`={{ ${JSON.stringify(url)} }}`), byId(url)]) {
		expect(errorOf(await get(picked)).message).toBe(message);
	}
	expect(asked()).toEqual([]);
});

it.each(['/f/x', 'x', 'javascript:alert(1)'])(
	'outputs a usable link instead of %j',
	async (url) => {
		Object.assign(file, { downloadUrl: url, customSlug: 'abc' });
		const [{ json }] = outputOf(await get(byId('abc')));
		delete file.downloadUrl;
		expect(json.link).toBe('https://fileshot.io/f/abc');
	},
);
