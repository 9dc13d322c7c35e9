import { ALL, DAY, FileShotAccount, HOUR, namesOf } from '../../support/fileShotTrigger';

let account: FileShotAccount;
beforeAll(async () => (account = await FileShotAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());

describe('the expiry of a file', () => {
	it('triggers once when it is close and once when it is reached', async () => {
		const trigger = await account.active({ events: ALL, leadTime: 6, leadTimeUnit: 'hours' });
		await account.add('day.txt', 1);
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'day.txt']]);
		await account.clock({ advance: DAY - 7 * HOUR });
		expect(await trigger.poll()).toEqual([]);
		await account.clock({ advance: HOUR });
		expect(namesOf(await trigger.poll())).toEqual([['file.expiring_soon', 'day.txt']]);
		await trigger.restart();
		await account.clock({ advance: HOUR });
		expect(await trigger.poll()).toEqual([]);
		await account.clock({ advance: 5 * HOUR });
		expect(namesOf(await trigger.poll())).toEqual([['file.expired', 'day.txt']]);
		await trigger.restart();
		expect(await trigger.poll()).toEqual([]);
	});

	it('triggers “expiring soon” at once for a file whose lifetime is shorter than the lead time', async () => {
		const trigger = await account.active({ events: ALL, leadTime: 2, leadTimeUnit: 'days' });
		await account.add('day.txt', 1);
		expect(namesOf(await trigger.poll()).sort()).toEqual([
			['file.added', 'day.txt'],
			['file.expiring_soon', 'day.txt'],
		]);
	});

	it('does not trigger if it was reached, or already close, before the activation', async () => {
		await account.add('over.txt', 1);
		await account.add('soon.txt', 2);
		await account.clock({ advance: DAY + HOUR });
		const trigger = await account.active({ events: ALL, leadTime: 24 });
		expect(trigger.runs).toEqual([]);
		await account.clock({ advance: DAY });
		expect(namesOf(await trigger.poll())).toEqual([['file.expired', 'soon.txt']]);
	});

	it('triggers even if the list omits expired files, but not for a deleted file', async () => {
		await account.settings({ expiredFiles: 'hidden' });
		const trigger = await account.active({ events: ['file.expired'] });
		const gone = await account.add('deleted.txt', 1);
		const fileId = await account.add('day.txt', 1);
		expect(await trigger.poll()).toEqual([]);
		await account.remove(gone);
		expect(await trigger.poll()).toEqual([]);
		await account.clock({ advance: DAY });
		const [emitted, ...others] = await trigger.poll();
		expect(emitted).toMatchObject({ event: 'file.expired', fileId, status: 'expired' });
		expect(others).toEqual([]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('through the download limit triggers once, but not if that was reached before the activation', async () => {
		await account.download(await account.addForOneDownload('before.txt'));
		const fileId = await account.addForOneDownload('after.txt');
		const trigger = await account.active({ events: ['file.expired'] });
		expect(trigger.runs).toEqual([]);
		await account.download(fileId);
		expect(namesOf(await trigger.poll())).toEqual([['file.expired', 'after.txt']]);
		await account.clock({ advance: 31 * DAY });
		expect(await trigger.poll()).toEqual([]);
	});

	it('is compared with FileShot’s clock, one hour or one day ahead of this host', async () => {
		await account.clock({ advance: HOUR });
		const trigger = await account.active({ events: ALL, leadTime: 1, leadTimeUnit: 'hours' });
		await account.add('day.txt', 1);
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'day.txt']]);
		await account.clock({ advance: DAY - HOUR / 2 });
		expect(namesOf(await trigger.poll())).toEqual([['file.expiring_soon', 'day.txt']]);
	});
});
