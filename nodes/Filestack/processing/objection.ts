import { NodeApiError } from 'n8n-workflow';

import type { Downloaded } from '../../shared/files/download';
import { messageText } from '../../shared/http/errors';
import { parseBody } from '../../shared/http/responseBody';
import { isJsonObject } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { processing, withTaskAdvice } from './request';

/** Bytes at the end of a response that are examined. */
export const MESSAGE_SIZE = 4096;

/** What is known about the expected file. */
interface Expected {
	/** Whether the file may be text, HTML or empty; otherwise such a response is an error of the service. */
	allowsText?: boolean;
}

/**
 * Returns an error for a response that is a message, data or nothing instead of the file. The Content-Type does not tell:
 * an error document may have that of the requested file, or none.
 * @param tail the last bytes of the response
 */
export function objectionTo(
	{ functions, itemIndex }: ItemContext,
	expected: Expected,
	file: Pick<Downloaded, 'mimeType' | 'size'>,
	tail: Buffer,
): Error | undefined {
	const text = tail.toString();
	const isWhole = file.size === tail.length && !BINARY.test(text);
	const body = isWhole ? parseBody(text) : undefined;
	const seen = instead(expected, file, text, body);
	if (seen === undefined) return undefined;
	const message = messageText(processing.errorMessage(body));
	const error = new NodeApiError(
		functions.getNode(),
		{},
		{
			message: `Filestack responded${message ? `: ${message}` : ` with ${seen} instead of the file`}`,
			description:
				'The result is not a file. If a task returns data, use the operation for it, such as Get Size or Detect Faces.',
			httpCode: '200',
			itemIndex,
		},
	);
	return withTaskAdvice(error) as Error;
}

/** Control characters that no text has, and bytes that are not UTF-8. */
const BINARY = /[^\P{Cc}\s]|\uFFFD/u;

/** Returns what the response is instead of a file; undefined for a file. */
function instead(
	{ allowsText = false }: Expected,
	{ mimeType, size }: Pick<Downloaded, 'mimeType' | 'size'>,
	text: string,
	body: unknown,
): string | undefined {
	if (/[/+]json\b/i.test(mimeType)) return mimeType;
	if (allowsText) return undefined;
	if (size === 0) return 'nothing';
	if (/^text\/(plain|html)\b/i.test(mimeType)) return mimeType;
	if (isJsonObject(body)) return 'data';
	if (/^\s*(<!doctype\s+html|<html)\b/i.test(text) || /<\/html>\s*$/i.test(text))
		return 'a web page';
	return processing.reportsFailure?.(body) ? 'a message' : undefined;
}
