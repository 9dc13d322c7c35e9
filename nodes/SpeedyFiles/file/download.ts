import { NodeOperationError } from 'n8n-workflow';

import { outputField, sha256Option, stallOption } from '../../shared/fields';
import type { ItemContext, Operation } from '../../shared/operation';
import { optionalText } from '../../shared/parameters';
import { type Downloaded, downloadFile } from '../../shared/transfer/download';
import { transferSettings } from '../../shared/transfer/settings';
import { fileHost, linkHost } from '../service';
import { fileField, linkField, scopeField } from './fields';
import { downloadUrl } from './magicLink';
import { END_OF_ZIP, hasEndOfZip } from './zip';

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download a file',
	description: 'Fetch one file of a package by its magic link, or all of them as a ZIP',
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
				'The SHA-256 that the file must have, as the package says. Another file is an error and is not handed on.',
		},
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. report.pdf',
			description: 'Replaces the name that SpeedyFiles gives',
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
				host: isZip ? linkHost : fileHost,
				tailSize: isZip ? END_OF_ZIP : 0,
				objection(arrived, tail) {
					if (expected && arrived.sha256 !== expected) return differs(item, arrived, expected);
					return isZip && !hasEndOfZip(tail, arrived.size) ? cutOff(item, arrived) : undefined;
				},
			},
		);
		const field = parameter<string>('binaryPropertyName');
		return { json: { ...file, url, binaryPropertyName: field }, binary: { [field]: binary } };
	},
};

function cutOff({ functions, itemIndex }: ItemContext, { size }: Omit<Downloaded, 'binary'>) {
	const description = 'The connection, or SpeedyFiles itself, broke off. Run the node again.';
	return new NodeOperationError(
		functions.getNode(),
		`The ZIP file ends after ${size} bytes without its end record`,
		{ itemIndex, description },
	);
}

function differs(
	{ functions, itemIndex }: ItemContext,
	{ fileName, sha256 }: Omit<Downloaded, 'binary'>,
	expected: string,
) {
	const description = `Its SHA-256 is ${sha256}, the expected one is ${expected}. Check that the magic link, the File and the Expected SHA-256 belong to the same package.`;
	return new NodeOperationError(
		functions.getNode(),
		`“${fileName}” is not the file that was expected`,
		{ itemIndex, description },
	);
}
