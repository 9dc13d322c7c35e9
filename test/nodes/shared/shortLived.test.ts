import { shortLived } from '../../support/processes';

it('V8 knows that the notes of waiting chunks live short, even if the first of them did not', () => {
	expect(shortLived().filter((made) => made >= 400)).toEqual([]);
	const taught = shortLived('nodes/shared/transfer/youngGarbage.ts');
	// The note and the array that holds it.
	expect(taught.filter((made) => made >= 400)).toHaveLength(2);
});
