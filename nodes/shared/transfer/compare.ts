import type { INode } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Measure } from '../files/streams';

/**
 * Compares the uploaded file with what the service reports: by SHA-256 if both sides have one, and by size.
 * @param reported values as the service returns them; undefined or null if it returns none
 * @param advice what the user can do about a difference
 * @throws NodeOperationError that names both values
 */
export function compareWithService(
	node: INode,
	fileName: string,
	sent: Measure,
	reported: { size?: unknown; sha256?: unknown },
	advice = 'Delete the uploaded file and upload it again.',
): void {
	const pairs = [
		['SHA-256', sent.sha256, reported.sha256],
		['size in bytes', sent.size, reported.size],
	] as const;
	for (const [what, ours, theirs] of pairs) {
		if (ours === undefined || theirs === undefined || theirs === null) continue;
		if (String(ours).toLowerCase() === String(theirs).toLowerCase()) continue;
		throw new NodeOperationError(node, `“${fileName}” was changed or damaged during upload`, {
			description: `The ${what} sent was ${ours}, but the service reports ${String(theirs)}. ${advice}`,
		});
	}
}
