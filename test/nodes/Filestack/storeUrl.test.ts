import type { IDataObject } from 'n8n-workflow';

import { errorOf, outputOf } from '../../support/engine';
import { credentialsOf, filestack, policyIn, useFilestackServer } from '../../support/filestack';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
const recorder = useFilestackServer({ url: 'https://cdn.filestackcontent.com/HANDLE', size: 5 });
const host = new TestServer();

beforeAll(async () => {
	await host
		.respondByUrl({ '/photo.png': { headers: { 'content-type': 'image/png' }, body: 'PNG' } })
		.start();
});
afterAll(async () => await host.stop());

const record = async (parameters: IDataObject = {}) =>
	await filestack(recorder.credentials(), 'file', 'store', parameters);

const url = () => `${host.url}/photo.png`;
const fromUrl = { source: 'url' };

it('has Filestack download and store a URL', async () => {
	const run = await filestack(credentialsOf(sandbox), 'file', 'store', {
		...fromUrl,
		url: url(),
		options: { path: 'pictures/', fileName: 'me.png' },
	});
	const [{ json }] = outputOf(run);
	expect(json).toMatchObject({
		handle: expect.any(String) as string,
		name: 'me.png',
		size: 3,
		mimeType: 'image/png',
	});
	expect(json.key).toMatch(/^pictures\//);
});

it('sends the URL as a form, whatever characters it contains', async () => {
	const source = 'https://example.com/a?b=1&c=ä#d';
	outputOf(await record({ ...fromUrl, url: source, options: { mimeType: 'image/x' } }));
	const [request] = recorder.requests;
	expect(request).toMatchObject({ method: 'POST', path: '/api/store/S3' });
	expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
	expect(Object.fromEntries(new URLSearchParams(String(request.body)))).toEqual({ url: source });
	expect(request.query).toMatchObject({ key: 'AKEYz', mimetype: 'image/x' });
	expect(policyIn(request).call).toEqual(['pick', 'store']);
});

it.each(['', '/', '/process', '/process/'])(
	'accepts a Process Base URL that ends with %j',
	async (end) => {
		const credentials = { ...recorder.credentials(), processBaseUrl: `${recorder.url}${end}` };
		const options = { uploadTags: { tag: [{ name: 'case', value: '1' }] } };
		outputOf(await filestack(credentials, 'file', 'store', { ...fromUrl, url: url(), options }));
		expect(recorder.requests.map(({ path }) => path)).toEqual(['/process']);
	},
);

it('uses the processing API for source headers, tags or workflows', async () => {
	outputOf(
		await record({
			...fromUrl,
			url: url(),
			storage: 'gcs',
			options: {
				sourceHeaders: { header: [{ name: 'Accept-Language', value: 'de' }] },
				uploadTags: { tag: [{ name: 'case', value: '1' }] },
				workflowIds: 'a, b',
				path: 'p/',
			},
		}),
	);
	const [request] = recorder.requests;
	expect(request).toMatchObject({ method: 'POST', path: '/process', query: {} });
	const body = JSON.parse(String(request.body)) as { tasks: Array<{ params: object }> };
	expect(body).toEqual({
		apikey: 'AKEYz',
		sources: [{ source: url(), headers: { 'Accept-Language': 'de' } }],
		tasks: [
			{ name: 'store', params: { location: 'gcs', path: 'p/', workflows: ['a', 'b'] } },
			{
				name: 'security',
				params: { policy: expect.any(String) as string, signature: expect.any(String) as string },
			},
		],
		upload_tags: { case: '1' },
	});
	const run = await filestack(credentialsOf(sandbox), 'file', 'store', {
		...fromUrl,
		url: url(),
		options: { uploadTags: { tag: [{ name: 'case', value: '1' }] } },
	});
	expect(outputOf(run)[0].json).toMatchObject({ size: 3, uploadTags: { case: '1' } });
});

it.each(['', 'photo.png', 'file:///etc/passwd', 'javascript:alert(1)'])(
	'rejects %j as a URL before it sends a request',
	async (wrong) => {
		const error = errorOf(await record({ ...fromUrl, url: `={{ ${JSON.stringify(wrong)} }}` }));
		expect(error.message).toBe(`The field “URL” is ${wrong ? 'not a valid URL' : 'empty'}`);
		expect(recorder.requests).toEqual([]);
	},
);

it('reports Filestack’s error message for a URL that it cannot download', async () => {
	const run = await filestack(credentialsOf(sandbox), 'file', 'store', {
		...fromUrl,
		url: 'http://127.0.0.1:9/x',
	});
	expect(errorOf(run).message).toMatch(/^Filestack responded with 400: Unable to fetch the file/);
});

it.each([
	[[{ name: '={{ $json.missing }}', value: 'Bearer x' }], 'has a value without a name'],
	[
		[
			{ name: 'Accept', value: 'a' },
			{ name: 'accept ', value: 'b' },
		],
		'contains “accept” twice',
	],
])('rejects the source headers %j, of which one would be lost', async (header, problem) => {
	const options = { sourceHeaders: { header } };
	const error = errorOf(await record({ ...fromUrl, url: url(), options }));
	expect(error.message).toBe(`The field “Source Headers” ${problem}`);
	expect(recorder.requests).toEqual([]);
});

it('ignores an empty row of source headers', async () => {
	const options = { sourceHeaders: { header: [{ name: '', value: '' }] } };
	outputOf(await record({ ...fromUrl, url: url(), options }));
	expect(recorder.requests[0].path).toMatch(/store/);
});

it('rejects a MIME Type with options that require the processing API', async () => {
	const options = { mimeType: 'image/x', workflowIds: 'w' };
	const error = errorOf(await record({ ...fromUrl, url: url(), options }));
	expect(error.message).toContain('The field “MIME Type” cannot be combined with');
	expect(recorder.requests).toEqual([]);
});

it.each([
	['api', {}],
	['process', { options: { workflowIds: 'w' } }],
])(
	'does not retry a call to %s whose response is lost, and reports that the file may be stored',
	async (origin, more) => {
		await sandbox.fault({ service: 'filestack', origin, fault: { type: 'resetAfterBody' } });
		const parameters = { ...fromUrl, url: url(), ...more };
		const error = errorOf(await filestack(credentialsOf(sandbox), 'file', 'store', parameters));
		expect(error.description).toContain('may have stored the file anyway');
		expect(await sandbox.requests()).toHaveLength(1);
	},
);
