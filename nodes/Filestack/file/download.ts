import { readAddressField, readBaseUrl } from '../../shared/http/credential';
import { downloadOptions, outputField } from '../../shared/node/fields';
import { fileResult, type ItemContext, type Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { secretsOf } from '../../shared/http/secrets';
import { textOf } from '../../shared/http/service';
import { downloadFile } from '../../shared/files/download';
import { type RangeDefaults, readDownloadSettings } from '../../shared/files/settings';
import { fileField, type SelectedFile, selectedFile } from '../handle';
import { cdnLink, fileApiLink } from '../link';
import { filestack, readAppSecret } from '../service';
import { policyQuery, renewed, signPolicy, TRANSFER_POLICY_MINUTES } from '../signing';
import { cacheOption, verifyOption } from './fields';
import { anyField, readMetadata } from './metadata';
import { fetchStoredHash, hashMismatchError } from './verify';

/** MiB. Filestack does not limit the requests to its CDN. */
const RANGES: RangeDefaults = { threshold: 64, partSize: 16, concurrency: 4 };

export const download: Operation = {
	value: 'download',
	name: 'Download',
	action: 'Download file',
	description: 'Download a file',
	fields: [fileField, outputField],
	options: [
		cacheOption,
		...downloadOptions(RANGES),
		{
			displayName: 'Host',
			name: 'downloadFrom',
			type: 'options',
			options: [
				{ name: 'CDN', value: 'cdn', description: 'Fast worldwide (recommended by Filestack)' },
				{ name: 'File API', value: 'fileApi', description: 'Bypasses the CDN' },
			],
			default: 'cdn',
			description: 'The host to download from',
		},
		verifyOption('Verify Download', 'the downloaded file'),
	],
	async execute(item) {
		const { functions, option } = item;
		const selected = selectedFile(item);
		const verify = option<boolean>('verify') === true;
		const settings = readDownloadSettings(item, RANGES);
		const stored = verify ? await fetchStoredHash(item, selected) : undefined;
		const url = renewed(
			TRANSFER_POLICY_MINUTES,
			async () => await createDownloadLink(item, selected),
		);
		const { binary, ...file } = await downloadFile(
			functions,
			{ url: await url(), name: optionalText(option('fileName')) },
			{
				...settings,
				renewUrl: url,
				sha256: settings.sha256 || verify,
				host: filestack,
				nameOf: async () => await fetchFileName(item, selected),
				objection: (downloaded) =>
					stored ? hashMismatchError(item, downloaded, stored) : undefined,
			},
		);
		const { handle } = selected;
		return fileResult(item, binary, { handle, ...file, ...(verify && { verified: true }) });
	},
};

/**
 * Creates a link that is valid for this file for an hour, signed if the credential has an app secret. The link is never
 * output. It authorizes the download by itself: the credential is not sent, and a redirect does not pass the policy on.
 */
async function createDownloadLink(
	{ functions, option }: ItemContext,
	{ handle, segment }: SelectedFile,
) {
	const appSecret = await readAppSecret(functions);
	const { policy } = policyQuery(['read'], handle, TRANSFER_POLICY_MINUTES);
	const signedPolicy = appSecret ? signPolicy(policy, appSecret) : undefined;
	for (const text of Object.values(signedPolicy ?? {})) secretsOf(functions).add(text);
	const settings = { cache: option<boolean>('cache') };
	if (option('downloadFrom') === 'fileApi') {
		return fileApiLink(await readBaseUrl(functions, filestack), segment, signedPolicy, settings);
	}
	const cdn = await readAddressField(functions, filestack, 'cdnBaseUrl');
	return cdnLink(cdn, segment, signedPolicy, settings);
}

/** Retrieves the stored file name, for a response without one; undefined if Filestack has none or the request fails. */
async function fetchFileName(
	item: ItemContext,
	selected: SelectedFile,
): Promise<string | undefined> {
	const metadata = await readMetadata(item, selected, ['filename'], anyField(['filename'])).catch(
		() => undefined,
	);
	return textOf(metadata?.filename);
}
