import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../../shared/dates';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { expiryFields, readExpiry } from '../link';
import { extractHandle } from '../handle';
import { requireAppSecret, signUserPolicy } from '../service';
import type { Policy, PolicyCall } from '../signing';
import { callsField, policyOptions } from '../policy';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create policy',
	description:
		'Create a signed policy that lets a browser or app use Filestack without your App Secret',
	fields: [callsField, ...expiryFields],
	options: policyOptions,
	async execute(item) {
		const policy = readPolicy(item);
		const appSecret = await requireAppSecret(item.functions, 'A policy');
		return {
			json: {
				...(policy as unknown as IDataObject),
				...signUserPolicy(policy, appSecret),
				expiresAt: isoDate(policy.expiry),
			},
		};
	},
};

/** @throws NodeOperationError that names the invalid field */
function readPolicy(item: ItemContext): Policy {
	const { option } = item;
	const handle = optionalText(option('handle'));
	const policy: Policy = {
		expiry: readExpiry(item),
		call: item.parameter<PolicyCall[]>(callsField.name),
		handle: handle && extractHandle(handle),
		url: optionalText(option('url')),
		path: optionalText(option('path')),
		container: optionalText(option('container')),
		minSize: option<number>('minSize'),
		maxSize: option<number>('maxSize'),
	};
	const entries = Object.entries(policy).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as unknown as Policy;
}
