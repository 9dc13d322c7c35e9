import { ALL, DAY, FileShotAccount, HOUR, namesOf } from '../../support/fileShotTrigger';

let account: FileShotAccount;
beforeAll(async () => (account = await FileShotAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());

describe('expiry', () => {
	it('is told twice, soon and when it has come, and each once', async () => {
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

	it('of a file that lives shorter than the lead time is told as soon as it is there', async () => {
		const trigger = await account.active({ events: ALL, leadTime: 2, leadTimeUnit: 'days' });
		await account.add('day.txt', 1);
		expect(namesOf(await trigger.poll()).sort()).toEqual([
			['file.added', 'day.txt'],
			['file.expiring_soon', 'day.txt'],
		]);
	});

	it('before the activation is not told; nor is what is close to it', async () => {
		await account.add('over.txt', 1);
		await account.add('soon.txt', 2);
		await account.clock({ advance: DAY + HOUR });
		const trigger = await account.active({ events: ALL, leadTime: 24 });
		expect(trigger.runs).toEqual([]);
		await account.clock({ advance: DAY });
		expect(namesOf(await trigger.poll())).toEqual([['file.expired', 'soon.txt']]);
	});

	it('is told as well where expired files leave the list, but not of one that was deleted', async () => {
		await account.settings({ expiredFiles: 'hidden' });
		const trigger = await account.active({ events: ['file.expired'] });
		const gone = await account.add('deleted.txt', 1);
		const fileId = await account.add('day.txt', 1);
		expect(await trigger.poll()).toEqual([]);
		await account.remove(gone);
		expect(await trigger.poll()).toEqual([]);
		await account.clock({ advance: DAY });
		const [told, ...others] = await trigger.poll();
		expect(told).toMatchObject({ event: 'file.expired', fileId, effectiveStatus: 'expired' });
		expect(others).toEqual([]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('goes by FileShot’s clock, an hour ahead of this host or a day', async () => {
		await account.clock({ advance: HOUR });
		const trigger = await account.active({ events: ALL, leadTime: 1, leadTimeUnit: 'hours' });
		await account.add('day.txt', 1);
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'day.txt']]);
		await account.clock({ advance: DAY - HOUR / 2 });
		expect(namesOf(await trigger.poll())).toEqual([['file.expiring_soon', 'day.txt']]);
	});
});
