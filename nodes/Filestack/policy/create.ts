import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../../shared/dates';
import type { ItemContext, Operation } from '../../shared/operation';
import { optionalText } from '../../shared/parameters';
import { expiryFields, expiryOf } from '../expiry';
import { handleIn } from '../handle';
import { needAppSecret, signed } from '../service';
import type { Policy, PolicyCall } from '../signing';
import { callsField, policyOptions } from './createFields';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create policy',
	description:
		'Create a signed policy that lets a browser or app use Filestack without your App Secret',
	fields: [callsField, ...expiryFields],
	options: policyOptions,
	async execute(item) {
		const policy = policyOf(item);
		const appSecret = await needAppSecret(item.functions, 'A policy');
		return {
			json: {
				...(policy as unknown as IDataObject),
				...signed(policy, appSecret),
				expiresAt: isoDate(policy.expiry),
			},
		};
	},
};

/** @throws NodeOperationError that names the invalid field */
function policyOf(item: ItemContext): Policy {
	const { option } = item;
	const handle = optionalText(option('handle'));
	const policy: Policy = {
		expiry: expiryOf(item),
		call: item.parameter<PolicyCall[]>(callsField.name),
		handle: handle && handleIn(handle),
		url: optionalText(option('url')),
		path: optionalText(option('path')),
		container: optionalText(option('container')),
		minSize: option<number>('minSize'),
		maxSize: option<number>('maxSize'),
	};
	const given = Object.entries(policy).filter(([, value]) => value !== undefined);
	return Object.fromEntries(given) as unknown as Policy;
}
