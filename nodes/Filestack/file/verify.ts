import { NodeOperationError } from 'n8n-workflow';

import type { ItemContext } from '../../shared/node/operation';
import { invalidParameter } from '../../shared/node/schema';
import {
	type ExpectedBody,
	hashOf,
	isJsonObject,
	type JsonRecord,
} from '../../shared/http/service';
import { withOptionAdvice } from '../../shared/http/optionAdvice';
import { compareWithService, type StreamStats } from '../../shared/files/streams';
import type { SelectedFile } from '../handle';
import { readMetadata } from './metadata';

/** @throws NodeOperationError if both options are turned on, because Filestack stores the decoded file, not the sent one */
export function rejectVerifyWithBase64(item: ItemContext): void {
	if (item.option('base64Decode') !== true || item.option('verify') !== true) return;
	const advice = 'The stored file differs from the one sent. Turn off one of the two options.';
	throw invalidParameter(item, 'Verify Upload', 'cannot be combined with Base64 Decode', advice);
}

/**
 * Compares the SHA-256 that Filestack computes of the stored file with that of the uploaded one.
 * @throws NodeOperationError with both values if they differ, or if Filestack returns none
 */
export async function verifyUpload(
	item: ItemContext,
	selected: SelectedFile,
	fileName: string,
	sent: StreamStats,
): Promise<void> {
	const stored = await fetchHashAndSize(item, selected);
	compareWithService(item.functions.getNode(), fileName, sent, stored);
}

/**
 * Retrieves the SHA-256 that Filestack computes of the stored file, in lower case. Called before the download, so that a
 * missing SHA-256 fails before the file is transferred.
 * @throws NodeOperationError if Filestack returns none
 */
export async function fetchStoredHash(item: ItemContext, selected: SelectedFile): Promise<string> {
	return (await fetchHashAndSize(item, selected)).sha256;
}

/** Returns an error if the SHA-256 of the downloaded file differs from that of the stored one. */
export function hashMismatchError(
	{ functions, itemIndex }: ItemContext,
	{ fileName, sha256 }: { fileName: string; sha256?: string },
	stored: string,
): NodeOperationError | undefined {
	if (stored === sha256) return undefined;
	const error = new NodeOperationError(
		functions.getNode(),
		`The downloaded file “${fileName}” differs from the one in Filestack`,
		{
			itemIndex,
			description: `The downloaded SHA-256 is ${sha256}, but Filestack reports ${stored}. The CDN may have returned an older copy.`,
		},
	);
	return withOptionAdvice(error, {
		fields: ['cache'],
		text: (place) => `Turn off ${place} and download it again.`,
	});
}

/** Accepts any object: a response without a SHA-256 gets the more specific error below. */
const ANY_OBJECT: ExpectedBody<JsonRecord> = {
	what: 'any metadata of the file',
	read: (body) => (isJsonObject(body) ? body : undefined),
};

async function fetchHashAndSize(item: ItemContext, selected: SelectedFile) {
	const stored = await readMetadata(item, selected, ['sha256', 'size'], ANY_OBJECT);
	const sha256 = hashOf(stored.sha256);
	if (sha256) return { sha256, size: stored.size };
	const error = new NodeOperationError(
		item.functions.getNode(),
		`Filestack did not return the SHA-256 of the file “${selected.handle}”`,
		{
			itemIndex: item.itemIndex,
			description: 'The file itself exists. Use Get Hashes later.',
		},
	);
	throw withOptionAdvice(error, {
		fields: ['verify'],
		text: (place) => `To run the node without the comparison, turn off ${place}.`,
	});
}
