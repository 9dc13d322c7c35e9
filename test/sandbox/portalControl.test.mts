import { parse } from 'node-html-parser';
import { services } from '../../sandbox/services/index.mts';
import { Bench, http } from './support.mts';

let bench: Bench;
beforeAll(async () => void (bench = await Bench.start()));
afterAll(async () => await bench.stop());

const page = async (path: string) => (await http.get<string>(bench.portal + path)).data;

/** Submits a form of a page. */
const press = async (path: string, fields: Record<string, string> = {}) =>
	await http.post<string>(bench.portal + path, new URLSearchParams(fields));

describe('the control page', () => {
	test('changes the clock', async () => {
		const now = async () =>
			(await bench.control<{ now: string; speed: number }>('get', '/api/clock')).data;
		const before = Date.parse((await now()).now);
		expect((await press('/control/clock', { advance: '86400' })).status).toBe(303);
		expect((Date.parse((await now()).now) - before) / 1000).toBeCloseTo(86_400, -1);
		expect(await page('/control')).toContain('1 day');
		await press('/control/clock', { speed: '60' });
		expect((await now()).speed).toBe(60);
		await press('/control/clock', { reset: '1' });
		expect(Math.abs(Date.parse((await now()).now) - Date.now())).toBeLessThan(5000);
		expect((await press('/control/clock', { advance: 'tomorrow' })).status).toBe(400);
		expect((await press('/control/clock')).status).toBe(303);
	});

	test('explains each setting, each value and each fault', async () => {
		const html = await page('/control');
		for (const { settings } of Object.values(services)) {
			for (const { label, help, ...declared } of Object.values(settings)) {
				expect([label, help].every((text) => text.length > 3)).toBe(true);
				if (!('values' in declared)) continue;
				expect(Object.keys(declared.values)).toContain(declared.default);
				for (const [value, meaning] of Object.entries(declared.values)) {
					expect([value, meaning.length > 3]).toEqual([value, true]);
					expect(html).toContain(`<dt>${value}</dt>`);
				}
			}
		}
		const document = parse(html);
		const explained = document.querySelectorAll('dt').map(({ text }) => text);
		const faults = document.querySelectorAll('#fault option').map(({ text }) => text);
		expect(faults.length).toBeGreaterThan(10);
		expect(explained).toEqual(expect.arrayContaining(faults));
		expect(html).toContain('100,000,000 bytes (100.0 MB)');
	});

	test('names the faults and places of rules in words', async () => {
		await press('/control/faults', { where: 'filesApp/api', fault: 'resetAfterBody' });
		const rule = parse(await page('/control')).querySelector('tbody')?.text;
		expect(rule).toContain('Connection reset after processing');
		expect(rule).toContain(`Files App, ${services.filesApp.origins.api.label}`);
		await press('/control/faults/remove');
	});

	test('changes settings and marks the selected ones', async () => {
		expect((await press('/control/settings/fileCourier', { recipientForm: 'flat' })).status).toBe(
			303,
		);
		const selected = parse(await page('/control')).querySelectorAll('option[selected]');
		expect(selected.map((option) => option.getAttribute('value'))).toContain('flat');
		const wrong = await press('/control/settings/fileCourier', { recipientForm: 'round' });
		expect(wrong.status).toBe(400);
		expect(wrong.data).toContain('is not a valid value for');
		await press('/control/settings/fileCourier', { recipientForm: 'either' });
	});

	test('adds and removes fault rules', async () => {
		const rules = async () => (await bench.control<{ id: string }[]>('get', '/api/faults')).data;
		const options = parse(await page('/control')).querySelectorAll('#fault option');
		const offered = options.map((option) => option.getAttribute('value') ?? '');
		for (const fault of offered) {
			const response = await press('/control/faults', {
				where: 'fileCourier',
				fault,
				path: '',
				nth: '',
				times: '',
			});
			expect([fault, response.status]).toEqual([fault, 303]);
		}
		expect(await rules()).toHaveLength(13);
		await press('/control/faults/remove', { id: (await rules())[0].id });
		expect(await rules()).toHaveLength(12);
		await press('/control/faults/remove');
		expect(await rules()).toHaveLength(0);
		await press('/control/faults', {
			where: 'fileCourier/api',
			fault: '429',
			path: '/api/*',
			nth: '2',
			times: '3',
		});
		expect(await rules()).toMatchObject([
			{
				service: 'fileCourier',
				origin: 'api',
				path: '/api/*',
				nth: 2,
				times: 3,
				fault: { type: 'status', status: 429 },
			},
		]);
		await press('/control/faults/remove');
		expect((await press('/control/faults', { where: 'fileCourier', fault: 'boom' })).status).toBe(
			400,
		);
		expect(
			(await press('/control/faults', { where: 'fileCourier', fault: '500', nth: '-1' })).status,
		).toBe(400);
		expect((await press('/control/faults', { where: 'unknown', fault: '500' })).status).toBe(404);
	});
});
