import type { INodeProperties } from 'n8n-workflow';

import { simplifyField } from '../shared/node/fields';
import { existingOption, leadTimeFields, pollEventsField } from '../shared/polling/fields';
import { patternOption } from '../shared/webhook/fields';
import { EVENTS } from './polling';

export const pollingProperties: INodeProperties[] = [
	{
		displayName:
			'Use this trigger for events that SpeedyFiles does not send by webhook. For downloads, uploads, revocations and deletions, use the <b>SpeedyFiles Trigger</b>, which reacts immediately.',
		name: 'pollingNotice',
		type: 'notice',
		default: '',
	},
	pollEventsField(
		[
			{ name: 'Package Created', value: EVENTS.added, description: 'Including drafts' },
			{
				name: 'Package Expired',
				value: EVENTS.expired,
				description: 'An active package has expired',
			},
			{
				name: 'Package Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'An active package will expire within the lead time',
			},
		],
		[EVENTS.expired],
	),
	...leadTimeFields(EVENTS.expiringSoon, 'a package'),
	simplifyField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Direction',
				name: 'direction',
				type: 'options',
				options: [
					{ name: 'Inbound', value: 'inbound' },
					{ name: 'Outbound', value: 'outbound' },
				],
				default: 'outbound',
				description: 'Only trigger on packages sent in this direction',
			},
			existingOption('packages'),
			patternOption(
				'Recipient Email',
				'recipient',
				'e.g. *@acme.com',
				'packages for a matching address',
			),
			patternOption('Title', 'title', 'e.g. *invoice*', 'packages with a matching title'),
		],
	},
];
