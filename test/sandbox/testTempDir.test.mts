import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createTempDir, removeAbandonedDirs } from '../support/testTempDir.mjs';
import { removeFolder, temporaryFolder } from './support.mts';

let base: string;
beforeEach(async () => (base = await temporaryFolder()));
afterEach(async () => await removeFolder(base));

/** A process ID that cannot exist: Linux's maximum is 2 ** 22. */
const DEAD = 2 ** 30;

test('the next run removes the folders of killed runs and keeps those in use', () => {
	const [mine, left, fresh, given] = Array.from({ length: 4 }, () => createTempDir(base));
	writeFileSync(join(left, 'holder'), `${DEAD}@${hostname()}`);
	for (const folder of [fresh, given]) writeFileSync(join(folder, 'holder'), '');
	utimesSync(given, 0, 0);
	writeFileSync(join(base, 'something else'), '');
	removeAbandonedDirs(base);
	const kept = [mine, fresh].map((folder) => basename(folder));
	expect(readdirSync(base).sort()).toEqual([...kept, 'something else'].sort());
});

test('the tests write to this folder', () => {
	expect(basename(tmpdir())).toMatch(/^file-delivery-tests-/);
});
