import { collectPages } from '../../../nodes/shared/http/paging';

const idOf = (item: { id: number }) => item.id;
const list = (...ids: number[]) => ids.map((id) => ({ id }));

it('reads all pages', async () => {
	const pages = [list(1, 2), list(3, 4), list(5)];
	const found = await collectPages(
		0,
		(page) => Promise.resolve({ items: pages[page], next: pages[page + 1] && page + 1 }),
		{ idOf },
	);
	expect(found).toEqual(list(1, 2, 3, 4, 5));
});

it('reads no more pages than the limit needs', async () => {
	const fetched: number[] = [];
	const fetchPage = (page: number) => {
		fetched.push(page);
		return Promise.resolve({ items: list(page * 2, page * 2 + 1), next: page + 1 });
	};
	expect(await collectPages(0, fetchPage, { idOf, limit: 3 })).toEqual(list(0, 1, 2));
	expect(fetched).toEqual([0, 1]);
});

it('returns an item once that moves to the next page during the read', async () => {
	const pages = [list(1, 2), list(2, 3)];
	const fetchPage = (page: number) =>
		Promise.resolve({ items: pages[page], next: pages[page + 1] && page + 1 });
	expect(await collectPages(0, fetchPage, { idOf })).toEqual(list(1, 2, 3));
});

it.each([
	['returns its last page forever', () => list(1, 2), 2],
	['returns empty pages forever', () => list(), 1],
])('ends a list that %s', async (_, items, read) => {
	let pages = 0;
	const fetchPage = () => Promise.resolve({ items: items(), next: ++pages });
	await collectPages(0, fetchPage, { idOf });
	expect(pages).toBe(read);
});

it('ends a list of new items without an end', async () => {
	let pages = 0;
	const fetchPage = async () => {
		if (++pages > 10_000) throw new Error('The list did not end');
		return await Promise.resolve({ items: list(pages), next: pages });
	};
	expect(await collectPages(0, fetchPage, { idOf })).toHaveLength(10_000);
});

it('applies the filter before the limit', async () => {
	const fetchPage = (page: number) => Promise.resolve({ items: list(page), next: page + 1 });
	const keep = ({ id }: { id: number }) => id % 2 === 1;
	expect(await collectPages(0, fetchPage, { idOf, limit: 3, keep })).toEqual(list(1, 3, 5));
});

it('returns an ID once that is on a page twice, and passes the second item to the caller', async () => {
	const twice = [
		{ id: 1, name: 'a' },
		{ id: 1, name: 'b' },
		{ id: 2, name: 'c' },
	];
	const repeated: unknown[] = [];
	const found = await collectPages(0, () => Promise.resolve({ items: twice }), {
		idOf,
		repeated: (item) => repeated.push(item),
	});
	expect(found).toEqual([twice[0], twice[2]]);
	expect(repeated).toEqual([twice[1]]);
});

it('distinguishes items without an ID by their content', async () => {
	const nameless = ['a', 'b', 'a'].map((name) => ({ id: undefined as never, name }));
	const fetchPage = () => Promise.resolve({ items: nameless });
	const found = await collectPages(0, fetchPage, { idOf });
	expect(found.map(({ name }) => name)).toEqual(['a', 'b']);
});
