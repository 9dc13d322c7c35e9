import { withItem } from '../../shared/errors';
import { callApi } from '../../shared/http';
import type { ItemContext } from '../../shared/operation';
import type { Json } from '../../shared/service';
import { uploadParts } from '../../shared/transfer/parts';
import type { PartSettings } from '../../shared/transfer/settings';
import type { FileSource } from '../../shared/transfer/source';
import { isUnknown } from '../call';
import { fileIdOf, NEW_FILE } from '../describe';
import { fileShot } from '../service';
import { finish } from './finish';
import { type PartForm, partSender } from './partForms';
import { desktopStart, documentedStart } from './startRequests';
import type { Outcome, Style, Wishes } from './upload';

interface Session {
	/** The ID that the file will have. */
	id: string;
	/** Bytes. */
	partSize: number;
	/** The chunk format that belongs to the request that started the upload. */
	form: PartForm;
}

/**
 * Uploads a file in chunks. The docs (init-upload, raw chunks) and FileShot's desktop clients (pre-upload, chunks in
 * forms, finalize-upload) differ; `auto` starts with the documented way and switches if the server does not support it.
 */
export async function uploadInParts(
	item: ItemContext,
	file: FileSource,
	wishes: Wishes,
	settings: PartSettings,
): Promise<Outcome> {
	const style = item.option<Style>('uploadStyle') ?? 'auto';
	const { id, partSize, form } = await begin(item, file, wishes, settings.partSize, style);
	const total = Math.max(1, Math.ceil(file.size / partSize));
	const send = partSender(item, id, total, { form, fixed: style !== 'auto' }, settings);
	const measure = await uploadParts(
		item,
		file,
		{ ...settings, partSize, completesItself: true },
		send,
	);
	return { ...(await finish(item, id, style, settings)), measure };
}

async function begin(
	item: ItemContext,
	file: FileSource,
	wishes: Wishes,
	partSize: number,
	style: Style,
	isSecond = false,
): Promise<Session> {
	const { functions, itemIndex } = item;
	const start = async (path: string, body: Json) =>
		await callApi(functions, fileShot, {
			method: 'POST',
			path: `/files/${path}`,
			body: body as never,
			needs: NEW_FILE,
			// Not retried: a second call would leave an incomplete file behind and fail, because the first one has the
			// slug.
			repeatable: false,
			doubt: 'FileShot may have started an upload without content.',
		});
	const asDesktop = async () => await start('pre-upload', desktopStart(file, wishes));
	const asDocumented = async () =>
		await start('init-upload', documentedStart(file, wishes, partSize));

	let form: PartForm = style === 'desktop' ? 'form' : 'raw';
	const { body: answer } =
		style === 'desktop'
			? await asDesktop()
			: await asDocumented().catch(async (error: unknown) => {
					if (style === 'documented' || !isUnknown(error)) {
						throw withItem(functions.getNode(), error, itemIndex);
					}
					form = 'form';
					return await asDesktop();
				});
	const id = String(fileIdOf(answer));
	const wanted = Number(answer.chunkSize);
	if (!Number.isSafeInteger(wanted) || wanted <= 0) return { id, form, partSize };
	const isOtherCount = Math.ceil(file.size / wanted) !== Math.ceil(file.size / partSize);
	// init-upload announced a different number of chunks, so start again. Forms contain the number in each chunk.
	if (form === 'raw' && isOtherCount && !isSecond) {
		return await begin(item, file, wishes, wanted, style, true);
	}
	return { id, form, partSize: wanted };
}
