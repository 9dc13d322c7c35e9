import { downloadBinary, type ExecutionItem } from '../n8n/executions.mts';
import type { Rest } from '../n8n/rest.mts';
import { sha256, type DemoFile } from './demoFiles.mts';
import { assertEqual, assertPresent } from './assertions.mts';

/** Downloads the files of items from n8n. */
async function filesOf(rest: Rest, items: ExecutionItem[]) {
	return Promise.all(
		items
			.flatMap(({ binary }) => Object.values(binary))
			.map(async (file) => ({
				name: file.fileName,
				type: file.mimeType,
				content: await downloadBinary(rest, file),
			})),
	);
}

/**
 * Compares the files that an execution received with those that were sent.
 * @returns one line per file
 * @throws {StepError} if a file is missing or differs in name, type, size or SHA-256
 */
export async function compareFiles(
	rest: Rest,
	items: ExecutionItem[],
	sent: DemoFile[],
): Promise<string[]> {
	const received = await filesOf(rest, items);
	assertEqual(
		'The execution does not contain the files that were sent',
		received.map(({ name }) => name).sort(),
		sent.map(({ name }) => name).sort(),
	);
	return sent.map(({ name, type, content, sha256: expected }) => {
		const file = assertPresent(
			`${name} is missing`,
			received.find((one) => one.name === name),
			name,
		);
		assertEqual(`${name} has the wrong type`, file.type, type);
		assertEqual(`${name} has the wrong size`, file.content.length, content.length);
		assertEqual(`${name} has the wrong SHA-256`, sha256(file.content), expected);
		return `${name}: ${content.length} bytes, SHA-256 ${expected.slice(0, 16)}…, identical`;
	});
}
