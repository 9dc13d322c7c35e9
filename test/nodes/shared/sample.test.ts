import { sampleItem, type PolledList } from '../../../nodes/shared/polling/pollList';

const NOW = 1_000;
/** Items of a list by page: a name, with `+` if just added, `!` if over, `-` if the filters exclude it. */
async function sampleOf(...pages: string[][]) {
	const read: number[] = [];
	const list: PolledList<number> = {
		events: ['over', 'added'],
		includeExisting: false,
		first: 0,
		fetchPage: (position) => {
			read.push(position);
			const next = position + 1 < pages.length ? position + 1 : undefined;
			const items = pages[position].map((name) => ({ json: { name } }));
			return Promise.resolve({ items, next, now: NOW * 1000 + 999 });
		},
		idOf: ({ json }) => String(json.name),
		occurrencesOf: ({ json }, now) => {
			expect(now).toBe(NOW);
			const marks = String(json.name);
			return [
				...(marks.includes('+') ? [{ event: 'added', key: marks }] : []),
				...(marks.includes('!') ? [{ event: 'over', key: marks }] : []),
			];
		},
		isWanted: ({ json }) => !String(json.name).includes('-'),
	};
	const sample = await sampleItem(list);
	return { sample: sample && [sample.json.name, sample.added?.event], read };
}

it.each([
	['the first item with a selected event', [['a', 'b+', 'c!']], ['b+', 'added']],
	[
		'the first item with a selected event, even if it is the first of the list',
		[['b+', 'c!']],
		['b+', 'added'],
	],
	['with the event that is selected first, if an item has two', [['b+!']], ['b+!', 'over']],
	[
		'an item with a selected event from a later page rather than one without',
		[['a'], ['b'], ['c!']],
		['c!', 'over'],
	],
	[
		'the first item with the first event, if no item has a selected one',
		[['a', 'b'], ['c']],
		['a', 'over'],
	],
	['only an item that passes the filters', [['a-!', 'b-'], ['c']], ['c', 'over']],
	['missing if no item passes the filters', [['a-!']], undefined],
])('the sample is %s', async (_, pages, expected) => {
	expect((await sampleOf(...pages)).sample).toEqual(expected);
});

it('searches five pages, and stops at an empty one', async () => {
	const plain = Array.from({ length: 8 }, (_, n) => [`plain ${n}`]);
	expect(await sampleOf(...plain)).toEqual({
		sample: ['plain 0', 'over'],
		read: [0, 1, 2, 3, 4],
	});
	expect(await sampleOf(['a'], [], ['b!'])).toEqual({ sample: ['a', 'over'], read: [0, 1] });
});
