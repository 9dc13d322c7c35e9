import { parse } from 'node-html-parser';
import { Settings } from '../../sandbox/core/settings.mts';
import { Bench, http } from './support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

const PATH = '/api/services/filesApp/settings';
const read = async () => (await bench.control<Record<string, unknown>>('get', PATH)).data;
const save = async (fields: Record<string, string>) =>
	await http.post<string>(`${bench.portal}/control/settings/filesApp`, new URLSearchParams(fields));

describe('a setting with an amount', () => {
	test('has a default, can be changed through the control API and is stored', async () => {
		expect(await read()).toMatchObject({ syncPageSize: 100, plan: 'free' });
		const { status, data } = await bench.control('patch', PATH, { syncPageSize: 3, plan: 'pro' });
		expect([status, data]).toEqual([
			200,
			expect.objectContaining({ syncPageSize: 3, plan: 'pro' }),
		]);
		await bench.stop({ keep: true });
		bench = await Bench.start(bench.folder);
		expect(await read()).toMatchObject({ syncPageSize: 3, plan: 'pro' });
	});

	test.each([0, -1, 1.5, 10_001, '3', '', null, true])(
		'rejects %j and changes nothing',
		async (value) => {
			const before = await read();
			const { status, data } = await bench.control<{ error: string }>('patch', PATH, {
				plan: 'team',
				syncPageSize: value,
			});
			expect(status).toBe(400);
			expect(data.error).toBe(
				`"syncPageSize" must be a whole number from 1 to 10000 (changes), not ${JSON.stringify(value)}.`,
			);
			expect(await read()).toEqual(before);
		},
	);

	test('is a number field on the control page', async () => {
		const { data } = await http.get<string>(`${bench.portal}/control`);
		const field = parse(data).querySelector('input#filesApp-syncPageSize');
		expect(field?.attributes).toMatchObject({
			type: 'number',
			required: '',
			min: '1',
			max: '10000',
		});
		expect((await save({ syncPageSize: '7', plan: 'free' })).status).toBe(303);
		expect(await read()).toMatchObject({ syncPageSize: 7, plan: 'free' });
		for (const wrong of ['', '0', 'x', '7.5']) {
			const refused = await save({ syncPageSize: wrong });
			expect([refused.status, refused.data.includes('whole number')]).toEqual([400, true]);
		}
		expect((await save({ colour: 'red' })).data).toContain('There is no setting');
	});

	test('falls back to the default if an earlier version stored a value that is no longer allowed', async () => {
		const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
		const folder = await mkdtemp(`${bench.folder}-settings-`);
		await writeFile(`${folder}/s.json`, '{"size":50,"gone":1,"kind":"b"}');
		const described = { label: '', help: '' };
		const settings = await Settings.open(`${folder}/s.json`, {
			size: { ...described, unit: 'bytes', minimum: 1, maximum: 10, default: 5 },
			kind: { ...described, values: { a: '', b: '' }, default: 'a' },
		});
		expect([settings.number('size'), settings.get('kind')]).toEqual([5, 'b']);
		await rm(folder, { recursive: true });
	});
});
