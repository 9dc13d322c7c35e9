import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../../shared/dates';
import { optionalText, wholeNumber, wrong } from '../../shared/inputs';
import type { ItemContext, Operation } from '../../shared/operation';
import { expiryFields, expiryOf } from '../expiry';
import { handleIn } from '../handle';
import { needAppSecret, signed } from '../service';
import { type Policy, POLICY_CALLS, type PolicyCall } from '../signing';
import { callsField, policyOptions } from './createFields';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create a policy',
	description:
		'Sign what a browser or another program may do with Filestack, without giving it your App Secret',
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

/** @throws NodeOperationError that names the field which is wrong */
function policyOf(item: ItemContext): Policy {
	const { option } = item;
	const handle = optionalText(option('handle'));
	const policy: Policy = {
		expiry: expiryOf(item),
		call: callsOf(item),
		handle: handle && handleIn(handle),
		url: optionalText(option('url')),
		path: optionalText(option('path')),
		container: optionalText(option('container')),
		minSize: bytesOf(item, 'Min Size (Bytes)', option('minSize')),
		maxSize: bytesOf(item, 'Max Size (Bytes)', option('maxSize')),
	};
	const given = Object.entries(policy).filter(([, value]) => value !== undefined);
	return Object.fromEntries(given) as unknown as Policy;
}

/** A policy without calls would allow everything. */
function callsOf(item: ItemContext): PolicyCall[] {
	const chosen = [item.parameter<unknown>(callsField.name)].flat().map(String);
	const calls = POLICY_CALLS.filter((call) => chosen.includes(call));
	if (calls.length > 0 && calls.length === new Set(chosen).size) return calls;
	const what = calls.length === 0 ? 'is empty' : 'has a call that Filestack does not know';
	throw wrong(item, callsField.displayName, what, `Choose among ${POLICY_CALLS.join(', ')}.`);
}

const bytesOf = (item: ItemContext, label: string, value: unknown) =>
	value === undefined || value === '' ? undefined : wholeNumber(item, label, value, { min: 0 });
