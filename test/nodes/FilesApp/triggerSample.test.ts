import { errorOf, outputOf } from '../../support/engine';
import { FilesAppAccount, HOUR } from '../../support/filesAppTrigger';

let account: FilesAppAccount;
beforeAll(async () => (account = await FilesAppAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());

it('Fetch Test Event returns the latest matching change and changes no state', async () => {
	const id = await account.upload('a.pdf');
	await account.upload('b.txt');
	await account.rename(await account.upload('c.txt'), 'c.pdf');
	await account.rename(id, 'd.pdf');
	const trigger = account.trigger({ events: ['created'], options: { fileName: 'd.*' } });
	const { run, staticData } = await trigger.fetchTestEvent();
	const [{ json }] = outputOf(run);
	expect(json).toMatchObject({ event: 'created', fileId: id, name: 'd.pdf' });
	expect(staticData).toBe('{}');
});

it('Fetch Test Event returns the latest of several changes', async () => {
	await account.upload('a.pdf');
	const id = await account.upload('b.pdf');
	await account.upload('c.txt');
	const trigger = account.trigger({ events: ['created'], options: { fileName: '*.pdf' } });
	const [{ json }] = outputOf((await trigger.fetchTestEvent()).run);
	expect(json).toMatchObject({ fileId: id, name: 'b.pdf' });
});

it('Fetch Test Event returns a file as a new one if there is no matching change', async () => {
	await account.upload('a.txt');
	await account.clock({ advance: 40 * 24 * HOUR });
	const trigger = account.trigger({ events: ['*'] });
	const [{ json }] = outputOf((await trigger.fetchTestEvent()).run);
	expect(json).toMatchObject({ event: 'created', available: true });
});

it('Fetch Test Event reports that there is no matching change or file', async () => {
	const trigger = account.trigger({ options: { fileName: 'no such file' } });
	expect(errorOf((await trigger.fetchTestEvent()).run).message).toMatch(
		/found in Files App to use as a test event/,
	);
});
