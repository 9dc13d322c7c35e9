import { withItem } from '../../shared/http/errors';
import { callApi, pathPart } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import { type Json, NOTHING } from '../../shared/http/service';
import type { PartSettings } from '../../shared/files/settings';
import { lastCallPayload } from '../../shared/files/upload';
import { isNotFound } from '../call';
import { fileShot, unwrapEnvelope } from '../service';
import { fileField } from './fields';
import { type FileInfo, fetchFileInfo } from './info';
import type { UploadProtocol } from './upload';

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
		const problem = withItem(item.functions.getNode(), error, item.itemIndex);
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
): Promise<Json> {
	const id = pathPart(functions, fileField.displayName, fileId);
	return await callApi(functions, fileShot, {
		method: 'POST',
		path: `/files/finalize-upload/${id}`,
		payload: lastCallPayload({}, settings),
		// The desktop clients ignore the response. The details of the file are fetched next.
		needs: NOTHING,
		// Safe to retry: completing an upload twice has no further effect.
		repeatable: true,
		mayBeEmpty: true,
	}).then(
		({ body }) => unwrapEnvelope(body),
		(error: unknown) => {
			if (isNotFound(error)) return {};
			throw error;
		},
	);
}
