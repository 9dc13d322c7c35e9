import { NodeOperationError } from 'n8n-workflow';

import { DAY, outlives, serviceTime } from '../../shared/dates';
import type { JsonRecord } from '../../shared/http/service';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { uploadEach, uploadInOneRequest } from '../../shared/files/upload';
import { multipartForm } from '../../shared/files/multipartForm';
import { compareWithService, type StreamStats } from '../../shared/files/streams';
import { readPartSettings, type TransferSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import {
	describeFile,
	fileIdOf,
	fileOutput,
	flagOf,
	NEW_FILE,
	readLinkBase,
	sizeOf,
	valuesOf,
} from '../describe';
import { fileShot } from '../service';
import { readEncryption, uploadEncrypted } from './encryption';
import { uploadInChunks } from './uploadInChunks';
import type { FileInfo } from './file';
import { lifetime, SIZES, uploadFields, uploadOptions } from './uploadFields';
import { UPLOAD_PROTOCOLS, type UploadOptions, type UploadStyle } from './uploadProtocols';

/** The result of an upload. */
type UploadResult = FileInfo & { stats: StreamStats };

export const upload: Operation = {
	value: 'upload',
	name: 'Upload',
	action: 'Upload file and get download link',
	description:
		'Upload one or more files, encrypted end to end if you want, and get a download link for each',
	fields: uploadFields,
	output: fileOutput,
	options: uploadOptions,
	async execute(item) {
		const { functions, option } = item;
		const settings = readPartSettings(item, SIZES);
		const options = readUploadOptions(item);
		const protocols = UPLOAD_PROTOCOLS[option<UploadStyle>('uploadStyle') ?? 'auto'];
		const encryption = await readEncryption(item);
		const send = async (file: FileSource) => {
			const check = (data: JsonRecord, now: number) =>
				requireProtection(item, file, options, data, now);
			if (encryption) {
				return await uploadEncrypted(item, file, encryption, options, settings, check);
			}
			// An empty file has no chunks.
			const isLarge = file.size > 0 && file.size >= settings.threshold;
			const inChunks = isLarge || protocols.every(({ chunksEveryFile }) => chunksEveryFile);
			const { data, stats, context } = inChunks
				? await uploadInChunks(item, file, options, settings, protocols)
				: await uploadAsForm(item, file, options, settings);
			check(data, context.now);
			const { sha256 } = data;
			compareWithService(functions.getNode(), file.fileName, stats, {
				size: sizeOf(data),
				sha256,
			});
			const { fileName, mimeType } = file;
			const hash = stats.sha256 ? { sha256: stats.sha256 } : {};
			const described = describeFile(
				{ fileName, mimeType, fileSize: stats.size, ...data },
				context,
			);
			return { ...described, added: { ...described.added, ...hash } };
		};
		const output = { shape: fileOutput, idField: 'fileId' };
		return await uploadEach(item, fileShot, output, send, { customSlug: 'Custom Slug' });
	},
};

/**
 * @param now the service's clock, in milliseconds since 1970
 * @throws NodeOperationError if FileShot reports that it has stored the file without the password, or for longer than
 * requested
 */
function requireProtection(
	{ functions, itemIndex }: ItemContext,
	{ fileName }: FileSource,
	{ passwordProtected, expiryDays }: UploadOptions,
	data: JsonRecord,
	now: number,
): void {
	const [expires] = valuesOf(data, 'expiresAt');
	const isOpen = passwordProtected && flagOf(data, 'passwordProtected') === false;
	const isLasting = expiryDays !== undefined && outlives(expires, now + expiryDays * DAY);
	if (!isOpen && !isLasting) return;
	const message = isOpen
		? `FileShot stored “${fileName}” without the password`
		: `FileShot stored “${fileName}” for longer than its Expires After`;
	throw new NodeOperationError(functions.getNode(), message, {
		itemIndex,
		description: `Its ID is ${fileIdOf(data) ?? 'unknown'}. Delete the file, and check whether your tier includes ${isOpen ? 'password protection' : 'this setting'}.`,
	});
}

function readUploadOptions(item: ItemContext): UploadOptions {
	const { parameter, option } = item;
	const passwordProtected = parameter<boolean>('passwordProtected');
	return {
		customSlug: optionalText(option('customSlug')),
		expiryDays: parameter<boolean>('expires') ? lifetime.read(item) / DAY : undefined,
		passwordProtected,
		password: passwordProtected ? parameter<string>('password') : undefined,
		price: parameter<boolean>('paidAccess') ? parameter<number>('price') : undefined,
	};
}

async function uploadAsForm(
	item: ItemContext,
	file: FileSource,
	options: UploadOptions,
	settings: TransferSettings,
): Promise<UploadResult> {
	const form = multipartForm(formFields(options), { ...file, field: 'file' });
	const call = { method: 'POST', path: '/files/upload', expects: NEW_FILE } as const;
	const { body, headers, stats } = await uploadInOneRequest(item, fileShot, call, file, {
		...settings,
		form,
	});
	const linkBase = await readLinkBase(item.functions);
	return { data: body, stats, context: { linkBase, now: serviceTime(headers) } };
}

/** The options as form fields, which are all text. */
function formFields(options: UploadOptions): Record<string, string> {
	const { customSlug, expiryDays, passwordProtected, password, price } = options;
	return {
		...(customSlug && { customSlug }),
		...(expiryDays && { expiryDays: String(expiryDays) }),
		...(passwordProtected && { passwordProtected: 'true' }),
		...(password && { password }),
		...(price && { enablePaidAccess: 'true', price: String(price) }),
	};
}
