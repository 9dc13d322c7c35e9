import { NodeOperationError } from 'n8n-workflow';

import { outputField, sha256Option, stallOption } from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { type Downloaded, downloadFile } from '../../shared/files/download';
import { transferSettings } from '../../shared/files/settings';
import { magicLinkFileHost, magicLinkHost } from '../service';
import { fileField, linkField, scopeField } from '../file';
import { downloadUrl } from './magicLink';
import { MAX_ZIP_END_BYTES, hasEndOfZip } from './zip';

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download one file of a package, or all files as a ZIP, using its magic link',
	fields: [linkField, scopeField, fileField, outputField],
	options: [
		sha256Option,
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
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. report.pdf',
			description: 'Overrides the file name in SpeedyFiles',
		},
		stallOption,
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const url = downloadUrl(item);
		const isZip = parameter('scope') === 'all';
		const settings = transferSettings(item);
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
		const field = parameter<string>('binaryPropertyName');
		return { json: { ...file, url, binaryPropertyName: field }, binary: { [field]: binary } };
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
