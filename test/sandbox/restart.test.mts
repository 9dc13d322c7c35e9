import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench, http, Receiver, temporaryFolder, upload } from './support.mts';

let receiver: Receiver;
beforeEach(async () => (receiver = await Receiver.start()));
afterEach(async () => await receiver.stop());

test('sessions, messages, deliveries, settings, credentials and the clock are restored', async () => {
	const first = await Bench.start();
	const { id, link } = await first.session({ callback_url: receiver.url });
	await upload(link, { name: 'a.txt', bytes: 'abc' });
	await first.delivery(({ state }) => state === 'delivered');
	const open = await first.session();
	await first.control('patch', '/api/services/fileCourier/settings', { recipientForm: 'flat' });
	await first.advance(3600);
	const session = (await first.status(id)).data;
	await first.stop({ keep: true });

	const second = await Bench.start(first.folder);
	expect({ ...second.credentials, baseUrl: '' }).toEqual({ ...first.credentials, baseUrl: '' });
	expect((await second.status(id)).data).toEqual(session);
	expect((await second.delivery(() => true)).subject).toBe(id);
	const outbox = (await second.control<{ link: string }[]>('get', '/api/outbox')).data;
	expect(outbox).toHaveLength(2);
	// Links contain the service's current URL.
	expect((await http.get(`${second.secure}/u/${open.id.slice(4)}`)).status).toBe(200);
	expect(outbox[0].link).toBe(`${second.secure}/u/${open.id.slice(4)}`);
	const settings = await second.control('get', '/api/services/fileCourier/settings');
	expect(settings.data).toMatchObject({ recipientForm: 'flat' });
	expect(
		(await second.control<{ aheadSeconds: number }>('get', '/api/clock')).data.aheadSeconds,
	).toBe(3600);
	await second.stop();
});

test('a delivered URL still works on the port of the new run', async () => {
	const first = await Bench.start();
	const { link } = await first.session({ callback_url: receiver.url });
	await upload(link, { name: 'a.txt', bytes: 'abc' });
	await first.delivery(({ state }) => state === 'delivered');
	await first.stop({ keep: true });
	const second = await Bench.start(first.folder);
	const { url } = (JSON.parse(receiver.requests[0].body) as { data: { files: { url: string }[] } })
		.data.files[0];
	expect((await http.get<string>(url.replace(first.files, second.files))).data).toBe('abc');
	await second.stop();
});

test('scheduled retries continue', async () => {
	receiver.responses = [{ status: 500 }, { status: 500 }];
	const first = await Bench.start();
	const { id, link } = await first.session({ callback_url: receiver.url });
	await upload(link, { name: 'a.txt', bytes: 'abc' });
	await first.attempts(1);
	await first.stop({ keep: true });

	const second = await Bench.start(first.folder);
	await second.advance(50);
	expect(receiver.requests).toHaveLength(1);
	await second.advance(20);
	await second.attempts(2);
	await second.advance(300);
	await second.delivery(({ state }) => state === 'delivered');
	expect(await second.state(id)).toBe('completed');
	await second.stop();
});

test('an attempt in progress is repeated', async () => {
	const first = await Bench.start();
	await first.control('post', '/api/faults', {
		service: 'fileCourier',
		on: 'delivery',
		fault: { type: 'delay', milliseconds: 60_000 },
	});
	const { link } = await first.session({ callback_url: receiver.url });
	await upload(link, { name: 'a.txt', bytes: 'abc' });
	await first.stop({ keep: true });
	expect(receiver.requests).toHaveLength(0);
	const second = await Bench.start(first.folder);
	await second.attempts(1);
	expect(receiver.requests).toHaveLength(1);
	await second.stop();
});

test('files with secrets are only readable by their owner', async () => {
	const bench = await Bench.start();
	const { id } = await bench.session({ callback_api_key: 'callback-key-3' });
	const service = join(bench.folder, 'services/fileCourier');
	const session = join(service, 'sessions', `${id.slice(4)}.json`);
	expect(await readFile(session, 'utf8')).toContain('callback-key-3');
	for (const path of [join(service, 'secrets.json'), session]) {
		expect((await stat(path)).mode & 0o777).toBe(0o600);
	}
	await bench.stop();
});

test('each data folder has its own credentials', async () => {
	const [one, other] = await Promise.all([Bench.start(), Bench.start(await temporaryFolder())]);
	expect(one.credentials.clientSecret).not.toBe(other.credentials.clientSecret);
	await Promise.all([one.stop(), other.stop()]);
});
