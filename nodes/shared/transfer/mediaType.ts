import type { IBinaryData } from 'n8n-workflow';

import type { TransferContext } from './open';

/** The type of a file that nothing tells the type of. */
export const UNKNOWN_TYPE = 'application/octet-stream';

/** Types by which a host says that it does not know the type, or that a browser shall save the file. */
const UNSPECIFIC =
	/^(?:(?:application|binary|content)\/(?:(?:x-)?octet-stream|(?:x-|force-)?download|(?:x-)?unknown|binary)|unknown\/unknown)$/;

/** The media type of a Content-Type header, without its parameters; undefined where it says nothing of the file. */
export function specificType(header: unknown): string | undefined {
	const type = /^[\w.+-]+\/[\w.+-]+/.exec(String(header ?? '').trim())?.[0].toLowerCase();
	return type === undefined || UNSPECIFIC.test(type) ? undefined : type;
}

/** Extensions of plain text, for which n8n's guess is right. */
const TEXT_FILE = /\.(txt|text|log|conf|def|list|ini)$/i;

/** Bytes at the beginning of a file in which n8n looks for its type. */
export const HEAD_SIZE = 4100;

/**
 * A stored file with the type that its name or its first bytes tell. n8n guesses by the name of a stream alone and takes
 * the rest for plain text; it looks at the bytes only of a buffer, so its beginning is given to n8n as one.
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
	const seen = await helpers.prepareBinaryData(head).catch(() => undefined);
	if (seen === undefined || seen.mimeType === 'text/plain') {
		return { ...rest, mimeType: UNKNOWN_TYPE };
	}
	return {
		...rest,
		mimeType: seen.mimeType,
		fileType: seen.fileType,
		fileExtension: fileExtension ?? seen.fileExtension,
	};
}
