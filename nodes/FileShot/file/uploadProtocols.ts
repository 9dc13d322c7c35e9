import { NodeApiError } from 'n8n-workflow';

import { withItem } from '../../shared/http/errors';
import { callApi, pathPart } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import { NOTHING } from '../../shared/http/service';
import { multipartForm } from '../../shared/files/multipartForm';
import type { Part } from '../../shared/files/multipart';
import type { PartSettings } from '../../shared/files/settings';
import { partPayload } from '../../shared/files/upload';
import { fileShot } from '../service';
import { fileField } from './fields';

/** The body of a chunk: raw bytes (FileShot docs, Upload Chunk), or a form, which the desktop clients send. */
export type ChunkFormat = 'raw' | 'form';

const BYTES = 'application/octet-stream';

/** Statuses with which a server rejects the format of a chunk. */
const UNSUPPORTED_FORMAT = /^4(00|15|22)$/;

/**
 * Returns a function that sends the chunks of one file. The first chunk determines the format, and the others wait for
 * it. The last one waits for all others, because a server may complete the file when it arrives.
 */
export function chunkSender(
	item: ItemContext,
	fileId: string,
	total: number,
	{ form, fixed }: { form: ChunkFormat; fixed: boolean },
	settings: PartSettings,
): (part: Part) => Promise<void> {
	const id = pathPart(item.functions, fileField.displayName, fileId);
	const post = async (part: Part, format: ChunkFormat) => {
		const { bytes, contentType } = format === 'raw' ? rawBody(part) : formBody(part, total);
		await callApi(item.functions, fileShot, {
			method: 'POST',
			path: `/files/upload-chunk/${id}/${part.index}`,
			payload: partPayload(bytes, contentType, settings),
			needs: NOTHING,
			// Safe to retry: the server stores each chunk under its number.
			repeatable: true,
			mayBeEmpty: true,
		});
	};
	const sendFirst = async (part: Part): Promise<ChunkFormat> => {
		try {
			await post(part, form);
			return form;
		} catch (error) {
			const mayRetry =
				error instanceof NodeApiError && UNSUPPORTED_FORMAT.test(error.httpCode ?? '');
			if (fixed || !mayRetry) throw withItem(item.functions.getNode(), error, item.itemIndex);
		}
		const other = form === 'raw' ? 'form' : 'raw';
		await post(part, other);
		return other;
	};

	let chosenFormat: Promise<ChunkFormat>;
	const pending: Array<Promise<void>> = [];
	return async (part) => {
		if (part.index === 0) {
			chosenFormat = sendFirst(part);
			await chosenFormat;
			return;
		}
		const earlier = part.index === total - 1 ? [...pending] : [];
		const sending = chosenFormat.then(async (format) => {
			await Promise.all(earlier);
			await post(part, format);
		});
		pending.push(sending);
		await sending;
	};
}

const rawBody = ({ bytes }: Part) => ({ bytes, contentType: BYTES });

function formBody({ index, bytes }: Part, total: number) {
	const form = multipartForm(
		{ totalChunks: String(total), isLastChunk: String(index === total - 1) },
		{ field: 'chunk', fileName: `chunk-${index}`, mimeType: BYTES, size: bytes.length },
	);
	return { bytes: form.around(bytes) as Buffer, contentType: form.contentType };
}
