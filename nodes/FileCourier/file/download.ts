import { downloadFile } from '../../shared/files/download';
import { readTrustedUrl } from '../../shared/http/credential';
import { type RangeDefaults, readDownloadSettings } from '../../shared/files/settings';
import { downloadOptions, outputField } from '../../shared/node/fields';
import { fileResult, type Operation, type Resource } from '../../shared/node/operation';
import { deliveryHost, fileCourier } from '../service';

/** MiB. Presigned URLs of an object storage: parallel requests cost nothing. */
const RANGES: RangeDefaults = { threshold: 64, partSize: 16, concurrency: 4 };

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download delivered file',
	description: 'Download a file using the URL from a delivery',
	fields: [
		{
			displayName: 'File URL',
			name: 'url',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. {{ $json.file.url }}',
			hint: 'Valid for 24 hours after delivery',
			description: 'The file URL from the delivery. Your credential is not sent to this URL.',
		},
		outputField,
	],
	options: downloadOptions(RANGES),
	async execute(item) {
		const { functions, parameter, option } = item;
		const url = parameter<string>('url');
		const { binary, ...file } = await downloadFile(
			functions,
			{ url, name: option<string>('fileName') || undefined },
			{
				...readDownloadSettings(item, RANGES),
				host: deliveryHost,
				trustedUrl: await readTrustedUrl(functions, fileCourier),
			},
		);
		return fileResult(item, binary, { ...file, url });
	},
};

export const file: Resource = {
	value: 'file',
	name: 'File',
	operations: [download],
	initial: download.value,
};
