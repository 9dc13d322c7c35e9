import { openDownload } from '../../../nodes/shared/files/openDownload';
import type { TransferContext } from '../../../nodes/shared/http/service';
import { binaryData, bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { fileCourierNode } from '../../support/fileCourier';
import { TestServer } from '../../support/testServer';
import type { Sandbox } from '../../support/sandbox';

const [first, second] = [new TestServer(), new TestServer()];
beforeAll(async () => {
	await binaryData();
	const file = { body: 'the file', headers: { 'content-type': 'text/plain' } };
	const moved = (location: string) => ({ status: 302, headers: { location }, body: 'moved' });
	await second.respond(file).start();
	const routes = {
		'/elsewhere': moved(`${second.url}/file`),
		'/relative': moved('/file'),
		'/circle': moved('/circle2'),
		'/circle2': moved('/circle'),
		'/scheme': moved('file:///etc/passwd'),
		'/part': { status: 206, body: 'the' },
		'/nothing': { status: 204 },
		'/later': { status: 429, headers: { 'retry-after': '90' } },
		'/unescaped': moved(Buffer.from('/Grüße').toString('latin1')),
		'/unreachable': moved('http://127.0.0.1:9/file'),
		'/nowhere': { status: 302, body: 'moved' },
	};
	const steps = [1, 2, 3, 4, 5, 6].map((n) => [`/${n}`, moved(`/${n + 1}`)]);
	await first.respondByUrl({ ...routes, ...Object.fromEntries(steps) }, file).start();
});
afterAll(async () => await Promise.all([first.stop(), second.stop()]));

const download = async (path: string) => {
	const credentials = { clientId: 'fc_x', clientSecret: 'fcs_y', baseUrl: first.url };
	const nowhere = { info: { services: { fileCourier: { credentials } } } } as unknown as Sandbox;
	return await runNode(
		fileCourierNode(nowhere, {
			resource: 'file',
			operation: 'download',
			url: `${first.url}${path}`,
			binaryPropertyName: 'data',
		}),
	);
};

it.each(['/elsewhere', '/relative', '/2'])('follows up to five redirects: %s', async (path) => {
	const [{ binary }] = outputOf(await download(path));
	expect(String(await bytesOf(binary!.data))).toBe('the file');
	const sent = [...first.requests, ...second.requests].map(({ headers }) => headers);
	expect(sent.filter(({ authorization }) => authorization)).toEqual([]);
	// A compressed file would not have the announced length.
	expect(sent.filter((headers) => headers['accept-encoding'] !== 'identity')).toEqual([]);
});

it('follows a redirect whose characters are not escaped, as browsers do', async () => {
	outputOf(await download('/unescaped'));
	expect(first.requests.at(-1)!.url).toBe('/Gr%C3%BC%C3%9Fe');
});

it.each([
	['/circle', 'The download URL redirects in a loop'],
	['/1', 'The download URL redirects in a loop'],
	['/scheme', 'The download URL redirects to an invalid URL'],
])('does not follow an invalid redirect: %s', async (path, message) => {
	const error = errorOf(await download(path));
	expect(error.message).toBe(message);
	// The URL that the user entered is valid, and need not come from a delivery.
	expect(error.description).toMatch(/browser/);
	expect(error.description).not.toMatch(/delivery|must start with/);
});

it.each([
	['/part', 'The file host sent only a part of the file (206)'],
	['/nothing', 'The file host sent no file (204)'],
	['/nowhere', 'The file host responded with 302: moved'],
])('rejects a response with a status other than 200: %s', async (path, message) => {
	expect(errorOf(await download(path)).message).toBe(message);
});

it('names the host that cannot be reached, also after a redirect', async () => {
	const { message } = errorOf(await download('/unreachable'));
	expect(message).toBe('The file host could not be reached at http://127.0.0.1:9');
});

it('does not retry before the Retry-After of the host', async () => {
	expect(errorOf(await download('/later')).description).toContain('wait until');
	expect(first.requests.filter(({ url }) => url === '/later')).toHaveLength(1);
});

it('does not follow a redirect from https to http', async () => {
	const answer = { statusCode: 301, headers: { location: 'http://example.com/file' } };
	const context = {
		getNode: () => ({ name: 'Subject' }),
		// A TLS server would need a certificate; only its response matters here.
		helpers: { httpRequest: () => Promise.resolve({ ...answer, body: [] }) },
	} as unknown as TransferContext;
	const { signal } = new AbortController();
	await expect(openDownload(context, 'https://example.com/file', signal)).rejects.toThrow(
		'unencrypted',
	);
});

it('does not send the credential to the https origin of the same host', async () => {
	const asked: string[][] = [];
	const answers = [
		{ statusCode: 301, headers: { location: 'https://example.com/file' }, body: [] },
		{ statusCode: 200, headers: {}, body: [] },
	];
	const ask = (how: string, { url }: { url: string }) => {
		asked.push([how, url]);
		return Promise.resolve(answers[asked.length - 1]);
	};
	const context = {
		getNode: () => ({ name: 'Subject' }),
		// As above.
		helpers: {
			httpRequest: (options: { url: string }) => ask('without', options),
			httpRequestWithAuthentication: (_: string, options: { url: string }) => ask('with', options),
		},
	} as unknown as TransferContext;
	const { signal } = new AbortController();
	await openDownload(context, 'http://example.com/file', signal, 'someApi');
	expect(asked).toEqual([
		['with', 'http://example.com/file'],
		['without', 'https://example.com/file'],
	]);
});
