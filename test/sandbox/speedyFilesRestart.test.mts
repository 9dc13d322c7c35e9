import { http, Receiver } from './support.mts';
import { eventOf, Instance } from './speedyFilesSupport.mts';

let receiver: Receiver;
beforeEach(async () => (receiver = await Receiver.start()));
afterEach(async () => await receiver.stop());

test('packages, files, links, tokens and subscriptions are restored', async () => {
	const first = await Instance.start();
	const sent = await first.sent({ name: 'a.txt', bytes: 'abc' }, { name: 'b.txt', bytes: 'defg' });
	const asked = await first.asked();
	const token = await first.tokenOf(2);
	await first.subscribe(receiver.url);
	const list = (await first.api('get', '/packages')).data;
	const hook = await first.hook();
	await first.stop({ keep: true });

	const second = await Instance.start(first.bench.folder);
	expect([second.token, second.secret]).toEqual([first.token, first.secret]);
	expect((await second.api('get', '/packages')).data).toEqual(list);
	expect((await second.api('get', '/me', undefined, token)).status).toBe(200);
	expect(await second.hook()).toEqual(hook);
	const link = sent.link.replace(first.url, second.url);
	expect((await http.get<string>(`${link}/file/${sent.files[1]}`)).data).toBe('defg');
	expect((await second.links(asked.id))[0].magic_link).toBe(
		asked.link.replace(first.url, second.url),
	);
	await second.stop();
});

test('an expiry while the sandbox was stopped is reported once afterwards', async () => {
	const first = await Instance.start();
	await first.set({ events: 'documented' });
	await first.subscribe(receiver.url);
	const { id } = await first.asked({ ttl_days: 1 });
	await first.stop({ keep: true });
	const second = await Instance.start(first.bench.folder);
	await second.bench.advance(2 * 86_400);
	await second.stop({ keep: true });
	const third = await Instance.start(first.bench.folder);
	await third.bench.advance(86_400);
	await third.stop();
	const events = receiver.requests.map(eventOf);
	expect(events.map(({ event }) => event)).toEqual(['package.created', 'package.expired']);
	expect(events[1]).toMatchObject({ package_id: id });
});
