import type { IDataObject } from 'n8n-workflow';

import { sampleItem, type PolledList } from '../../../nodes/shared/polling/pollList';

const NOW = 1_000;
/** Things of a list in pages: a name, with `+` if it has just been added, `!` if it is over, `-` if no filter takes it. */
async function sampleOf(...pages: string[][]) {
	const read: number[] = [];
	const list: PolledList<number> = {
		events: ['over', 'added'],
		includeExisting: false,
		first: 0,
		fetchPage: (position) => {
			read.push(position);
			const next = position + 1 < pages.length ? position + 1 : undefined;
			const items = pages[position].map((name) => ({ name }));
			return Promise.resolve({ items, next, now: NOW * 1000 + 999 });
		},
		idOf: ({ name }) => String(name),
		occurrencesOf: ({ name }, now) => {
			expect(now).toBe(NOW);
			const marks = String(name);
			return [
				...(marks.includes('+') ? [{ event: 'added', key: marks }] : []),
				...(marks.includes('!') ? [{ event: 'over', key: marks }] : []),
			];
		},
		isWanted: ({ name }) => !String(name).includes('-'),
		output: (thing, event): IDataObject => ({ ...thing, event }),
	};
	const sample = await sampleItem(list);
	return { sample: sample && [sample.name, sample.event], read };
}

it.each([
	['the first with which a chosen event is the case', [['a', 'b+', 'c!']], ['b+', 'added']],
	['that also where it is the very first', [['b+', 'c!']], ['b+', 'added']],
	['of two events the one that is chosen first', [['b+!']], ['b+!', 'over']],
	['one of a later page rather than any', [['a'], ['b'], ['c!']], ['c!', 'over']],
	['else the first, as if the first event were the case', [['a', 'b'], ['c']], ['a', 'over']],
	['only what the filters take', [['a-!', 'b-'], ['c']], ['c', 'over']],
	['nothing where no filter takes anything', [['a-!']], undefined],
])('is %s', async (_, pages, expected) => {
	expect((await sampleOf(...pages)).sample).toEqual(expected);
});

it('is looked for on five pages, and not behind an empty one', async () => {
	const plain = Array.from({ length: 8 }, (_, n) => [`plain ${n}`]);
	expect(await sampleOf(...plain)).toEqual({
		sample: ['plain 0', 'over'],
		read: [0, 1, 2, 3, 4],
	});
	expect(await sampleOf(['a'], [], ['b!'])).toEqual({ sample: ['a', 'over'], read: [0, 1] });
});
