import { NodeApiError } from 'n8n-workflow';

import {
	lastCallPayload,
	type Part,
	partPayload,
	uploadMultipart,
} from '../../shared/files/multipart';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import type { StreamStats } from '../../shared/files/streams';
import { callApi, pathSegment } from '../../shared/http/client';
import { withItemIndex } from '../../shared/http/errors';
import { ANY_BODY, type JsonRecord } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { fileIdOf, NEW_FILE } from '../describe';
import { fileShot, isNotFound, unwrapEnvelope } from '../service';
import { fetchFileInfo, type FileInfo } from './get';
import { fileField } from './getAll';
import type { UploadOptions, UploadProtocol } from './uploadProtocols';

/**
 * Uploads a file in chunks: start, chunks, completion. The first protocol that the server supports is used; the first
 * chunk may show that its chunks look like those of another one.
 * @param protocols at least one, the preferred one first
 */
export async function uploadInChunks(
	item: ItemContext,
	file: FileSource,
	options: UploadOptions,
	settings: PartSettings,
	protocols: readonly UploadProtocol[],
): Promise<FileInfo & { stats: StreamStats }> {
	const { partSize } = settings;
	const { id, chunkSize, protocol } = await startUpload(item, file, options, partSize, protocols);
	const total = Math.max(1, Math.ceil(file.size / chunkSize));
	const others = protocols.filter((other) => other !== protocol);
	const send = chunkSender(item, id, total, [protocol, ...others], settings);
	const multipart = {
		...settings,
		partName: 'chunk',
		partSize: chunkSize,
		completesItself: true,
	} as const;
	const stats = await uploadMultipart(item, file, multipart, send);
	return { ...(await completeUpload(item, id, settings, protocols)), stats };
}

interface UploadSession {
	/** The ID that the file will have. */
	id: string;
	/** Bytes. */
	chunkSize: number;
	/** The protocol with which the server started the upload. */
	protocol: UploadProtocol;
}

async function startUpload(
	item: ItemContext,
	file: FileSource,
	options: UploadOptions,
	preferredSize: number,
	protocols: readonly UploadProtocol[],
): Promise<UploadSession> {
	const [protocol, ...others] = protocols;
	const start = async (chunkSize: number) => {
		const { body } = await callApi(item.functions, fileShot, {
			method: 'POST',
			path: `/files/${protocol.startPath}`,
			body: protocol.startBody(file, options, chunkSize),
			expects: NEW_FILE,
			// Not retried: the first call may have reserved the slug, so a second would fail beside an incomplete file.
			retryable: false,
			unknownResultHint: 'FileShot may have started an upload without content.',
		});
		const required = Number(body.chunkSize);
		const isUsable = Number.isSafeInteger(required) && required > 0;
		return { id: String(fileIdOf(body)), chunkSize: isUsable ? required : chunkSize, protocol };
	};
	try {
		const session = await start(preferredSize);
		const isRightCount =
			Math.ceil(file.size / session.chunkSize) === Math.ceil(file.size / preferredSize);
		if (isRightCount || !protocol.startsWithChunkCount) return session;
		return await start(session.chunkSize);
	} catch (error) {
		if (others.length === 0 || !isNotFound(error)) {
			throw withItemIndex(item.functions.getNode(), error, item.itemIndex);
		}
		return await startUpload(item, file, options, preferredSize, others);
	}
}

/** Statuses with which a server rejects the format of a chunk. */
const UNSUPPORTED_FORMAT = /^4(00|15|22)$/;

/**
 * Returns a function that sends the chunks of one file. The first chunk determines their format, and the others wait for
 * it. The last one waits for all others, because a server may complete the file when it arrives.
 */
function chunkSender(
	item: ItemContext,
	fileId: string,
	total: number,
	protocols: readonly UploadProtocol[],
	settings: PartSettings,
): (part: Part) => Promise<void> {
	const id = pathSegment(item.functions, fileField.displayName, fileId);
	const post = async (part: Part, { chunkBody }: UploadProtocol) => {
		const { bytes, contentType } = chunkBody(part, total);
		await callApi(item.functions, fileShot, {
			method: 'POST',
			path: `/files/upload-chunk/${id}/${part.index}`,
			payload: partPayload(bytes, contentType, settings),
			expects: ANY_BODY,
			// Safe to retry: the server stores each chunk under its number.
			retryable: true,
			allowEmpty: true,
		});
	};
	const sendFirst = async (
		part: Part,
		[protocol, ...others]: readonly UploadProtocol[],
	): Promise<UploadProtocol> => {
		try {
			await post(part, protocol);
			return protocol;
		} catch (error) {
			const isFormatRejected =
				error instanceof NodeApiError && UNSUPPORTED_FORMAT.test(error.httpCode ?? '');
			if (others.length > 0 && isFormatRejected) return await sendFirst(part, others);
			throw withItemIndex(item.functions.getNode(), error, item.itemIndex);
		}
	};

	let accepted: Promise<UploadProtocol>;
	const pending: Array<Promise<void>> = [];
	return async (part) => {
		if (part.index === 0) {
			accepted = sendFirst(part, protocols);
			await accepted;
			return;
		}
		const earlier = part.index === total - 1 ? [...pending] : [];
		const sending = accepted.then(async (protocol) => {
			await Promise.all(earlier);
			await post(part, protocol);
		});
		pending.push(sending);
		await sending;
	};
}

const CHECK_FILE = 'use Get to check whether the file is complete before you upload it again.';
const USE_AUTO =
	'set Upload Style to Auto, because this server seems to expect an undocumented final request.';

/** Completes the upload if the server requires it, and fetches the details of the file. */
async function completeUpload(
	item: ItemContext,
	fileId: string,
	settings: PartSettings,
	protocols: readonly UploadProtocol[],
): Promise<FileInfo> {
	const isFinalized = protocols.some((protocol) => protocol.isFinalized);
	try {
		const finalized = isFinalized ? await finalize(item, fileId, settings) : {};
		const { data, context } = await fetchFileInfo(item, fileId);
		return { data: { ...finalized, ...data }, context };
	} catch (error) {
		const problem = withItemIndex(item.functions.getNode(), error, item.itemIndex);
		const advice = isFinalized ? CHECK_FILE : USE_AUTO;
		problem.description = `${problem.description ?? ''} All chunks of ${fileId} were uploaded: ${advice}`;
		throw problem;
	}
}

/** Completes the upload. A server without this route completes it when the last chunk arrives. */
async function finalize(
	{ functions }: ItemContext,
	fileId: string,
	settings: PartSettings,
): Promise<JsonRecord> {
	const id = pathSegment(functions, fileField.displayName, fileId);
	return await callApi(functions, fileShot, {
		method: 'POST',
		path: `/files/finalize-upload/${id}`,
		payload: lastCallPayload({}, settings),
		// The desktop clients ignore the response. The details of the file are fetched next.
		expects: ANY_BODY,
		// Safe to retry: completing an upload twice has no further effect.
		retryable: true,
		allowEmpty: true,
	}).then(
		({ body }) => unwrapEnvelope(body),
		(error: unknown) => {
			if (isNotFound(error)) return {};
			throw error;
		},
	);
}
