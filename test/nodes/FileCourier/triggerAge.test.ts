import type { IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { FileCourierTrigger } from '../../../nodes/FileCourier/FileCourierTrigger.node';
import { ActiveTrigger } from '../../support/events';
import { hmacSha256 } from '../../support/sign';

const SECRET = 'fcwh_test_secret';
const HOUR = 3600;

let trigger: ActiveTrigger;
afterEach(async () => await trigger.stop());

async function activate(options: IDataObject = {}) {
	trigger = await ActiveTrigger.start(
		new FileCourierTrigger(),
		new FileCourierApi(),
		{ baseUrl: 'http://127.0.0.1:9', clientId: 'a', clientSecret: 'b', webhookSecret: SECRET },
		{ events: ['files.delivered'], output: 'file', download: false, options },
	);
}

const delivery = (timestamp?: string, files: object[] = []) => ({
	event: 'files.delivered',
	timestamp,
	data: { request_id: 'req_1', files },
});

const deliver = (body: string) =>
	trigger.deliver(body, { 'X-FileCourier-Signature': hmacSha256(body, SECRET) });

const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR * 1000).toISOString();

it.each([
	['the last retry of the schedule', hoursAgo(26.6), 27 * HOUR, 200],
	['an older delivery', hoursAgo(27.1), 27 * HOUR, 401],
	['a delivery from the future', hoursAgo(-27.1), 27 * HOUR, 401],
	['a delivery without a timestamp', undefined, 27 * HOUR, 400],
	['a very old delivery', hoursAgo(9000), 0, 200],
	['a delivery without a timestamp', undefined, 0, 200],
])('%s (%s) with a Maximum Age of %i seconds gets %i', async (_, timestamp, maxAge, status) => {
	await activate({ maxAge });
	expect(await deliver(JSON.stringify(delivery(timestamp)))).toBe(status);
	expect(trigger.items).toHaveLength(status === 200 ? 1 : 0);
});

it.each([
	['47 hours ago', hoursAgo(47.9), 200],
	['49 hours ago', hoursAgo(48.1), 401],
	['in unix seconds', Math.floor(Date.now() / 1000) - 60, 200],
	['never', undefined, 400],
])('with the default Maximum Age, a delivery signed %s gets %s', async (_, timestamp, status) => {
	await activate();
	expect(await deliver(JSON.stringify({ ...delivery(), timestamp }))).toBe(status);
});

it('rejects a delivery by its age once it is no longer recognized as a duplicate, also if the sender’s clock is ahead', async () => {
	await activate();
	const now = Date.now();
	const body = JSON.stringify(delivery(hoursAgo(-1)));
	expect(await deliver(body)).toBe(200);
	for (const hours of [1, 47, 48.5, 49.5, 100]) {
		jest.spyOn(Date, 'now').mockReturnValue(now + hours * HOUR * 1000);
		expect(await deliver(body)).toBe(hours < 49 ? 200 : 401);
	}
	jest.restoreAllMocks();
	expect(trigger.items).toHaveLength(1);
});

it('recognizes a duplicate without a timestamp, whatever the indentation of its JSON', async () => {
	await activate({ maxAge: 0 });
	for (const indent of [0, 1, 2]) await deliver(JSON.stringify(delivery(), null, indent));
	expect(trigger.items).toHaveLength(1);
});

it('outputs the same deliveryKey for duplicates and another one for other deliveries', async () => {
	await activate({ maxAge: 0, repeatWindow: 0 });
	for (const hours of [1, 2]) {
		const body = JSON.stringify(delivery(new Date(hours * HOUR * 1000).toISOString()));
		await deliver(body);
		await deliver(body);
	}
	const keys = trigger.items.map(({ deliveryKey }) => deliveryKey);
	expect(keys).toEqual([keys[0], keys[0], keys[2], keys[2]]);
	expect(keys[0]).not.toBe(keys[2]);
});

it('treats other content in the same second as another delivery, but not other white space or key order', async () => {
	await activate();
	const time = hoursAgo(1);
	const [a, b] = [
		{ name: 'a.pdf', size: 1 },
		{ name: 'b.pdf', size: 1 },
	];
	await deliver(JSON.stringify(delivery(time, [a])));
	await deliver(JSON.stringify(delivery(time, [b])));
	await deliver(JSON.stringify(delivery(time, [a]), null, 2));
	await deliver(JSON.stringify(delivery(time, [{ size: 1, name: 'a.pdf' }])));
	await deliver(JSON.stringify({ ...delivery(time, [b]), attempt: 2 }));
	expect(trigger.items.map(({ file }) => (file as IDataObject).name)).toEqual(['a.pdf', 'b.pdf']);
});
