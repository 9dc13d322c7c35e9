import type { IDataObject } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import type { Field } from '../../shared/node/schema';
import type { OutputItem } from '../../shared/node/output';
import { describePackage, packageOutput } from '../describe';
import { NOTIFICATION_TIMEOUT, PACKAGE, speedyFiles } from '../service';
import { daysField, directionField, emailField, nameField, noteOption, titleField } from './fields';

/**
 * The API creates the link of an inbound package, but neither stores nor returns it (SpeedyFiles source,
 * app/routes/api.py).
 */
const NO_LINK = 'SpeedyFiles did not email or return the upload link for this inbound package.';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create package',
	description:
		'Create a draft package for a recipient. Add files with Upload File, then send it with Finalize.',
	fields: [titleField, emailField, nameField, directionField, daysField],
	output: packageOutput,
	options: [noteOption],
	async execute(item) {
		const created = await createPackage(item, item.parameter('direction'));
		const { direction, magic_link, upload_url } = created.json;
		if (direction !== 'inbound' || (magic_link ?? upload_url)) return created;
		return { ...created, added: { ...created.added, notice: NO_LINK } };
	},
};

/** Creates a package from the fields of the item. */
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
	return describePackage(body, serviceTime(headers));
}

function packageRequest(item: ItemContext, direction: string): IDataObject {
	const text = ({ name }: Field) => item.parameter<string>(name).trim();
	const note = optionalText(item.option(noteOption.name));
	return {
		title: text(titleField),
		recipient_email: text(emailField),
		recipient_name: text(nameField),
		direction,
		ttl_days: item.parameter<number>(daysField.name),
		...(note && { note }),
	};
}
