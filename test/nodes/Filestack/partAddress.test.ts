import { itemWith } from '../../support/binary';
import { binaryData, errorOf } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { filestack, useFilestackServer } from '../../support/filestack';
import { useTestServer } from '../../support/testServer';

const storage = useTestServer();
const recorder = useFilestackServer();

beforeAll(async () => void (await binaryData()));
beforeEach(() => {
	recorder.respond(({ path }) => {
		const location_url = new URL(recorder.url).host;
		if (path === '/multipart/start') {
			return { body: { uri: '/b/k', region: 'eu', upload_id: 'U1', location_url } };
		}
		return { body: { url: `${storage.url}/part?sign=1`, headers: {} } };
	});
});

const store = async () => {
	const options = { workflowIds: 'w', stallSeconds: 1, giveUpMinutes: 0 };
	const input = [await itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } })];
	return await filestack(recorder.credentials(), 'file', 'store', { options }, { input });
};

it('cancels a part that stalls at the storage on every attempt, and closes its connections', async () => {
	let isClosed = false;
	storage.handle((request) => request.socket.on('close', () => (isClosed = true)));
	const error = errorOf(await store());
	expect(error.message).toMatch(
		/^Filestack’s object storage: No data was transferred for (1 second|2 seconds)$/,
	);
	expect(error.description).toContain('0 of 1 parts were uploaded');
	await eventually(() => isClosed);
});

it('does not follow a redirect of a part, because its URL is only signed for the original location', async () => {
	const headers = { location: '/elsewhere', etag: '"e1"' };
	storage.respond(({ path }) => ({ status: path === '/elsewhere' ? 200 : 307, headers }));
	expect(errorOf(await store()).message).toBe('Filestack’s object storage responded with 307');
	expect(storage.requests.map(({ url }) => url)).toEqual(['/part?sign=1']);
});
