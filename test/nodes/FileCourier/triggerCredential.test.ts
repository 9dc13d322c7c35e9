import { TestCredentials } from '../../support/credentials';
import { useTrigger, VECTOR } from '../../support/fileCourierTrigger';
import { hmacSha256 } from '../../support/sign';

const trigger = useTrigger();
afterEach(() => void jest.restoreAllMocks());

/** Activates the trigger without deduplication, so that the same delivery can be sent repeatedly. */
const activate = async () => await trigger.activate({ options: { repeatWindow: 0 } });

const statusUnder = async (secret: string, headers = {}) =>
	(
		await trigger.post(VECTOR.body, {
			'X-FileCourier-Signature': hmacSha256(VECTOR.body, secret),
			...headers,
		})
	).status;

/** Moves the clock forward, which ages the cached credential. */
function advanceClock(milliseconds: number) {
	const now = performance.now();
	jest.spyOn(performance, 'now').mockImplementation(() => now + milliseconds);
}

it('reads the credential once for deliveries in quick succession', async () => {
	const reading = jest.spyOn(TestCredentials.prototype, 'getDecrypted');
	await activate();
	for (let n = 0; n < 10; n++) expect(await statusUnder(VECTOR.secret)).toBe(200);
	expect(reading).toHaveBeenCalledTimes(1);
	advanceClock(2_000);
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	expect(reading).toHaveBeenCalledTimes(2);
});

it('accepts a new secret immediately', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	expect(await statusUnder('fcwh_new')).toBe(401);
	trigger.credentials.webhookSecret = 'fcwh_new';
	expect(await statusUnder('fcwh_new')).toBe(200);
});

it('accepts a removed secret for two seconds at most', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	trigger.credentials.webhookSecret = '';
	advanceClock(2_000);
	expect(await statusUnder(VECTOR.secret)).toBe(401);
});

it('drops the cached credential once a delivery is rejected with a newer one', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	trigger.credentials.webhookSecret = 'fcwh_new';
	expect(await statusUnder('fcwh_wrong')).toBe(401);
	expect(await statusUnder(VECTOR.secret)).toBe(401);
});

it('requires a new callback API key after two seconds at most', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	trigger.credentials.callbackApiKey = 'key-1';
	advanceClock(2_000);
	expect(await statusUnder(VECTOR.secret)).toBe(401);
	expect(await statusUnder(VECTOR.secret, { Authorization: 'Bearer key-1' })).toBe(200);
});

it('does not share the cached credential with another workflow', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	await trigger.stopServer();
	await trigger.activate({}, { webhookSecret: 'fcwh_other' });
	expect(await statusUnder(VECTOR.secret)).toBe(401);
});
