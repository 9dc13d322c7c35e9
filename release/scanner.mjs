// n8n's own scanner, which decides on the verification of a package. Not TypeScript, because the scanner has no types.
import { createRequire } from 'node:module';
import { relative } from 'node:path';

import {
	analyzePackage,
	buildScanConfig,
	findPackageRoot,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

export { findPackageRoot };

// The scanner's copies of these packages, which need not be this project's.
const requireOfScanner = createRequire(
	import.meta.resolve('@n8n/scan-community-package/scanner/scanner.mjs'),
);
const { ESLint } = requireOfScanner('eslint');
const glob = requireOfScanner('fast-glob');

/** Returns the scanner's findings in a folder, or undefined if it passes. */
async function findingsOf(folder, patterns) {
	// The rules ignore every file where NODE_ENV is "test".
	if (process.env.NODE_ENV === 'test') throw new Error('The scanner does not work in tests.');
	const { passed, message, details } = await analyzePackage(folder, patterns);
	return passed ? undefined : `${message}\n${details ?? ''}`;
}

/** Returns the findings in the files that a package publishes. */
export const scanPackage = (folder) => findingsOf(folder);

/** Returns the findings in the sources of a package. */
export const scanSources = (folder) => findingsOf(folder, SOURCE_FILE_PATTERNS);

/** Returns the files that the scanner checks in the sources of a package, without those that ESLint would skip. */
export async function filesScannedIn(folder) {
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
	});
	const found = await glob(SOURCE_FILE_PATTERNS, { cwd: folder, absolute: true });
	const scanned = [];
	for (const file of found)
		if (!(await eslint.isPathIgnored(file))) scanned.push(relative(folder, file));
	return scanned.sort();
}
