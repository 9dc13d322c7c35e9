// n8n's own scanner, which decides on the verification of a package. Not TypeScript, because the scanner has no types.
import { createRequire } from 'node:module';
import { relative } from 'node:path';

import {
	analyzePackage,
	buildScanConfig,
	findPackageRoot as find,
	SOURCE_FILE_PATTERNS,
	// @ts-expect-error The scanner has no types.
} from '@n8n/scan-community-package/scanner/scanner.mjs';

// The scanner's copies of these packages, which need not be this project's.
const requireOfScanner = createRequire(
	import.meta.resolve('@n8n/scan-community-package/scanner/scanner.mjs'),
);
const { ESLint } = requireOfScanner('eslint');
const glob = requireOfScanner('fast-glob');

/**
 * Returns the scanner's findings in a folder, or undefined if it passes.
 * @param {string} folder
 * @param {string[]} [patterns]
 * @returns {Promise<string | undefined>}
 */
async function findingsOf(folder, patterns) {
	// The rules ignore every file where NODE_ENV is "test".
	if (process.env.NODE_ENV === 'test') throw new Error('The scanner does not work in tests.');
	const { passed, message, details } = await analyzePackage(folder, patterns);
	return passed ? undefined : `${message}\n${details ?? ''}`;
}

/**
 * The scanner's search for the sources of a package in a repository, by the name in package.json.
 * @type {(sources: string, name: string) => string | null}
 */
export const findPackageRoot = find;

/**
 * Returns the findings in the files that a package publishes.
 * @param {string} folder
 */
export const scanPackage = (folder) => findingsOf(folder);

/**
 * Returns the findings in the sources of a package.
 * @param {string} folder
 */
export const scanSources = (folder) => findingsOf(folder, SOURCE_FILE_PATTERNS);

/**
 * Returns the files that the scanner checks in the sources of a package, without those that ESLint would skip.
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
export async function filesScannedIn(folder) {
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
	});
	const found = await glob(SOURCE_FILE_PATTERNS, { cwd: folder, absolute: true });
	/** @type {string[]} */
	const scanned = [];
	for (const file of found)
		if (!(await eslint.isPathIgnored(file))) scanned.push(relative(folder, file));
	return scanned.sort();
}
