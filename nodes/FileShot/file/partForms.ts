import { NodeApiError } from 'n8n-workflow';

import { withItem } from '../../shared/errors';
import { callApi, pathPart } from '../../shared/http';
import type { ItemContext } from '../../shared/operation';
import { NOTHING } from '../../shared/service';
import { multipartForm } from '../../shared/transfer/form';
import type { Part } from '../../shared/transfer/parts';
import type { PartSettings } from '../../shared/transfer/settings';
import { partPayload } from '../../shared/transfer/upload';
import { fileShot } from '../service';
import { fileField } from './fields';

/** The body of a chunk: raw bytes (FileShot docs, Upload Chunk), or a form, which the desktop clients send. */
export type PartForm = 'raw' | 'form';

const BYTES = 'application/octet-stream';

/** Statuses with which a server rejects the format of a chunk. */
const NOT_UNDERSTOOD = /^4(00|15|22)$/;

/**
 * Returns a function that sends the chunks of one file. The first chunk determines the format, and the others wait for
 * it. The last one waits for all others, because a server may complete the file when it arrives.
 */
export function partSender(
	item: ItemContext,
	fileId: string,
	total: number,
	{ form, fixed }: { form: PartForm; fixed: boolean },
	settings: PartSettings,
): (part: Part) => Promise<void> {
	const id = pathPart(item.functions, fileField.displayName, fileId);
	const post = async (part: Part, as: PartForm) => {
		const { bytes, contentType } = as === 'raw' ? raw(part) : inForm(part, total);
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
	const decide = async (part: Part): Promise<PartForm> => {
		try {
			await post(part, form);
			return form;
		} catch (error) {
			const mayChange = error instanceof NodeApiError && NOT_UNDERSTOOD.test(error.httpCode ?? '');
			if (fixed || !mayChange) throw withItem(item.functions.getNode(), error, item.itemIndex);
		}
		const other = form === 'raw' ? 'form' : 'raw';
		await post(part, other);
		return other;
	};

	let decided: Promise<PartForm>;
	const begun: Array<Promise<void>> = [];
	return async (part) => {
		if (part.index === 0) {
			decided = decide(part);
			await decided;
			return;
		}
		const earlier = part.index === total - 1 ? [...begun] : [];
		const sending = decided.then(async (as) => {
			await Promise.all(earlier);
			await post(part, as);
		});
		begun.push(sending);
		await sending;
	};
}

const raw = ({ bytes }: Part) => ({ bytes, contentType: BYTES });

function inForm({ index, bytes }: Part, total: number) {
	const form = multipartForm(
		{ totalChunks: String(total), isLastChunk: String(index === total - 1) },
		{ field: 'chunk', fileName: `chunk-${index}`, mimeType: BYTES, size: bytes.length },
	);
	return { bytes: form.around(bytes) as Buffer, contentType: form.contentType };
}
