import { createHmac } from 'node:crypto';
import { signed } from './filestackSupport.mts';
import { form, text } from './formSupport.mts';
import { Bench, eventually, http, Receiver } from './support.mts';
import { NEW_PACKAGE } from './speedyFilesSupport.mts';

const BYTES = 'twelve bytes';

let bench: Bench;
let receiver: Receiver;
beforeAll(async () => {
	bench = await Bench.start();
	receiver = await Receiver.start();
});
afterAll(async () => {
	await bench.stop();
	await receiver.stop();
});
afterEach(async () => await bench.control('delete', '/api/faults'));

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const infoOf = (id: 'speedyFiles' | 'filestack') => bench.sandbox.info.services[id];

/**
 * Makes a service call the receiver; `verifies` checks a delivery with an independent implementation of the signature.
 */
interface Caller {
	subscribe(): Promise<void>;
	/** Causes an event whose body contains `name`. */
	happen(name: string): Promise<unknown>;
	verifies(raw: string, headers: Record<string, unknown>): boolean;
}

const hmac = (secret: string, body: string) =>
	createHmac('sha256', secret).update(body).digest('hex');

const CALLERS: Record<string, () => Caller> = {
	fileCourier: () => ({
		subscribe: () => Promise.resolve(),
		happen: async (name) => {
			const { link } = await bench.session({ callback_url: receiver.url });
			await http.post(link, form({ files: text(BYTES) }, name));
		},
		verifies: (raw, headers) =>
			headers['x-filecourier-signature'] === hmac(bench.credentials.webhookSecret, raw),
	}),
	speedyFiles: () => {
		const { origins, credentials } = infoOf('speedyFiles');
		const packages = `${origins.instance}/api/v1/packages`;
		const access = bearer(credentials.apiToken);
		return {
			subscribe: async () => {
				const hook = '/api/services/speedyFiles/webhooks/1';
				await bench.control('patch', hook, { url: receiver.url });
			},
			happen: async (title) => {
				const { data } = await http.post<{ id: string }>(
					packages,
					{ ...NEW_PACKAGE, title },
					access,
				);
				await http.post(`${packages}/${data.id}/revoke`, undefined, access);
			},
			verifies: (raw, headers) =>
				headers['x-speedyfiles-signature'] === `sha256=${hmac(credentials.webhookSecret, raw)}`,
		};
	},
	filestack: () => {
		const { origins, credentials } = infoOf('filestack');
		const expiry = Math.floor(Date.now() / 1000) + 600;
		const proof = signed(JSON.stringify({ expiry }), credentials.appSecret);
		let secret = '';
		return {
			subscribe: async () => {
				const wanted = { url: receiver.url };
				const hooks = '/api/services/filestack/webhooks';
				secret = (await bench.control<{ secret: string }>('post', hooks, wanted)).data.secret;
			},
			happen: async (filename) =>
				await http.post(`${origins.api}/api/store/S3`, BYTES, {
					params: { key: credentials.apiKey, ...proof, filename },
					headers: { 'content-type': 'text/plain' },
				}),
			verifies: (raw, headers) =>
				headers['fs-signature'] === hmac(secret, `${String(headers['fs-timestamp'])}.${raw}`),
		};
	},
};

describe.each(Object.entries(CALLERS))('webhooks of %s', (service, callerOf) => {
	let caller: Caller;
	beforeAll(async () => {
		caller = callerOf();
		await caller.subscribe();
	});
	beforeEach(() => void receiver.requests.splice(0));
	const press = async (fault: string) => {
		const fields = new URLSearchParams({ where: service, fault, times: '1' });
		expect((await http.post(`${bench.portal}/control/faults`, fields)).status).toBe(303);
	};
	const heard = async (count: number) =>
		await eventually(() => (receiver.requests.length === count ? receiver.requests : undefined));

	test('have an invalid signature once', async () => {
		await press('badSignature');
		await caller.happen('first');
		await heard(1);
		await caller.happen('second');
		const judged = (await heard(2)).map(({ body: raw, headers }) => caller.verifies(raw, headers));
		expect(judged).toEqual([false, true]);
	});

	test('are sent twice with identical bytes', async () => {
		await press('duplicateDelivery');
		await caller.happen('twice');
		const [one, other] = await heard(2);
		expect(other.body).toBe(one.body);
		expect(caller.verifies(one.body, one.headers)).toBe(true);
	});

	test('are sent after the next one', async () => {
		await press('outOfOrder');
		// A service may not respond before its webhook has been sent.
		const first = caller.happen('the first');
		await eventually(async () => {
			const { data } = await bench.control<{ applied: number }[]>('get', '/api/faults');
			return data[0].applied === 1 || undefined;
		});
		await caller.happen('the second');
		await first;
		const order = (await heard(2)).map(({ body: raw }) => /the (first|second)/.exec(raw)?.[1]);
		expect(order).toEqual(['second', 'first']);
	});
});
