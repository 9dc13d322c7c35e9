import { NodeApiError } from 'n8n-workflow';

import {
	lastCallPayload,
	type Part,
	partPayload,
	uploadMultipart,
} from '../../shared/files/multipart';
import { multipartForm } from '../../shared/files/multipartForm';
import {
	type PartDefaults,
	type PartSettings,
	readPartSettings,
	type TransferSettings,
} from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import type { StreamStats } from '../../shared/files/streams';
import { compareWithService, uploadEach, uploadInOneRequest } from '../../shared/files/upload';
import { callApi } from '../../shared/http/client';
import { readBaseUrl } from '../../shared/http/credential';
import { unexpectedResponseError, withItemIndex } from '../../shared/http/errors';
import {
	type ExpectedBody,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import {
	partOptions,
	sha256Option,
	sourceFields,
	stallOption,
	uploadNameOption,
	urlSourceOptions,
} from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { describeFile, FILE, filesApp } from '../service';
import { folderField } from './getAll';

/** MiB. The chunks in the docs' example have 5 MiB. The docs give no limit for a single request. */
const SIZES: PartDefaults = { threshold: 20, partSize: 5 };

/** The folder and encryption of the uploaded file. */
export interface UploadTarget {
	folderId?: string;
	encrypt: boolean;
}

export const upload: Operation = {
	value: 'upload',
	name: 'Upload',
	action: 'Upload file',
	description: 'Upload one or more files',
	fields: [
		...sourceFields(),
		{
			...folderField('The folder to upload to. Leave empty for the top level.'),
			hint: 'Files App may ignore the folder for large files that are uploaded in chunks',
		},
		{
			displayName: 'Encrypt',
			name: 'encrypt',
			type: 'boolean',
			default: true,
			description:
				'Whether to store the file encrypted. Files App may ignore this for large files that are uploaded in chunks.',
		},
	],
	options: [
		...partOptions('chunk', SIZES),
		sha256Option,
		stallOption,
		uploadNameOption,
		...urlSourceOptions,
	],
	async execute(item) {
		const { functions, parameter } = item;
		const settings = readPartSettings(item, SIZES);
		const target = {
			folderId: optionalText(parameter('folderId')),
			encrypt: parameter<boolean>('encrypt'),
		};
		return await uploadEach(item, 'fileId', async (file) => {
			// An empty file has no chunks.
			const inChunks = file.size > 0 && file.size >= settings.threshold;
			const { body, stats } = inChunks
				? await uploadInChunks(item, file, target, settings)
				: await uploadAsForm(item, file, target, settings);
			const { size, sha256 } = body;
			compareWithService(functions.getNode(), file.fileName, stats, { size, sha256 });
			const hash = stats.sha256 ? { sha256: stats.sha256 } : {};
			return { ...describeFile(body), ...hash };
		});
	},
};

async function uploadAsForm(
	item: ItemContext,
	file: FileSource,
	{ folderId, encrypt }: UploadTarget,
	settings: TransferSettings,
) {
	const fields = { ...(folderId && { folder_id: folderId }), encrypt: String(encrypt) };
	const form = multipartForm(fields, { ...file, field: 'file' });
	const call = { method: 'POST', path: '/upload', expects: FILE } as const;
	return await uploadInOneRequest(item, filesApp, call, file, { ...settings, form });
}

/** The most requests that start one upload, because the service may require a different chunk size. */
const MAX_START_ATTEMPTS = 2;

interface Session {
	id: string;
	/** Bytes. */
	partSize: number;
}

/** Uploads a file in chunks: init, chunks, complete (Files App docs, Chunked upload). */
export async function uploadInChunks(
	item: ItemContext,
	file: FileSource,
	target: UploadTarget,
	settings: PartSettings,
): Promise<{ body: JsonRecord; stats: StreamStats }> {
	for (let attempt = 1; ; attempt++) {
		const { id, partSize } = await startUpload(item, file, target, settings.partSize);
		try {
			const stats = await uploadMultipart(
				item,
				file,
				{ ...settings, partName: 'chunk', partSize },
				async (part) => {
					await sendChunk(item, id, part, settings);
				},
			);
			return { body: await complete(item, id, settings), stats };
		} catch (error) {
			// A session lasts about an hour. If it expires before the upload is complete, start again, once.
			const isExpired = error instanceof NodeApiError && /^4(04|10)$/.test(error.httpCode ?? '');
			const isFullySent = error instanceof NodeApiError && error.context.allSent === true;
			if (attempt > 1 || !isExpired || isFullySent) {
				throw withItemIndex(item.functions.getNode(), error, item.itemIndex);
			}
		}
	}
}

/**
 * Starts an upload. The request must contain the number of chunks, but only the response contains the chunk size.
 * If the two do not match, starts again with the number that results from that size.
 */
async function startUpload(
	{ functions }: ItemContext,
	file: FileSource,
	{ folderId, encrypt }: UploadTarget,
	preferredSize: number,
): Promise<Session> {
	let partSize = preferredSize;
	for (let attempt = 1; ; attempt++) {
		const chunks = Math.max(1, Math.ceil(file.size / partSize));
		const { body } = await callApi(functions, filesApp, {
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
		const { id, chunk_size } = body;
		const requestedSize = Number(chunk_size ?? partSize);
		const isSize = Number.isSafeInteger(requestedSize) && requestedSize > 0;
		if (!isSize)
			throw await unexpectedResponse(
				{ functions },
				`the chunk size is ${String(chunk_size)} bytes`,
			);
		if (Math.ceil(file.size / requestedSize) === chunks) return { id, partSize: requestedSize };
		if (attempt >= MAX_START_ATTEMPTS) {
			const problem = `it requested ${chunks} chunks, and then chunks of ${requestedSize} bytes for a file of ${file.size} bytes`;
			throw await unexpectedResponse({ functions }, problem);
		}
		partSize = requestedSize;
	}
}

const NEW_UPLOAD: ExpectedBody<{ id: string; chunk_size: unknown }> = {
	what: 'an upload ID',
	read(body) {
		const id = isJsonObject(body) ? textOf(body.upload_id) : undefined;
		return isJsonObject(body) && id ? { id, chunk_size: body.chunk_size } : undefined;
	},
};

async function sendChunk(
	{ functions }: ItemContext,
	uploadId: string,
	{ index, bytes }: Part,
	settings: PartSettings,
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
		payload: partPayload(form.wrap(bytes) as Buffer, form.contentType, settings),
		expects: RECEIVED,
		// Safe to retry: the service stores each chunk under its number.
		retryable: true,
		allowEmpty: true,
	});
}

const RECEIVED: ExpectedBody<unknown> = {
	what: 'confirming that the chunk was received',
	read: (body) => (isJsonObject(body) && body.received === false ? undefined : body),
};

/**
 * Completes the upload. Completing is idempotent, but a retry after a lost response may get 404 if the session is gone.
 */
async function complete(
	{ functions, itemIndex }: ItemContext,
	uploadId: string,
	settings: PartSettings,
): Promise<JsonRecord> {
	let attempts = 0;
	const retryable = () => ++attempts > 0;
	try {
		const { body } = await callApi(functions, filesApp, {
			method: 'POST',
			path: '/chunks/complete',
			payload: lastCallPayload({ upload_id: uploadId }, settings),
			expects: FILE,
			retryable,
		});
		return body;
	} catch (error) {
		const problem = withItemIndex(functions.getNode(), error, itemIndex);
		problem.context.allSent = true;
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
