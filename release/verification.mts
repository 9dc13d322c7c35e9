import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { builtPackages, type BuiltPackage } from './builtPackages.mts';
import { compile } from './compiler.mts';
import { run } from './git.mts';
import { filesScannedIn, findPackageRoot, scanPackage, scanSources } from './scanner.mjs';

export interface Verification {
	name: string;
	version: string;
	/** The folder in the commit in which the scanner finds the sources; undefined if it finds none. */
	folder?: string;
	/** The number of source files that the scanner checks. */
	scannedFiles: number;
	/** The number of files in the tarball that were compared with the sources or with their compiled code. */
	comparedFiles: number;
	/** Reasons why n8n could not verify the package; empty if it can. */
	problems: string[];
}

interface Options {
	/** The names of the packages to verify; all if undefined. */
	names?: string[];
	/** Whether the sources are compiled without checking their types, as the build has done before. */
	skipTypeCheck?: boolean;
}

/**
 * Checks for each built package what n8n's verification checks after it is published from a commit, and more: the scanner
 * finds the sources in the commit's tree and checks all of them, finds no problem there or in the tarball, and the
 * tarball contains nothing but the compiled sources, byte for byte.
 * @param root the project's folder, with the built packages
 * @param repository the folder of the repository that contains the commit
 */
export async function verifyCommit(
	root: string,
	repository: string,
	commit: string,
	{ names, skipTypeCheck = false }: Options = {},
): Promise<Verification[]> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'release-tree-')));
	try {
		const tree = join(folder, 'tree');
		await mkdir(tree);
		await run('git', ['archive', '--output', join(folder, 'tree.tar'), commit], {
			cwd: repository,
		});
		await run('tar', ['-xf', join(folder, 'tree.tar'), '-C', tree]);
		await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
		const verifications: Verification[] = [];
		for (const built of builtPackages(root)) {
			if (names && !names.includes(built.name)) continue;
			const contents = join(folder, built.name);
			await mkdir(contents);
			await run('tar', ['-xzf', built.tarball, '-C', contents, '--strip-components=1']);
			verifications.push(await verify(built, tree, contents, !skipTypeCheck));
		}
		return verifications;
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function verify(
	{ name, version }: BuiltPackage,
	tree: string,
	contents: string,
	isTypeChecked: boolean,
): Promise<Verification> {
	const found = findPackageRoot(tree, name);
	const verification = { name, version, scannedFiles: 0, comparedFiles: 0 };
	if (!found) {
		const problems = [`The scanner finds no package.json with the name ${name} in the commit.`];
		return { ...verification, problems };
	}
	const scanned = await filesScannedIn(found);
	const sources = ['package.json', ...filesOf(found, 'nodes'), ...filesOf(found, 'credentials')];
	const skipped = sources
		.filter((file) => /\.(js|ts|json)$/.test(file) && !scanned.includes(file))
		.map((file) => `The scanner skips ${file}.`);
	const compared = filesOf(contents);
	const differences = differencesOf(found, contents, compared, isTypeChecked);
	const findings = [await scanSources(found), await scanPackage(contents)];
	return {
		...verification,
		folder: relative(tree, found) || '.',
		scannedFiles: scanned.length,
		comparedFiles: compared.length,
		problems: [...skipped, ...differences, ...findings.filter((text) => text !== undefined)],
	};
}

/** Returns the paths of all files below a folder, relative to `base`, in alphabetical order. */
function filesOf(base: string, folder = '.'): string[] {
	return readdirSync(join(base, folder), { recursive: true, encoding: 'utf8' })
		.map((file) => join(folder, file))
		.filter((file) => statSync(join(base, file)).isFile())
		.sort();
}

/** Texts that the combined package has in another form than the repository: see gulpfile.js. */
const GENERATED = ['package.json', 'README.md', 'CHANGELOG.md'];

/** Compares the files of a tarball with those that its sources result in. */
function differencesOf(
	sources: string,
	contents: string,
	files: string[],
	isTypeChecked: boolean,
): string[] {
	let compiled: Map<string, Buffer>;
	try {
		compiled = compile(sources, isTypeChecked);
	} catch (error) {
		return [`The sources do not compile: ${(error as Error).message}`];
	}
	const isCombined = existsSync(join(sources, 'gulpfile.js'));
	const expected = (file: string): Buffer | undefined => {
		const copied = join(sources, file.replace(/^dist\//, ''));
		// n8n's build copies the schema previews after TypeScript has written them in its own format.
		const own = file.includes('/__schema__/') ? undefined : compiled.get(file);
		return own ?? (existsSync(copied) ? readFileSync(copied) : undefined);
	};
	const different = files
		.filter((file) => !(isCombined && GENERATED.includes(file)))
		.filter((file) => !expected(file)?.equals(readFileSync(join(contents, file))))
		.map((file) => `${file} in the tarball is not what the sources result in.`);
	const missing = [...compiled.keys()]
		.filter((file) => !files.includes(file))
		.map((file) => `${file} is missing in the tarball.`);
	return [...different, ...missing];
}
