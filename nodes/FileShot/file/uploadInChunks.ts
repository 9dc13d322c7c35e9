import { NodeApiError } from 'n8n-workflow';

import { DAY } from '../../shared/dates';
import { ALREADY_STORED, lastCallPayload, type Part, partPayload } from '../../shared/files/parts';
import {
	type StartedUpload,
	uploadResumably,
	usablePartSize,
} from '../../shared/files/resumableUpload';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import type { StreamStats } from '../../shared/files/streams';
import { pathSegment } from '../../shared/http/addresses';
import { callApi } from '../../shared/http/client';
import { withItemIndex } from '../../shared/http/errors';
import type { OutageRetries } from '../../shared/http/retry';
import { ANY_BODY, type JsonRecord, type Service } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { fileIdOf, NEW_FILE } from '../describe';
import { fileShot, isNotFound, unwrapEnvelope } from '../service';
import { fetchFileInfo, type FileInfo } from './file';
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
	const protocolOf = (startPath: unknown) =>
		protocols.find((protocol) => protocol.startPath === startPath) ?? protocols[0];
	const { result, stats } = await uploadResumably(item, file, settings, {
		service: fileShot,
		partName: 'chunk',
		target: { options, protocols: protocols.map(({ startPath }) => startPath) },
		completesItself: true,
		startsOver: options.original !== undefined,
		start: async () => await startUpload(item, file, options, settings.partSize, protocols),
		open({ session, partSize }, retries) {
			const id = String(session.id);
			// The host of the chunks has started the upload.
			retries.recordSuccess();
			const total = Math.max(1, Math.ceil(file.size / partSize));
			const preferred = protocolOf(session.protocol);
			const others = protocols.filter((other) => other !== preferred);
			const onAccepted = ({ startPath }: UploadProtocol) => (session.protocol = startPath);
			const context = { item, settings, retries, id, total, onAccepted };
			return {
				send: chunkSender(context, [preferred, ...others]),
				complete: async () => await completeUpload(context, file, protocols),
			};
		},
		// FileShot acknowledges the chunks of a complete file without storing them.
		isOpen: async ({ session }) =>
			await fetchFileInfo(item, session.id).then(
				() => false,
				(error: unknown) => {
					if (isNotFound(error)) return true;
					throw error;
				},
			),
	});
	return { ...result, stats };
}

/** The upload of one file. */
interface ChunkContext {
	item: ItemContext;
	settings: PartSettings;
	retries: OutageRetries;
	/** The ID that the file will have. */
	id: string;
	/** Number of chunks. */
	total: number;
	/** Receives the protocol whose chunk format the server has accepted. */
	onAccepted(protocol: UploadProtocol): void;
}

/** FileShot as the receiver of an upload that was started: a conflict does not concern the custom slug. */
const chunkReceiver: Service = {
	...fileShot,
	advice: {
		...fileShot.advice,
		409: 'The state of the upload does not allow this.',
	},
};

/** How long an unfinished upload is assumed to exist, in milliseconds. Not documented. */
const SESSION_LIFETIME = DAY;

async function startUpload(
	item: ItemContext,
	file: FileSource,
	options: UploadOptions,
	preferredSize: number,
	protocols: readonly UploadProtocol[],
): Promise<StartedUpload> {
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
		return {
			session: { id: String(fileIdOf(body)), protocol: protocol.startPath },
			partSize: usablePartSize(body.chunkSize, file.size) ?? chunkSize,
			expiresAt: Date.now() + SESSION_LIFETIME,
		};
	};
	try {
		const upload = await start(preferredSize);
		const isRightCount =
			Math.ceil(file.size / upload.partSize) === Math.ceil(file.size / preferredSize);
		if (isRightCount || !protocol.startsWithChunkCount) return upload;
		return await start(upload.partSize);
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
 * Returns a function that sends the chunks of one file. The first one to be sent determines their format, and the others
 * wait for it. The last one waits for all others, because a server may complete the file when it arrives.
 */
function chunkSender(
	{ item, settings, retries, id: fileId, total, onAccepted }: ChunkContext,
	protocols: readonly UploadProtocol[],
): (part: Part) => Promise<void> {
	const id = pathSegment(item.functions, fileField.displayName, fileId);
	const post = async (part: Part, { chunkBody }: UploadProtocol) => {
		const { pieces, contentType } = chunkBody(part, total);
		await callApi(item.functions, chunkReceiver, {
			method: 'POST',
			path: `/files/upload-chunk/${id}/${part.index}`,
			payload: partPayload(pieces, contentType, settings),
			expects: ANY_BODY,
			// Safe to retry: the server stores each chunk under its number.
			retries,
			doneStatuses: ALREADY_STORED,
			allowEmpty: true,
			allowText: true,
		});
	};
	const sendFirst = async (
		part: Part,
		[protocol, ...others]: readonly UploadProtocol[],
	): Promise<UploadProtocol> => {
		try {
			await post(part, protocol);
			onAccepted(protocol);
			return protocol;
		} catch (error) {
			const isFormatRejected =
				error instanceof NodeApiError && UNSUPPORTED_FORMAT.test(error.httpCode ?? '');
			if (others.length > 0 && isFormatRejected) return await sendFirst(part, others);
			throw withItemIndex(item.functions.getNode(), error, item.itemIndex);
		}
	};

	let accepted: Promise<UploadProtocol> | undefined;
	const pending: Array<Promise<void>> = [];
	return async (part) => {
		if (!accepted) {
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
	context: ChunkContext,
	file: FileSource,
	protocols: readonly UploadProtocol[],
): Promise<FileInfo> {
	const { item, id: fileId } = context;
	const isFinalized = protocols.some((protocol) => protocol.isFinalized);
	try {
		const finalized = isFinalized ? await finalize(context, file) : {};
		const info = await fetchFileInfo(item, fileId);
		// A chunk can only be in the file whose upload was started, whatever ID the details contain.
		return { data: { ...finalized, ...info.data, fileId }, context: info.context };
	} catch (error) {
		const problem = withItemIndex(item.functions.getNode(), error, item.itemIndex);
		const advice = isFinalized ? CHECK_FILE : USE_AUTO;
		problem.description = `${problem.description ?? ''} All chunks of ${fileId} were uploaded: ${advice}`;
		throw problem;
	}
}

/** Completes the upload. A server without this route completes it when the last chunk arrives. */
async function finalize(
	{ item: { functions }, id: fileId, settings, retries }: ChunkContext,
	{ size }: FileSource,
): Promise<JsonRecord> {
	const id = pathSegment(functions, fileField.displayName, fileId);
	return await callApi(functions, chunkReceiver, {
		method: 'POST',
		path: `/files/finalize-upload/${id}`,
		payload: lastCallPayload({}, settings, size),
		// The desktop clients ignore the response. The details of the file are fetched next.
		expects: ANY_BODY,
		// Safe to retry: completing an upload twice has no further effect.
		retries,
		doneStatuses: ALREADY_STORED,
		allowEmpty: true,
		allowText: true,
	}).then(
		({ body }) => unwrapEnvelope(body),
		(error: unknown) => {
			if (isNotFound(error)) return {};
			throw error;
		},
	);
}
