import { NodeOperationError } from 'n8n-workflow';

import type { ItemContext } from '../../shared/operation';
import { type Json, textOf } from '../../shared/service';
import { compareWithService } from '../../shared/transfer/compare';
import type { Measure } from '../../shared/transfer/measured';
import type { ChosenFile } from '../handle';
import { readMetadata } from './metadata';

/**
 * Has Filestack compute the SHA-256 of what it has and compares it with that of what was sent.
 * @throws NodeOperationError that names both values, or if Filestack computes none
 */
export async function verifyUpload(
	item: ItemContext,
	chosen: ChosenFile,
	fileName: string,
	sent: Measure,
): Promise<void> {
	const stored = await hashedBy(item, chosen, fileName);
	compareWithService(item.functions.getNode(), fileName, sent, stored);
}

/** The same for what was downloaded. */
export async function verifyDownload(
	item: ItemContext,
	chosen: ChosenFile,
	{ fileName, sha256 }: { fileName: string; sha256?: string },
): Promise<void> {
	const stored = await hashedBy(item, chosen, fileName);
	if (stored.sha256 === sha256) return;
	throw new NodeOperationError(
		item.functions.getNode(),
		`“${fileName}” did not arrive as Filestack has it`,
		{
			itemIndex: item.itemIndex,
			description: `The SHA-256 of what was downloaded is ${sha256}, Filestack reports ${String(stored.sha256)}. The CDN may have delivered an older copy: switch Cache off in Options and download again.`,
		},
	);
}

async function hashedBy(item: ItemContext, chosen: ChosenFile, fileName: string): Promise<Json> {
	const { sha256, size } = await readMetadata(item, chosen, ['sha256', 'size']);
	if (textOf(sha256)) return { sha256: String(sha256).toLowerCase(), size };
	throw new NodeOperationError(
		item.functions.getNode(),
		`Filestack does not tell the SHA-256 of “${fileName}”`,
		{
			itemIndex: item.itemIndex,
			description: `The file itself is there (handle ${chosen.handle}). Switch verifying off in Options, or get its hashes later.`,
		},
	);
}
