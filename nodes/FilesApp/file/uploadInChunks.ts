import { epochOf, HOUR, serviceTime } from '../../shared/dates';
import { multipartForm } from '../../shared/files/multipartForm';
import { ALREADY_STORED, lastCallPayload, type Part, partPayload } from '../../shared/files/parts';
import {
	type StartedUpload,
	uploadResumably,
	usablePartSize,
} from '../../shared/files/resumableUpload';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import type { StreamStats } from '../../shared/files/streams';
import { callApi, type Payload } from '../../shared/http/client';
import { readBaseUrl } from '../../shared/http/credential';
import { unexpectedResponseError, withItemIndex } from '../../shared/http/errors';
import type { OutageRetries } from '../../shared/http/retry';
import {
	booleanOf,
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
} from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { FILE, filesApp } from '../service';

/** The folder and encryption of the uploaded file. */
export interface UploadTarget {
	folderId?: string;
	encrypt: boolean;
}

/** Uploads a file in chunks: init, chunks, complete (Files App docs, Chunked upload). */
export async function uploadInChunks(
	item: ItemContext,
	file: FileSource,
	target: UploadTarget,
	settings: PartSettings,
): Promise<{ body: JsonRecord; stats: StreamStats }> {
	const { result, stats } = await uploadResumably(item, file, settings, {
		service: filesApp,
		partName: 'chunk',
		target,
		restartsExpired: true,
		start: async () => await startUpload(item, file, target, settings.partSize),
		open({ session }, retries) {
			const id = String(session.id);
			// The host of the chunks has started the upload.
			retries.recordSuccess();
			return {
				send: async (part) => await sendChunk(item, id, part, settings, retries),
				complete: async () => await complete(item, id, file, settings, retries),
			};
		},
	});
	return { body: result, stats };
}

/** The most requests that start one upload, because the service may require a different chunk size. */
const MAX_START_ATTEMPTS = 2;

/**
 * Starts an upload. The request must contain the number of chunks, but only the response contains the chunk size.
 * If the two do not match, starts again with the number that results from that size.
 */
async function startUpload(
	{ functions }: ItemContext,
	file: FileSource,
	{ folderId, encrypt }: UploadTarget,
	preferredSize: number,
): Promise<StartedUpload> {
	let partSize = preferredSize;
	for (let attempt = 1; ; attempt++) {
		const chunks = Math.max(1, Math.ceil(file.size / partSize));
		const { body, headers } = await callApi(functions, filesApp, {
			method: 'POST',
			path: '/chunks/init',
			body: {
				filename: file.fileName,
				total_size: file.size,
				total_chunks: chunks,
				// Only documented for uploads in one request. Sent anyway, because chunked uploads have no other field.
				...(folderId && { folder_id: folderId }),
				encrypt,
			},
			expects: NEW_UPLOAD,
			unknownResultHint:
				'Files App may have started an upload without content, which expires by itself.',
		});
		const { id, chunk_size, expires_at } = body;
		const requestedSize = usablePartSize(chunk_size ?? partSize, file.size);
		if (requestedSize === undefined)
			throw await unexpectedResponse(
				{ functions },
				`the chunk size is ${String(chunk_size)} bytes`,
			);
		if (Math.ceil(file.size / requestedSize) === chunks) {
			const now = serviceTime(headers);
			const lifetime = (epochOf(expires_at) ?? now + HOUR) - now;
			return { session: { id }, partSize: requestedSize, expiresAt: Date.now() + lifetime };
		}
		if (attempt >= MAX_START_ATTEMPTS) {
			const problem = `it requested ${chunks} chunks, and then chunks of ${requestedSize} bytes for a file of ${file.size} bytes`;
			throw await unexpectedResponse({ functions }, problem);
		}
		partSize = requestedSize;
	}
}

const NEW_UPLOAD: ExpectedBody<{ id: string; chunk_size: unknown; expires_at: unknown }> = {
	what: 'an upload ID',
	read(body) {
		const id = isJsonObject(body) ? idTextOf(body.upload_id) : undefined;
		if (!isJsonObject(body) || !id) return undefined;
		const { chunk_size, expires_at } = body;
		return { id, chunk_size, expires_at };
	},
};

async function sendChunk(
	{ functions }: ItemContext,
	uploadId: string,
	{ index, bytes }: Part,
	settings: PartSettings,
	retries: OutageRetries,
): Promise<void> {
	const form = multipartForm(
		{ upload_id: uploadId, chunk_index: String(index) },
		{
			field: 'data',
			fileName: `chunk_${index}`,
			mimeType: 'application/octet-stream',
			size: bytes.length,
		},
	);
	await callApi(functions, filesApp, {
		method: 'POST',
		path: '/chunks',
		payload: partPayload(form.pieces(bytes), form.contentType, settings),
		expects: RECEIVED,
		// Safe to retry: the service stores each chunk under its number.
		retries,
		doneStatuses: ALREADY_STORED,
		allowEmpty: true,
		allowText: true,
	});
}

const RECEIVED: ExpectedBody<unknown> = {
	what: 'confirming that the chunk was received',
	read: (body) => (isJsonObject(body) && booleanOf(body.received) === false ? undefined : body),
};

/**
 * Completes the upload. Completing is idempotent, but a retry after a lost response may get 404 if the session is gone.
 */
async function complete(
	{ functions, itemIndex }: ItemContext,
	uploadId: string,
	{ size }: FileSource,
	settings: PartSettings,
	retries: OutageRetries,
): Promise<JsonRecord> {
	let attempts = 0;
	const lastCall = lastCallPayload({ upload_id: uploadId }, settings, size);
	const payload: Payload = {
		...lastCall,
		open: async () => {
			attempts++;
			return await lastCall.open();
		},
	};
	try {
		const { body } = await callApi(functions, filesApp, {
			method: 'POST',
			path: '/chunks/complete',
			payload,
			expects: FILE,
			retries,
		});
		return body;
	} catch (error) {
		const problem = withItemIndex(functions.getNode(), error, itemIndex);
		problem.description = `${problem.description ?? ''} All chunks were uploaded${
			attempts > 1 ? ', and an earlier attempt may have completed the upload' : ''
		}. Use Get Many to check whether the file exists before you upload it again.`;
		throw withItemIndex(functions.getNode(), problem, itemIndex);
	}
}

async function unexpectedResponse({ functions }: Pick<ItemContext, 'functions'>, problem: string) {
	const { origin } = new URL(await readBaseUrl(functions, filesApp));
	return unexpectedResponseError(functions.getNode(), filesApp, origin, problem);
}
