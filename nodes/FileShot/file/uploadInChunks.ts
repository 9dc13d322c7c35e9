import { uploadMultipart } from '../../shared/files/multipart';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import { lastCallPayload } from '../../shared/files/upload';
import { callApi, pathSegment } from '../../shared/http/client';
import { withItemIndex } from '../../shared/http/errors';
import { type JsonRecord, ANY_BODY } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { fileIdOf, NEW_FILE } from '../describe';
import { fileShot, isNotFound, unwrapEnvelope } from '../service';
import { fetchFileInfo, type FileInfo } from './get';
import { fileField } from './getAll';
import type { UploadOptions, UploadProtocol, UploadResult } from './upload';
import { type ChunkFormat, chunkSender, initUploadBody, preUploadBody } from './uploadProtocols';

interface Session {
	/** The ID that the file will have. */
	id: string;
	/** Bytes. */
	partSize: number;
	/** The chunk format that belongs to the request that started the upload. */
	form: ChunkFormat;
}

/**
 * Uploads a file in chunks. The docs (init-upload, raw chunks) and FileShot's desktop clients (pre-upload, chunks in
 * forms, finalize-upload) differ; `auto` starts with the documented way and switches if the server does not support it.
 */
export async function uploadInChunks(
	item: ItemContext,
	file: FileSource,
	options: UploadOptions,
	settings: PartSettings,
): Promise<UploadResult> {
	const protocol = item.option<UploadProtocol>('uploadStyle') ?? 'auto';
	const { id, partSize, form } = await startUpload(
		item,
		file,
		options,
		settings.partSize,
		protocol,
	);
	const total = Math.max(1, Math.ceil(file.size / partSize));
	const send = chunkSender(item, id, total, { form, fixed: protocol !== 'auto' }, settings);
	const stats = await uploadMultipart(
		item,
		file,
		{ ...settings, partSize, completesItself: true },
		send,
	);
	return { ...(await completeUpload(item, id, protocol, settings)), stats };
}

async function startUpload(
	item: ItemContext,
	file: FileSource,
	options: UploadOptions,
	partSize: number,
	protocol: UploadProtocol,
	isRestart = false,
): Promise<Session> {
	const { functions, itemIndex } = item;
	const start = async (path: string, body: JsonRecord) =>
		await callApi(functions, fileShot, {
			method: 'POST',
			path: `/files/${path}`,
			body: body as never,
			expects: NEW_FILE,
			// Not retried: the first call may have reserved the slug, so a second would fail beside an incomplete file.
			retryable: false,
			unknownResultHint: 'FileShot may have started an upload without content.',
		});
	const startAsDesktop = async () => await start('pre-upload', preUploadBody(file, options));
	const startAsDocumented = async () =>
		await start('init-upload', initUploadBody(file, options, partSize));

	let form: ChunkFormat = protocol === 'desktop' ? 'form' : 'raw';
	const { body: started } =
		protocol === 'desktop'
			? await startAsDesktop()
			: await startAsDocumented().catch(async (error: unknown) => {
					if (protocol === 'documented' || !isNotFound(error)) {
						throw withItemIndex(functions.getNode(), error, itemIndex);
					}
					form = 'form';
					return await startAsDesktop();
				});
	const id = String(fileIdOf(started));
	const chunkSize = Number(started.chunkSize);
	if (!Number.isSafeInteger(chunkSize) || chunkSize <= 0) return { id, form, partSize };
	const isDifferentCount = Math.ceil(file.size / chunkSize) !== Math.ceil(file.size / partSize);
	// init-upload received a different number of chunks, so start again. Forms contain the number in each chunk.
	if (form === 'raw' && isDifferentCount && !isRestart) {
		return await startUpload(item, file, options, chunkSize, protocol, true);
	}
	return { id, form, partSize: chunkSize };
}

const CHECK_FILE = 'use Get to check whether the file is complete before you upload it again.';
const USE_AUTO =
	'set Upload Style to Auto, because this server seems to expect an undocumented final request.';

/** Completes the upload if the server requires it, and fetches the details of the file. */
export async function completeUpload(
	item: ItemContext,
	fileId: string,
	protocol: UploadProtocol,
	settings: PartSettings,
): Promise<FileInfo> {
	const failed = (advice: string) => (error: unknown) => {
		const problem = withItemIndex(item.functions.getNode(), error, item.itemIndex);
		problem.description = `${problem.description ?? ''} All chunks of ${fileId} were uploaded: ${advice}`;
		throw problem;
	};
	const isDocumented = protocol === 'documented';
	const finalized = isDocumented
		? {}
		: await finalize(item, fileId, settings).catch(failed(CHECK_FILE));
	const { data, context } = await fetchFileInfo(item, fileId).catch(
		failed(isDocumented ? USE_AUTO : CHECK_FILE),
	);
	return { data: { ...finalized, ...data }, context };
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
