import { type IDataObject, NodeOperationError } from 'n8n-workflow';

import { DAY, outlives, serviceTime } from '../../shared/dates';
import { passFiles } from '../../shared/files/source';
import { callApi } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import type { Field } from '../../shared/node/schema';
import type { OutputItem } from '../../shared/node/output';
import { describePackage, packageOutput } from '../describe';
import { NOTIFICATION_TIMEOUT, PACKAGE, speedyFiles } from '../service';
import { directionField, emailField, lifetime, nameField, noteOption, titleField } from './fields';

/**
 * The API creates the link of an inbound package, but neither stores nor returns it (SpeedyFiles source,
 * app/routes/api.py).
 */
const NO_LINK = 'SpeedyFiles did not email or return the upload link for this inbound package.';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create package without files',
	description:
		'Create a draft package for a recipient. Add files with Upload File, then send it with Finalize.',
	fields: [titleField, emailField, nameField, directionField, lifetime.count, lifetime.unit],
	output: packageOutput,
	options: [noteOption],
	async execute(item) {
		const created = await createPackage(item, item.parameter('direction'));
		const { direction, magic_link, upload_url } = created.json;
		const isUnreachable = direction === 'inbound' && !(magic_link ?? upload_url);
		const added = { ...created.added, ...(isUnreachable && { notice: NO_LINK }) };
		// With the input files, Upload File can follow directly.
		const { json: passedOn, binary } = passFiles(item);
		return { ...created, added, passedOn, ...(binary && { binary }) };
	},
};

/**
 * Creates a package from the fields of the item.
 * @throws NodeOperationError if the server has ignored its lifetime
 */
export async function createPackage(item: ItemContext, direction: string): Promise<OutputItem> {
	const { body, headers } = await callApi(item.functions, speedyFiles, {
		method: 'POST',
		path: '/packages',
		body: packageRequest(item, direction),
		expects: PACKAGE,
		timeout: NOTIFICATION_TIMEOUT,
		retryable: false,
		unknownResultHint:
			'SpeedyFiles may have created the package anyway. Use Package → Get Many to check.',
	});
	const now = serviceTime(headers);
	if (outlives(body.expires_at, now + lifetime.read(item))) {
		const message = 'SpeedyFiles created a package that does not expire when it should';
		throw new NodeOperationError(item.functions.getNode(), message, {
			itemIndex: item.itemIndex,
			description: `Its ID is ${String(body.id)}. No files were uploaded. Delete the package with Package → Delete, and check the version of the instance.`,
		});
	}
	return describePackage(body, now);
}

function packageRequest(item: ItemContext, direction: string): IDataObject {
	const text = ({ name }: Field) => item.parameter<string>(name).trim();
	const note = optionalText(item.option(noteOption.name));
	return {
		title: text(titleField),
		recipient_email: text(emailField),
		// SpeedyFiles requires a name (SpeedyFiles docs, REST API: POST /packages).
		recipient_name: text(nameField) || text(emailField),
		direction,
		ttl_days: lifetime.read(item) / DAY,
		...(note && { note }),
	};
}
