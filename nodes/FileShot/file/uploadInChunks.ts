import { withItem } from '../../shared/http/errors';
import { callApi } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import type { Json } from '../../shared/http/service';
import { uploadParts } from '../../shared/files/multipart';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import { isNotFound } from '../call';
import { fileIdOf, NEW_FILE } from '../describe';
import { fileShot } from '../service';
import { completeUpload } from './finish';
import { type ChunkFormat, chunkSender } from './uploadProtocols';
import { preUploadBody, initUploadBody } from './startRequests';
import type { UploadResult, UploadProtocol, UploadOptions } from './upload';

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
	const measure = await uploadParts(
		item,
		file,
		{ ...settings, partSize, completesItself: true },
		send,
	);
	return { ...(await completeUpload(item, id, protocol, settings)), measure };
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
	const start = async (path: string, body: Json) =>
		await callApi(functions, fileShot, {
			method: 'POST',
			path: `/files/${path}`,
			body: body as never,
			needs: NEW_FILE,
			// Not retried: the first call may have reserved the slug, so a second would fail beside an incomplete file.
			repeatable: false,
			doubt: 'FileShot may have started an upload without content.',
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
						throw withItem(functions.getNode(), error, itemIndex);
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
