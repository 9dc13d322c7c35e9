import { itemWith } from '../../support/binary';
import { errorOf, outputOf } from '../../support/engine';
import { credentialsOf, filestack, TEXT } from '../../support/filestack';
import { ownRecorder } from '../../support/ownRecorder';
import { ownSandbox } from '../../support/ownSandbox';

const sandbox = ownSandbox();
const recorder = ownRecorder({ url: 'https://cdn.filestackcontent.com/HANDLE', size: 5 });

describe('hostile values', () => {
	const HOSTILE = [
		'../../x?y=1#z',
		'%2F%2e%2e',
		'a\r\nX-Evil: 1',
		'n\u0000l',
		'🎉 "q" \'s\'',
		'x'.repeat(300),
	];

	it.each(HOSTILE)('%j reaches the service as data', async (value) => {
		const options = { fileName: value, path: value, container: value, mimeType: value };
		outputOf(await recorder.run('store', { options }));
		const [request] = recorder.seen;
		expect(request.path).toBe('/api/store/S3');
		expect(request.headers).not.toHaveProperty('x-evil');
		const { filename, path, container, mimetype } = request.query;
		expect([filename, path, container, mimetype]).toEqual([value, value, value, value]);
	});

	it('half of a UTF-16 pair is replaced', async () => {
		outputOf(await recorder.run('store', { options: { fileName: '={{ "a\\uD800b" }}' } }));
		expect(recorder.seen[0].query.filename).toBe('a\uFFFDb');
	});

	it.each(HOSTILE)('%j as the storage changes no path', async (storage) => {
		errorOf(
			await filestack(
				credentialsOf(sandbox),
				'file',
				'store',
				{ storage },
				{ input: [await itemWith({ data: TEXT })] },
			),
		);
		const [{ path }] = await sandbox.requests();
		expect(path.split('/')).toHaveLength(4);
	});
});
