import { type INodeProperties, NodeOperationError } from 'n8n-workflow';

import { type Downloaded, downloadFile } from '../shared/files/download';
import { type RangeDefaults, readDownloadSettings } from '../shared/files/settings';
import { pathSegment } from '../shared/http/addresses';
import { downloadOptions, outputField } from '../shared/node/fields';
import { locatorField } from '../shared/node/locator';
import {
	fileResult,
	type ItemContext,
	type Operation,
	type Resource,
} from '../shared/node/operation';
import { optionalText } from '../shared/node/parameters';
import { invalidParameter } from '../shared/node/schema';
import { parseHttpUrl } from '../shared/text';
import { magicLinkFileHost, magicLinkHost } from './service';

export const linkField: INodeProperties = {
	displayName: 'Magic Link',
	name: 'magicLink',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. {{ $json.link }}',
	description:
		'The magic link of a sent package. Your credential is not sent, and each download counts as a download by the recipient.',
};

export const scopeField: INodeProperties = {
	displayName: 'Files to Download',
	name: 'scope',
	type: 'options',
	options: [
		{
			name: 'All Files (ZIP)',
			value: 'all',
			description: 'Not available for packages stored in S3',
		},
		{ name: 'Single File', value: 'one' },
	],
	default: 'one',
	description: 'What to download',
};

export const fileField: INodeProperties = {
	...locatorField({
		displayName: 'File',
		name: 'fileId',
		description:
			'The file to download. The list shows the files of the magic link, which counts as a view of its page. Not needed if the link points to a single file.',
		searchListMethod: 'searchFiles',
		urlPattern: 'https?:\\/\\/[^?#]+\\/p\\/[A-Za-z0-9_-]+\\/file\\/([A-Za-z0-9_-]+)(?![^\\/?#])',
		urlPlaceholder: 'e.g. https://files.example.com/p/…/file/a1B2c3D4e5F',
		idPlaceholder: 'e.g. a1B2c3D4e5F',
	}),
	required: false,
	// The list depends on the link, so n8n loads it again when the link changes.
	typeOptions: { loadOptionsDependsOn: [linkField.name] },
	displayOptions: { show: { scope: ['one'] } },
};

/** MiB. Off by default, because every request counts as a download by the recipient. */
const RANGES: RangeDefaults = { threshold: 64, partSize: 16, concurrency: 1 };

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file by magic link',
	description: 'Download one file of a package, or all files as a ZIP, using its magic link',
	fields: [linkField, scopeField, fileField, outputField],
	options: [
		...downloadOptions(RANGES, 'SpeedyFiles counts each part as a download by the recipient.'),
		{
			displayName: 'Expected SHA-256',
			name: 'expectedSha256',
			type: 'string',
			isSafeguard: true,
			default: '',
			placeholder: 'e.g. {{ $json.files[0].sha256 }}',
			description:
				'The expected SHA-256 of the file. The node fails if the downloaded file does not match.',
		},
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const url = downloadUrl(item);
		const isZip = parameter('scope') === 'all';
		const settings = readDownloadSettings(item, RANGES);
		const expected = optionalText(option('expectedSha256'))?.toLowerCase();
		const { binary, ...file } = await downloadFile(
			functions,
			{ url, name: optionalText(option('fileName')) },
			{
				...settings,
				sha256: settings.sha256 || expected !== undefined,
				host: isZip ? magicLinkHost : magicLinkFileHost,
				tailSize: isZip ? MAX_ZIP_END_BYTES : 0,
				objection(downloaded, tail) {
					if (expected && downloaded.sha256 !== expected)
						return hashMismatchError(item, downloaded, expected);
					return isZip && !hasEndOfZip(tail, downloaded.size)
						? truncatedZipError(item, downloaded)
						: undefined;
				},
			},
		);
		return fileResult(item, binary, { ...file, url });
	},
};

function truncatedZipError(
	{ functions, itemIndex }: ItemContext,
	{ size }: Omit<Downloaded, 'binary'>,
) {
	const description = 'The connection or SpeedyFiles ended the download early. Run the node again.';
	return new NodeOperationError(
		functions.getNode(),
		`The ZIP file is incomplete: it ends after ${size} bytes without an end record`,
		{ itemIndex, description },
	);
}

