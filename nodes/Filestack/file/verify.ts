import { NodeOperationError } from 'n8n-workflow';

import type { ItemContext } from '../../shared/operation';
import { invalidParameter } from '../../shared/schema';
import { type Essential, isJsonObject, type Json, textOf } from '../../shared/service';
import { compareWithService } from '../../shared/transfer/compare';
import type { Measure } from '../../shared/transfer/measured';
import type { ChosenFile } from '../handle';
import { readMetadata } from './metadata';

/** @throws NodeOperationError where both are on: the stored file is not the one that is sent */
export function refuseVerifyingBase64(item: ItemContext): void {
	if (item.option('base64Decode') !== true || item.option('verify') !== true) return;
	const advice = 'The stored file differs from the one sent. Turn off one of the two options.';
	throw invalidParameter(item, 'Verify Upload', 'cannot be combined with Base64 Decode', advice);
}

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
	const stored = await metadataOf(item, chosen);
	compareWithService(item.functions.getNode(), fileName, sent, stored);
}

/** The SHA-256 that Filestack computes of what it has, in lower case; asked for before the file is fetched. */
export async function storedHash(item: ItemContext, chosen: ChosenFile): Promise<string> {
	return (await metadataOf(item, chosen)).sha256;
}

/** What there is to say of a downloaded file that has another hash than the stored one. */
export function downloadDiffers(
	{ functions, itemIndex }: ItemContext,
	{ fileName, sha256 }: { fileName: string; sha256?: string },
	stored: string,
): NodeOperationError | undefined {
	if (stored === sha256) return undefined;
	return new NodeOperationError(
		functions.getNode(),
		`The downloaded file “${fileName}” differs from the one in Filestack`,
		{
			itemIndex,
			description: `The downloaded SHA-256 is ${sha256}, but Filestack reports ${stored}. The CDN may have returned an older copy. Turn off “Cache” under Options and download again.`,
		},
	);
}

/** What is missing in it, the error below tells. */
const ANY_OBJECT: Essential<Json> = {
	what: 'any metadata of the file',
	read: (body) => (isJsonObject(body) ? body : undefined),
};

async function metadataOf(item: ItemContext, chosen: ChosenFile) {
	const { sha256, size } = await readMetadata(item, chosen, ['sha256', 'size'], ANY_OBJECT);
	if (textOf(sha256)) return { sha256: String(sha256).toLowerCase(), size };
	throw new NodeOperationError(
		item.functions.getNode(),
		`Filestack did not return the SHA-256 of the file “${chosen.handle}”`,
		{
			itemIndex: item.itemIndex,
			description:
				'The file itself exists. Turn off verification under Options, or use Get Hashes later.',
		},
	);
}
