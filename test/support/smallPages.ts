/**
 * Lists with pages of ten entries if this is imported before the nodes, because hundreds of entries take long to create. The
 * tests of Get Many use the real pages.
 */
export const PAGE = 10;

for (const path of ['FileShot/file/getAll', 'SpeedyFiles/packagePages']) {
	const file = `../../nodes/${path}`;
	jest.mock(file, () => ({ ...jest.requireActual<object>(file), MAX_PAGE_SIZE: PAGE }));
}
