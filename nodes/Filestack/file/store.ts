import type { IDataObject } from 'n8n-workflow';

import { type PartSettings, readPartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import { compareWithService, type StreamStats } from '../../shared/files/streams';
import { uploadEach, uploadInOneRequest } from '../../shared/files/upload';
import { pathSegment } from '../../shared/http/addresses';
import type { JsonRecord } from '../../shared/http/service';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { invalidParameter } from '../../shared/node/schema';
import { describeFile, filestackOutput, STORED } from '../handle';
import { filestack, oneRequestReceiver } from '../service';
import { policyQuery, renewed, TRANSFER_POLICY_MINUTES } from '../signing';
import { uploadInParts } from './multipart';
import {
	omitUndefined,
	PART_DEFAULTS,
	readStoreTarget,
	storeFields,
	storeOptions,
	type StoreTarget,
} from './storeFields';
import { storeFromUrl } from './storeUrl';
import { rejectVerifyWithBase64, verifyUpload } from './verify';

export const store: Operation = {
	value: 'store',
	name: 'Store',
	action: 'Store file',
	description: 'Store files from the workflow or a URL and get their handles',
	fields: storeFields,
	options: storeOptions,
	async execute(item) {
		const target = readStoreTarget(item);
		rejectVerifyWithBase64(item);
		if (item.parameter('source') === 'url') {
			return { json: describeFile(await storeFromUrl(item, target)) };
		}
		const settings = readPartSettings(item, PART_DEFAULTS);
		return await uploadEach(
			item,
			filestack,
			{ shape: filestackOutput, idField: 'handle' },
			async (file) => ({ json: await storeFile(item, file, target, settings) }),
			{},
			(file) => void isMultipart(item, file, target, settings),
		);
	},
};

async function storeFile(
	item: ItemContext,
	file: FileSource,
	requested: StoreTarget,
	settings: PartSettings,
): Promise<IDataObject> {
	const { functions, option } = item;
	const decode = option<boolean>('base64Decode') === true;
	const verify = option<boolean>('verify') === true;
	const target = {
		...requested,
		filename: requested.filename ?? file.fileName,
		mimetype: requested.mimetype ?? mediaType(file.mimeType),
	};
	const uploadSettings = { ...settings, sha256: (settings.sha256 || verify) && !decode };
	const { data, stats, parts } = isMultipart(item, file, target, settings)
		? await uploadInParts(item, file, target, uploadSettings)
		: await storeInOneRequest(item, file, target, uploadSettings);

	const described = describeFile(data);
	const handle = String(described.handle);
	if (!decode) compareWithService(functions.getNode(), file.fileName, stats, { size: data.size });
	if (verify) {
		const selected = { handle, segment: pathSegment(functions, 'File', handle) };
		await verifyUpload(item, selected, file.fileName, stats);
	}
	const { sha256 } = stats;
	return { ...described, ...omitUndefined({ sha256, parts }), ...(verify && { verified: true }) };
}

/**
 * Whether a file is uploaded in parts: large files, and files with tags or workflows, which the store call does not
 * support.
 * @throws NodeOperationError for tags or workflows with a file that cannot be uploaded in parts
 */
function isMultipart(
	item: ItemContext,
	{ size }: FileSource,
	{ tags, workflows }: StoreTarget,
	{ threshold }: PartSettings,
): boolean {
	const decode = item.option<boolean>('base64Decode') === true;
	const multipartOption = tags ? 'Upload Tags' : workflows ? 'Workflow IDs' : undefined;
	if (multipartOption && (decode || size === 0)) {
		const problem = decode
			? 'cannot be combined with Base64 Decode'
			: 'cannot be used with an empty file';
		throw invalidParameter(
			item,
			multipartOption,
			problem,
			'Filestack only supports this for multipart uploads.',
		);
	}
	return size > 0 && !decode && (multipartOption !== undefined || size >= threshold);
}

/** Sends the file as the body of a single request (Filestack docs, File API, Store). */
async function storeInOneRequest(
	item: ItemContext,
	file: FileSource,
	{ provider, filename, mimetype, path, container, access }: StoreTarget,
	settings: PartSettings,
): Promise<{ data: JsonRecord; stats: StreamStats; parts?: number }> {
	const { functions, option } = item;
	const base64decode = option<boolean>('base64Decode') ? 'true' : undefined;
	const { body, stats } = await uploadInOneRequest(
		item,
		base64decode ? oneRequestReceiver : filestack,
		{
			method: 'POST',
			path: `/store/${pathSegment(functions, 'Storage', provider)}`,
			expects: STORED,
			qs: renewed(TRANSFER_POLICY_MINUTES, () => ({
				...omitUndefined({ filename, mimetype, path, container, access, base64decode }),
				...policyQuery(['pick', 'store'], undefined, TRANSFER_POLICY_MINUTES),
			})),
		},
		{ ...file, mimeType: bodyContentType(mimetype) },
		settings,
	);
	return { data: body, stats };
}

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** Returns a media type without its parameters, in lower case. */
export const mediaType = (text: string): string => text.split(';')[0].trim().toLowerCase();

/** The types of bodies that Filestack parses as a form or searches for a URL instead of storing them. */
const PARSED_BY_FILESTACK = /^(application\/(json|x-www-form-urlencoded)|multipart\/.*)$/i;

/** Returns the Content-Type for a file that is the whole body, so that Filestack stores a file of any type as it is. */
export const bodyContentType = (mimeType = ''): string =>
	MEDIA_TYPE.test(mimeType) && !PARSED_BY_FILESTACK.test(mimeType)
		? mimeType
		: 'application/octet-stream';
