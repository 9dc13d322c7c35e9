import { TestCredentials } from '../../support/credentials';
import { ownTrigger, VECTOR } from '../../support/fileCourierTrigger';
import { hmacSha256 } from '../../support/sign';

const trigger = ownTrigger();
afterEach(() => void jest.restoreAllMocks());

/** Delivers the same again and again, which this trigger lets in. */
const activate = async () => await trigger.activate({ options: { repeatWindow: 0 } });

const statusUnder = async (secret: string, headers = {}) =>
	(
		await trigger.post(VECTOR.body, {
			'X-FileCourier-Signature': hmacSha256(VECTOR.body, secret),
			...headers,
		})
	).status;

/** Makes the readings of a credential as old as that. */
function letPass(milliseconds: number) {
	const now = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => now + milliseconds);
}

it('reads the credential once for deliveries that follow one another', async () => {
	const reading = jest.spyOn(TestCredentials.prototype, 'getDecrypted');
	await activate();
	for (let n = 0; n < 10; n++) expect(await statusUnder(VECTOR.secret)).toBe(200);
	expect(reading).toHaveBeenCalledTimes(1);
	letPass(2_000);
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	expect(reading).toHaveBeenCalledTimes(2);
});

it('believes a secret as soon as it is entered', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	expect(await statusUnder('fcwh_new')).toBe(401);
	trigger.credentials.webhookSecret = 'fcwh_new';
	expect(await statusUnder('fcwh_new')).toBe(200);
});

it('believes a secret that was removed for two seconds at most', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	trigger.credentials.webhookSecret = '';
	letPass(2_000);
	expect(await statusUnder(VECTOR.secret)).toBe(401);
});

it('forgets what it has read as soon as a delivery was refused with something newer', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	trigger.credentials.webhookSecret = 'fcwh_new';
	expect(await statusUnder('fcwh_wrong')).toBe(401);
	expect(await statusUnder(VECTOR.secret)).toBe(401);
});

it('asks for a callback API key two seconds after it was entered at the latest', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	trigger.credentials.callbackApiKey = 'key-1';
	letPass(2_000);
	expect(await statusUnder(VECTOR.secret)).toBe(401);
	expect(await statusUnder(VECTOR.secret, { Authorization: 'Bearer key-1' })).toBe(200);
});

it('shares nothing with another workflow', async () => {
	await activate();
	expect(await statusUnder(VECTOR.secret)).toBe(200);
	await trigger.stopServer();
	await trigger.activate({}, { webhookSecret: 'fcwh_other' });
	expect(await statusUnder(VECTOR.secret)).toBe(401);
});
