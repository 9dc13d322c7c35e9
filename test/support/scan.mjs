// n8n's own scanner, which decides on verification, run on folders: `scan.mjs '[["<folder>", "sources"], ["<folder>", "package"]]'`.
// Prints a JSON array with "passed" or the findings of each. A program of its own, because its rules look away where NODE_ENV is
// "test"; one for all folders, because loading the rules takes as long as applying them.
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

const results = [];
for (const [folder, what] of JSON.parse(process.argv[2])) {
	const patterns = what === 'sources' ? SOURCE_FILE_PATTERNS : undefined;
	const { passed, message, details } = await analyzePackage(folder, patterns);
	results.push(passed ? 'passed' : `${message}\n${details ?? ''}`);
}
console.log(JSON.stringify(results));
