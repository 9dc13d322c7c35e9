import { errorOf, outputOf } from '../../support/engine';
import { TEXT, useFilestackServer } from '../../support/filestack';

const recorder = useFilestackServer({ url: 'https://cdn.filestackcontent.com/HANDLE', size: 5 });

describe('hostile values', () => {
	const HOSTILE = [
		'../../x?y=1#z',
		'%2F%2e%2e',
		'a\r\nX-Evil: 1',
		'n\u0000l',
		'🎉 "q" \'s\'',
		'x'.repeat(300),
	];

	it.each(HOSTILE)('sends %j to the service as data', async (value) => {
		const options = { fileName: value, path: value, container: value, mimeType: value };
		outputOf(await recorder.run('store', { options }));
		const [request] = recorder.requests;
		expect(request.path).toBe('/api/store/S3');
		expect(request.headers).not.toHaveProperty('x-evil');
		const { filename, path, container, mimetype } = request.query;
		expect([filename, path, container, mimetype]).toEqual([value, value, value, value]);
	});

	it('rejects a lone UTF-16 surrogate in a field, and replaces it in the name of a file', async () => {
		const options = { fileName: '={{ "a\\uD800b" }}' };
		const { message } = errorOf(await recorder.run('store', { options }));
		expect(message).toBe('The field “File Name” contains an incomplete character');
		expect(recorder.requests).toEqual([]);
		outputOf(await recorder.run('store', {}, {}, { ...TEXT, name: 'a\uD800b' }));
		expect(recorder.requests[0].query.filename).toBe('a\uFFFDb');
	});

	it.each(HOSTILE)('rejects %j as the storage', async (storage) => {
		const { message } = errorOf(await recorder.run('store', { storage }));
		expect(message).toMatch(/^The field “Storage” has the unknown value/);
		expect(recorder.requests).toEqual([]);
	});
});
