import { openUrl, type TransferContext } from '../../../nodes/shared/transfer/open';
import { binaryData, bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { fileCourierNode } from '../../support/fileCourier';
import { Host } from '../../support/host';
import type { Sandbox } from '../../support/sandbox';

const [first, second] = [new Host(), new Host()];
beforeAll(async () => {
	await binaryData();
	const file = { body: 'the file', headers: { 'content-type': 'text/plain' } };
	const moved = (location: string) => ({ status: 302, headers: { location }, body: 'moved' });
	await second.start({}, file);
	const routes = {
		'/elsewhere': moved(`${second.url}/file`),
		'/relative': moved('/file'),
		'/circle': moved('/circle2'),
		'/circle2': moved('/circle'),
		'/scheme': moved('file:///etc/passwd'),
	};
	const steps = [1, 2, 3, 4, 5, 6].map((n) => [`/${n}`, moved(`/${n + 1}`)]);
	await first.start({ ...routes, ...Object.fromEntries(steps) }, file);
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

it.each(['/elsewhere', '/relative'])('a redirect is followed: %s', async (path) => {
	const [{ binary }] = outputOf(await download(path));
	expect(String(await bytesOf(binary!.data))).toBe('the file');
	expect([...first.seen, ...second.seen].filter(({ authorization }) => authorization)).toEqual([]);
});

it.each([
	['/circle', 'The download is redirected in a circle'],
	['/1', 'The download is redirected in a circle'],
	['/scheme', 'The download is redirected to something that is no web address'],
])('a redirect is not followed: %s', async (path, message) => {
	expect(errorOf(await download(path)).message).toBe(message);
});

it('a redirect from https to http is not followed', async () => {
	const answer = { statusCode: 301, headers: { location: 'http://example.com/file' } };
	const context = {
		getNode: () => ({ name: 'Subject' }),
		// A TLS server would need a certificate; only its answer matters here.
		helpers: { httpRequest: () => Promise.resolve({ ...answer, body: { destroy: () => {} } }) },
	} as unknown as TransferContext;
	const { signal } = new AbortController();
	await expect(openUrl(context, 'https://example.com/file', signal)).rejects.toThrow('unencrypted');
});
