import { callApi } from '../../shared/http/client';
import {
	type ExpectedBody,
	hashOf,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { describeFile, fileField, type SelectedFile, selectedFile } from '../handle';
import { filestack, requireAppSecret } from '../service';
import { policyQuery } from '../signing';
import { hashesField, isHash, metadataField } from './fields';

/** The fields that Filestack returns by default (Filestack docs, Metadata, Response). */
const DEFAULT_FIELDS = [
	'mimetype',
	'uploaded',
	'writeable',
	'filename',
	'location',
	'key',
	'path',
	'size',
];

/** Requires at least one of the fields. */
export const anyField = (fields: string[]): ExpectedBody<JsonRecord> => ({
	what: `any of ${fields.join(', ')}`,
	read: (body) => (isJsonObject(body) && fields.some((field) => field in body) ? body : undefined),
});

/** Requires at least one of the default or requested fields. */
export const anyMetadata = (fields: string[]): ExpectedBody<JsonRecord> => ({
	...anyField([...DEFAULT_FIELDS, ...fields]),
	what: 'any metadata of the file',
});

/** Requires every field, each as text. */
export const everyField = (fields: string[]): ExpectedBody<JsonRecord> => ({
	what: fields.join(', '),
	read: (body) =>
		anyMetadata(fields).read(body, 200) &&
		fields.every((field) => textOf((body as JsonRecord)[field]))
			? (body as JsonRecord)
			: undefined,
});

/** Milliseconds that Filestack may take to hash a file: it reads the whole file for it (Filestack docs, Metadata). */
const HASH_TIMEOUT = 600_000;

/**
 * Retrieves the metadata of a file.
 * @param fields the requested fields; if empty, Filestack returns its default fields
 * @throws NodeOperationError if EXIF is requested and the credential has no app secret
 */
export async function readMetadata(
	{ functions }: ItemContext,
	{ handle, segment }: SelectedFile,
	fields: string[],
	expects: ExpectedBody<JsonRecord>,
): Promise<JsonRecord> {
	const exif = fields.includes('exif');
	if (exif) await requireAppSecret(functions, 'Reading EXIF data');
	const { body } = await callApi(functions, filestack, {
		method: 'GET',
		path: `/file/${segment}/metadata`,
		qs: {
			...Object.fromEntries(fields.map((field) => [field, 'true'])),
			...policyQuery(exif ? ['stat', 'exif'] : ['stat'], handle),
		},
		expects,
		...(fields.some(isHash) && { timeout: HASH_TIMEOUT }),
	});
	const hashes = Object.keys(body).filter(isHash);
	return {
		...body,
		...Object.fromEntries(hashes.map((name) => [name, hashOf(body[name]) ?? body[name]])),
	};
}

export const getMetadata: Operation = {
	value: 'getMetadata',
	name: 'Get Metadata',
	action: 'Get file metadata',
	description: 'Retrieve the name, type, size, location, dates and more of a file',
	fields: [fileField, metadataField],
	async execute(item) {
		const selected = selectedFile(item);
		const fields = item.parameter<string[]>(metadataField.name);
		return {
			json: describeFile(
				await readMetadata(item, selected, fields, anyMetadata(fields)),
				selected.handle,
			),
		};
	},
};

export const getHashes: Operation = {
	value: 'getHashes',
	name: 'Get Hashes',
	action: 'Get file hashes',
	description: 'Get hashes of a file, for example to compare it with another copy',
	fields: [fileField, hashesField],
	async execute(item) {
		const selected = selectedFile(item);
		const hashes = item.parameter<string[]>(hashesField.name);
		const found = await readMetadata(item, selected, hashes, everyField(hashes));
		return { json: describeFile(found, selected.handle) };
	},
};

export const getStorage: Operation = {
	value: 'getStorage',
	name: 'Get Storage',
	action: 'Get file storage location',
	description: 'Retrieve the storage location, container and path of a file',
	fields: [fileField],
	async execute(item) {
		const selected = selectedFile(item);
		const fields = ['location', 'container', 'path'];
		const storage = await readMetadata(item, selected, fields, anyField(fields));
		return { json: describeFile(storage, selected.handle) };
	},
};
