import type { Downloaded } from '../../../nodes/shared/files/download';
import { keepFiles, takeKeptFiles } from '../../../nodes/shared/files/downloadAll';
import type { TransferContext } from '../../../nodes/shared/http/service';

/** n8n's storage, in which every file has three bytes. */
const context = {
	helpers: { getBinaryMetadata: () => Promise.resolve({ fileSize: 3 }) },
} as unknown as TransferContext;

const file = (id?: string, size = 3): Downloaded => ({
	binary: { id, data: '', mimeType: 'a/b' },
	fileName: 'a',
	mimeType: 'a/b',
	size,
});

const namesIn = async (delivery: string) => [
	...(await takeKeptFiles(context, delivery)).files.keys(),
];

afterEach(() => jest.useRealTimers());

it('returns the files of a delivery only once', async () => {
	keepFiles('one', 2, new Map([['a', file('filesystem-v2:a')]]));
	const { files, failures } = await takeKeptFiles(context, 'one');
	expect([[...files.keys()], failures]).toEqual([['a'], 2]);
	expect(await takeKeptFiles(context, 'one')).toMatchObject({ failures: 0, files: new Map() });
});

it('skips files in n8n’s memory, and files that have changed in its storage', async () => {
	keepFiles('memory', 1, new Map([['a', file(undefined)]]));
	keepFiles('changed', 1, new Map([['a', file('filesystem-v2:a', 4)]]));
	expect([await namesIn('memory'), await namesIn('changed')]).toEqual([[], []]);
});

it('keeps files for two days', async () => {
	jest.useFakeTimers({ now: 1_800_000_000_000 });
	for (const name of ['a', 'b']) keepFiles(name, 1, new Map([['f', file('filesystem-v2:f')]]));
	jest.setSystemTime(1_800_000_000_000 + 47 * 3_600_000);
	expect(await namesIn('a')).toEqual(['f']);
	jest.setSystemTime(1_800_000_000_000 + 49 * 3_600_000);
	expect(await namesIn('b')).toEqual([]);
});

it('discards the oldest deliveries if there are too many deliveries or files', async () => {
	const one = new Map([['f', file('filesystem-v2:f')]]);
	for (let n = 0; n < 501; n++) keepFiles(`delivery ${n}`, 1, one);
	expect([await namesIn('delivery 0'), await namesIn('delivery 1')]).toEqual([[], ['f']]);
	const many = Array.from(
		{ length: 1001 },
		(_, n) => [String(n), file('filesystem-v2:f')] as const,
	);
	keepFiles('first', 1, new Map(many));
	keepFiles('second', 1, new Map(many));
	expect((await namesIn('first')).length).toBe(0);
	expect((await namesIn('second')).length).toBe(1001);
});
