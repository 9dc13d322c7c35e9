import { filterOf } from '../../../nodes/shared/node/filters';
import { searchPages } from '../../../nodes/shared/node/locator';
import type { ItemContext } from '../../../nodes/shared/node/operation';

/** Search texts, each with a name that contains it for a human reader. */
const MATCHES = [
	['übersicht', 'U\u0308BERSICHT.pdf'],
	['U\u0308bersicht', 'übersicht.pdf'],
	['STRASSE', 'Hauptstraße'],
	['istanbul', 'İSTANBUL'],
	['ΟΔΟΣ', 'οδοσήμανση'],
	['abc', 'ＡＢＣ'],
];

const itemWith = (options: Record<string, unknown>) =>
	({ option: (name: string) => options[name] }) as unknown as ItemContext;

it.each(MATCHES)('Name Contains %j finds %j', (nameContains, name) => {
	const fits = filterOf<{ name: unknown }>(itemWith({ nameContains }), (one) => one)!;
	expect(fits({ name })).toBe(true);
	expect(fits({ name: 'something else' })).toBe(false);
});

it.each([undefined, null, 5, {}, ['undefined']])(
	'Name Contains finds nothing in a name that is %j',
	(name) => {
		for (const nameContains of ['undefined', 'null', '5', 'object']) {
			expect(filterOf(itemWith({ nameContains }), () => ({ name }))!({})).toBe(false);
		}
	},
);

it.each(MATCHES)('the search in a resource locator for %j finds %j', async (filter, name) => {
	const fetchPage = () => Promise.resolve({ items: [name, 'something else'] });
	const entryOf = (one: string) => ({ name: one, value: 'id' });
	const { results } = await searchPages(filter, undefined, fetchPage, entryOf);
	expect(results).toEqual([{ name, value: 'id' }]);
});

it('an empty search in a resource locator finds everything', async () => {
	const fetchPage = () => Promise.resolve({ items: ['a', 'b'] });
	const entryOf = (one: string) => ({ name: one, value: one });
	expect((await searchPages(' ', undefined, fetchPage, entryOf)).results).toHaveLength(2);
});
