import { createHash } from 'node:crypto';

import { itemWith } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import {
	credentialsOf,
	filestack,
	policyIn,
	TEXT,
	useFilestackServer,
} from '../../support/filestack';
import { TestServer } from '../../support/testServer';
import { newFile } from '../../support/newFile';
import { useSandbox } from '../../support/useSandbox';

const other = { name: 'other.json', type: 'application/json', bytes: Buffer.from('{"url":"x"}') };
const sandbox = useSandbox();
const file = newFile(sandbox);
const { run } = file;
const recorder = useFilestackServer();
const host = new TestServer();

beforeAll(async () => {
	await host.respond({ headers: { 'content-type': 'image/png' }, body: 'PNG' }).start();
});
afterAll(async () => await host.stop());

const record = recorder.run.bind(recorder);

describe('Overwrite', () => {
	it('replaces the bytes and keeps the handle', async () => {
		const options = { verify: true };
		const [{ json }] = outputOf(await run('overwrite', { options }, other));
		expect(json).toMatchObject({
			handle: file.handle,
			size: other.bytes.length,
			writeable: true,
			sha256: createHash('sha256').update(other.bytes).digest('hex'),
			verified: true,
			binaryPropertyName: 'data',
		});
		const downloaded = outputOf(await run('download', { options: { cache: false } }));
		expect(downloaded[0].json.size).toBe(other.bytes.length);
	});

	it('sends the bytes as the body, with a policy that only allows writing this handle', async () => {
		recorder.respond({ body: { url: 'https://cdn/HANDLE', size: 5 } });
		outputOf(await record('overwrite', { options: { mimeType: 'text/csv', base64Decode: true } }));
		const [request] = recorder.requests;
		expect(request).toMatchObject({ method: 'POST', path: '/api/file/HANDLE', bytes: TEXT.bytes });
		expect(request.headers['content-type']).toBe('text/csv');
		expect(request.query).toMatchObject({ key: 'AKEYz', base64decode: 'true' });
		expect(policyIn(request)).toMatchObject({ call: ['write'], handle: 'HANDLE' });
	});

	it('has Filestack download a URL, with a policy that only allows that', async () => {
		const url = `${host.url}/photo.png`;
		const [{ json }] = outputOf(await run('overwrite', { source: 'url', url }));
		expect(json).toMatchObject({
			handle: file.handle,
			size: 3,
			mimeType: 'image/png',
		});
		recorder.respond({ body: { url: 'https://cdn/HANDLE' } });
		outputOf(await record('overwrite', { source: 'url', url }));
		const [request] = recorder.requests;
		expect(String(request.body)).toBe(new URLSearchParams({ url }).toString());
		expect(policyIn(request)).toMatchObject({ call: ['writeUrl'], handle: 'HANDLE' });
	});

	it('reports an error if the stored size differs', async () => {
		await sandbox.fault({ service: 'filestack', method: 'POST', fault: { type: 'wrongSize' } });
		expect(errorOf(await run('overwrite')).description).toContain(
			'was 5, but the service reports 6',
		);
	});

	it('rejects more than one file', async () => {
		const input = [await itemWith({ data: TEXT, other })];
		const parameters = { file: file.handle, binaryPropertyName: '*' };
		const several = await filestack(credentialsOf(sandbox), 'file', 'overwrite', parameters, {
			input,
		});
		expect(errorOf(several).message).toBe(
			'The field “Input Data Field Name” selects more than one file',
		);
		expect(await sandbox.requests()).toEqual([]);
	});

	it.each([
		[
			{ options: { base64Decode: true, verify: true } },
			'The field “Verify Upload” cannot be combined with Base64 Decode',
		],
	])('rejects %j with “%s”', async (parameters, message) => {
		expect(errorOf(await run('overwrite', parameters)).message).toBe(message);
		expect(await sandbox.requests()).toEqual([]);
	});

	it('requires the app secret', async () => {
		const error = errorOf(await record('overwrite', {}, { appSecret: '' }));
		expect(error.message).toBe('Overwriting a file requires the App Secret');
		expect(recorder.requests).toEqual([]);
	});
});

describe('Delete', () => {
	it('deletes the file and its stored object', async () => {
		expect(outputOf(await run('delete'))[0].json).toEqual({
			deleted: true,
			handle: file.handle,
			keptInStorage: false,
		});
		expect(errorOf(await run('getMetadata', { fields: [] })).httpCode).toBe('404');
		expect(errorOf(await run('delete')).message).toBe(
			'Filestack responded with 404: File not found',
		);
	});

	it('keeps the stored object if Keep in Storage is turned on', async () => {
		const objects = async () =>
			(await sandbox.control.get<unknown[]>('/services/filestack/objects')).data.length;
		const before = await objects();
		const [{ json }] = outputOf(await run('delete', { options: { skipStorage: true } }));
		expect(json.keptInStorage).toBe(true);
		expect(await objects()).toBe(before);
	});

	it.each([
		[{}, {}],
		[{ skipStorage: true }, { skip_storage: 'true' }],
	])('with %j sends the key, the policy and %j', async (options, query) => {
		outputOf(await record('delete', { options }));
		const [request] = recorder.requests;
		expect(request).toMatchObject({ method: 'DELETE', path: '/api/file/HANDLE' });
		const { key, policy, signature, ...more } = request.query;
		expect([key, Boolean(policy), Boolean(signature)]).toEqual(['AKEYz', true, true]);
		expect(more).toEqual(query);
		expect(policyIn(request)).toMatchObject({ call: ['remove'], handle: 'HANDLE' });
	});

	it.each(['', 'success', '{}', '{"success":true}'])(
		'accepts the response %j as a success',
		async (body) => {
			recorder.respond({ body });
			expect(outputOf(await record('delete'))[0].json).toMatchObject({ deleted: true });
		},
	);

	it.each(['Invalid Application', '<html>sign in</html>'])(
		'rejects the response %j',
		async (body) => {
			recorder.respond({ body });
			expect(errorOf(await record('delete')).message).toMatch(
				/Invalid Application|web page|no JSON/,
			);
		},
	);

	it('succeeds if only the response to the deletion is lost', async () => {
		await sandbox.fault({
			service: 'filestack',
			method: 'DELETE',
			times: 1,
			fault: { type: 'resetAfterBody' },
		});
		expect(outputOf(await run('delete'))[0].json.deleted).toBe(true);
	});

	it('requires the app secret', async () => {
		const error = errorOf(await record('delete', {}, { appSecret: '' }));
		expect(error.message).toBe('Deleting a file requires the App Secret');
		expect(error.description).toContain('Developer Portal');
	});
});
