import type { IDataObject } from 'n8n-workflow';

import {
	allowedHostsOption,
	giveUpOption,
	maxSizeOption,
	sha256Option,
	stallOption,
} from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { invalidParameter } from '../../shared/node/schema';
import { compareWithService } from '../../shared/files/streams';
import { inputFieldOf, uploadInOneRequest } from '../../shared/files/upload';
import { readTransferSettings } from '../../shared/files/settings';
import { readSourceFiles } from '../../shared/files/source';
import { describeFile, fileField, OVERWRITTEN, type SelectedFile, selectedFile } from '../handle';
import { filestack, oneRequestReceiver, requireAppSecret } from '../service';
import { policyQuery, renewed, TRANSFER_POLICY_MINUTES } from '../signing';
import { bodyContentType, mediaType } from './store';
import {
	base64Option,
	mimeTypeOption,
	onlyForSent,
	sourceFields,
	onlyForRelayed,
	verifyOption,
} from './fields';
import { omitUndefined } from './storeFields';
import { buildUrlCall, fetchRemote } from './storeUrl';
import { rejectVerifyWithBase64, verifyUpload } from './verify';

export const overwrite: Operation = {
	value: 'overwrite',
	name: 'Overwrite',
	action: 'Overwrite file',
	description:
		'Replace a file while keeping its handle. The CDN may serve the old file for a while.',
	fields: [fileField, ...sourceFields],
	options: [
		onlyForSent(base64Option),
		onlyForSent(sha256Option),
		onlyForSent(mimeTypeOption),
		onlyForSent(stallOption),
		onlyForRelayed(giveUpOption),
		onlyForRelayed(allowedHostsOption),
		onlyForRelayed(maxSizeOption),
		onlyForSent(verifyOption('Verify Upload', 'the uploaded file')),
	],
	async execute(item) {
		const { functions, parameter } = item;
		const selected = selectedFile(item);
		rejectVerifyWithBase64(item);
		await requireAppSecret(functions, 'Overwriting a file');
		if (parameter('source') !== 'url') return { json: await overwriteWithBytes(item, selected) };

		const { handle, segment } = selected;
		const call = { ...buildUrlCall(item, ['writeUrl'], {}, handle), expects: OVERWRITTEN };
		const data = await fetchRemote(item, { ...call, path: `/file/${segment}` });
		return { json: { ...describeFile(data), handle } };
	},
};

async function overwriteWithBytes(item: ItemContext, selected: SelectedFile): Promise<IDataObject> {
	const { functions, option } = item;
	const [file, ...more] = await readSourceFiles(item, filestack);
	if (more.length > 0) {
		const advice = 'A handle can only hold one file. Enter a single field name.';
		throw invalidParameter(item, 'Input Data Field Name', 'selects more than one file', advice);
	}
	const decode = option<boolean>('base64Decode') === true;
	const verify = option<boolean>('verify') === true;
	const settings = readTransferSettings(item);
	const { handle, segment } = selected;
	const mimeType = optionalText(option('mimeType')) ?? mediaType(file.mimeType);
	const { body: data, stats } = await uploadInOneRequest(
		item,
		oneRequestReceiver,
		{
			method: 'POST',
			path: `/file/${segment}`,
			expects: OVERWRITTEN,
			qs: renewed(TRANSFER_POLICY_MINUTES, () => ({
				...omitUndefined({ base64decode: decode ? 'true' : undefined }),
				...policyQuery(['write'], handle, TRANSFER_POLICY_MINUTES),
			})),
		},
		{ ...file, mimeType: bodyContentType(mimeType) },
		{ ...settings, sha256: (settings.sha256 || verify) && !decode },
	);
	if (!decode) compareWithService(functions.getNode(), file.fileName, stats, { size: data.size });
	if (verify) await verifyUpload(item, selected, file.fileName, stats);
	return {
		...describeFile(data),
		handle,
		...omitUndefined({ sha256: stats.sha256 }),
		...(verify && { verified: true }),
		...inputFieldOf(file),
	};
}
