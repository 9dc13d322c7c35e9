// n8n's own scanner, which decides on verification, run on a folder: `scan.mjs <folder> sources|package`.
// A program of its own, because its rules look away where NODE_ENV is "test".
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

const [folder, what] = process.argv.slice(2);
const result = await analyzePackage(folder, what === 'sources' ? SOURCE_FILE_PATTERNS : undefined);
console.log(result.passed ? 'passed' : `${result.message}\n${result.details ?? ''}`);
process.exitCode = result.passed ? 0 : 1;
