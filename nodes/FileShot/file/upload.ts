import { serviceTime } from '../../shared/dates';
import type { ItemContext, Operation } from '../../shared/operation';
import { optionalText } from '../../shared/parameters';
import type { Json } from '../../shared/service';
import { compareWithService } from '../../shared/transfer/compare';
import { multipartForm } from '../../shared/transfer/form';
import type { Measure } from '../../shared/transfer/measured';
import { partSettings, type TransferSettings } from '../../shared/transfer/settings';
import type { FileSource } from '../../shared/transfer/source';
import { uploadEach } from '../../shared/transfer/uploadEach';
import { uploadWhole } from '../../shared/transfer/upload';
import { describeFile, linkBaseOf, NEW_FILE, sizeOf, type Surroundings } from '../describe';
import { fileShot } from '../service';
import { uploadInParts } from './parts';
import { SIZES, uploadFields, uploadOptions } from './uploadFields';

/** How large files are sent: see {@link uploadInParts}. */
export type Style = 'auto' | 'documented' | 'desktop';

/** The options of an upload, under the documented names. */
export interface Wishes {
	customSlug?: string;
	expiryDays?: number;
	passwordProtected: boolean;
	password?: string;
	/** US cents; undefined for a free download. */
	price?: number;
}

/** The result of an upload. */
export interface Outcome {
	data: Json;
	measure: Measure;
	around: Surroundings;
}

export const upload: Operation = {
	value: 'upload',
	name: 'Upload',
	action: 'Upload file',
	description: 'Upload one or more files and get a download link for each',
	fields: uploadFields,
	options: uploadOptions,
	async execute(item) {
		const { functions, option } = item;
		const settings = partSettings(item, SIZES);
		const wishes = wishesOf(item);
		const send = async (file: FileSource) => {
			// An empty file has no chunks. The desktop clients send every file in chunks.
			const inParts =
				option('uploadStyle') === 'desktop' || (file.size > 0 && file.size >= settings.threshold);
			const { data, measure, around } = inParts
				? await uploadInParts(item, file, wishes, settings)
				: await uploadAtOnce(item, file, wishes, settings);
			const { sha256 } = data;
			compareWithService(functions.getNode(), file.fileName, measure, {
				size: sizeOf(data),
				sha256,
			});
			const { fileName, mimeType } = file;
			const hash = measure.sha256 ? { sha256: measure.sha256 } : {};
			return {
				...describeFile({ fileName, mimeType, fileSize: measure.size, ...data }, around),
				...hash,
			};
		};
		return await uploadEach(item, 'fileId', send, { customSlug: 'Custom Slug' });
	},
};

function wishesOf(item: ItemContext): Wishes {
	const { parameter, option } = item;
	const passwordProtected = parameter<boolean>('passwordProtected');
	return {
		customSlug: optionalText(option('customSlug')),
		expiryDays: parameter<boolean>('expires') ? parameter<number>('expiryDays') : undefined,
		passwordProtected,
		password: passwordProtected ? parameter<string>('password') : undefined,
		price: parameter<boolean>('paidAccess') ? parameter<number>('price') : undefined,
	};
}

async function uploadAtOnce(
	item: ItemContext,
	file: FileSource,
	wishes: Wishes,
	settings: TransferSettings,
): Promise<Outcome> {
	const form = multipartForm(formFields(wishes), { ...file, field: 'file' });
	const call = { method: 'POST', path: '/files/upload', needs: NEW_FILE } as const;
	const { body, headers, measure } = await uploadWhole(item, fileShot, call, file, {
		...settings,
		form,
	});
	const linkBase = await linkBaseOf(item.functions);
	return { data: body, measure, around: { linkBase, now: serviceTime(headers) } };
}

/** The options as form fields, which are all text. */
function formFields(wishes: Wishes): Record<string, string> {
	const { customSlug, expiryDays, passwordProtected, password, price } = wishes;
	return {
		...(customSlug && { customSlug }),
		...(expiryDays && { expiryDays: String(expiryDays) }),
		...(passwordProtected && { passwordProtected: 'true' }),
		...(password && { password }),
		...(price && { enablePaidAccess: 'true', price: String(price) }),
	};
}