function hashMismatchError(
	{ functions, itemIndex }: ItemContext,
	{ fileName, sha256 }: Omit<Downloaded, 'binary'>,
	expected: string,
) {
	const description = `The SHA-256 is ${sha256}, but ${expected} was expected. Make sure Magic Link, File and Expected SHA-256 belong to the same package.`;
	return new NodeOperationError(
		functions.getNode(),
		`“${fileName}” does not match the expected SHA-256`,
		{ itemIndex, description },
	);
}

/** A magic link, or one of the download links on its page (SpeedyFiles source, app/routes/public.py). */
const LINK = /^(.*\/p\/[\w-]+)(?:\/(?:file\/([\w-]+)|zip))?\/?$/;

/**
 * The download URL of one file, or of all files as a ZIP. The magic link may also point to a single file.
 * @throws NodeOperationError that names the empty or invalid field
 */
export function downloadUrl(item: ItemContext): string {
	const { functions, parameter, locator } = item;
	const { link, fileId } = readLink(item, parameter(linkField.name));
	if (parameter('scope') === 'all') return `${link}/zip`;
	const id = locator(fileField.name) || fileId;
	return `${link}/file/${pathSegment(functions, fileField.displayName, id)}`;
}

interface MagicLink {
	/** The URL of its page. */
	link: string;
	/** The file, if it points to a single one. */
	fileId?: string;
}

/** Parses a magic link, or a link to one of its files; undefined for any other value. */
export function parseMagicLink(value: unknown): MagicLink | undefined {
	const url = parseHttpUrl(value);
	const found = url && LINK.exec(url.pathname);
	return url && found ? { link: url.origin + found[1], fileId: found[2] } : undefined;
}

function readLink(item: ItemContext, value: string): MagicLink {
	const parsed = parseMagicLink(value);
	if (parsed) return parsed;
	throw invalidParameter(
		item,
		linkField.displayName,
		'is not a valid magic link',
		'It looks like https://files.example.com/p/… You can find it as link in the output of Send or Finalize.',
	);
}

/** The largest size in bytes of the end of a ZIP file: ZIP64 records, end record and the longest comment. */
export const MAX_ZIP_END_BYTES = 22 + 65_535 + 20 + 56;

const END_RECORD = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_RECORD = 0x06064b50;

/**
 * Whether a ZIP file ends with an end record that points to the central directory directly before it (APPNOTE.TXT,
 * 4.3.16). SpeedyFiles streams ZIP files without a Content-Length, so nothing else reveals a truncated download.
 * @param tail the last {@link MAX_ZIP_END_BYTES} bytes, or the whole file if it is shorter
 * @param size the size of the whole file in bytes
 */
export function hasEndOfZip(tail: Buffer, size: number): boolean {
	const start = size - tail.length;
	for (let at = tail.length - 22; at >= 0; at--) {
		if (tail.readUInt32LE(at) !== END_RECORD) continue;
		if (at + 22 + tail.readUInt16LE(at + 20) !== tail.length) continue;
		// A comment may look like an end record, so continue searching before it.
		if (endsList(tail, at, start) || endsListOfZip64(tail, at, start)) return true;
	}
	return false;
}

function endsList(tail: Buffer, at: number, start: number): boolean {
	const [length, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
	return offset + length === start + at;
}

/**
 * Numbers too large for the end record are in a ZIP64 end record (4.3.14). The locator before the end record points to
 * it.
 */
function endsListOfZip64(tail: Buffer, at: number, start: number): boolean {
	const locator = at - 20;
	if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR) return false;
	const position = Number(tail.readBigUInt64LE(locator + 8));
	const record = position - start;
	if (record < 0 || record + 56 > locator || tail.readUInt32LE(record) !== ZIP64_RECORD) {
		return false;
	}
	const [length, offset] = [record + 40, record + 48].map((place) =>
		Number(tail.readBigUInt64LE(place)),
	);
	return offset + length === position;
}

export const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [download],
	initial: download.value,
};
