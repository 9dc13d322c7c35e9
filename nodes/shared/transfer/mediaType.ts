import type { IBinaryData } from 'n8n-workflow';

import type { TransferContext } from '../files/openDownload';

/** The media type of a file of unknown type. */
export const UNKNOWN_TYPE = 'application/octet-stream';

/** Types that hosts send for an unknown type, or to make browsers download the file. */
const UNSPECIFIC =
	/^(?:(?:application|binary|content)\/(?:(?:x-)?octet-stream|(?:x-|force-)?download|(?:x-)?unknown|binary)|unknown\/unknown)$/;

/** Returns the media type of a Content-Type header without parameters; undefined if it says nothing about the file. */
export function specificType(header: unknown): string | undefined {
	const type = /^[\w.+-]+\/[\w.+-]+/.exec(String(header ?? '').trim())?.[0].toLowerCase();
	return type === undefined || UNSPECIFIC.test(type) ? undefined : type;
}

/** Extensions of plain text files, for which n8n's guess is right. */
const TEXT_FILE = /\.(txt|text|log|conf|def|list|ini)$/i;

/** Number of leading bytes that n8n inspects to detect the type. */
export const HEAD_SIZE = 4100;

/**
 * Corrects the type of a stored file by its name or leading bytes. For a stream n8n only looks at the name and falls
 * back to plain text; it only inspects the bytes of a buffer, so this function passes it the beginning of the file as
 * one.
 */
export async function withType(
	{ helpers }: TransferContext,
	stored: IBinaryData,
	head: Buffer,
): Promise<IBinaryData> {
	const isGuess = stored.mimeType === 'text/plain' && !TEXT_FILE.test(stored.fileName ?? '');
	if (!isGuess) return stored;
	const { fileType, fileExtension, ...rest } = stored;
	void fileType;
	const detected = await helpers.prepareBinaryData(head).catch(() => undefined);
	if (detected === undefined || detected.mimeType === 'text/plain') {
		return { ...rest, mimeType: UNKNOWN_TYPE };
	}
	return {
		...rest,
		mimeType: detected.mimeType,
		fileType: detected.fileType,
		fileExtension: fileExtension ?? detected.fileExtension,
	};
}
