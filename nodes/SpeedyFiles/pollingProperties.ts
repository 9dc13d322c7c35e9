import type { INodeProperties } from 'n8n-workflow';

import { simplifyField } from '../shared/fields';
import { existingOption, leadTimeFields, pollEventsField } from '../shared/polling/fields';
import { patternOption } from '../shared/webhook/fields';
import { EVENTS } from './watchedPackages';

export const pollingProperties: INodeProperties[] = [
	{
		displayName:
			'For what SpeedyFiles does not send by webhook. For downloads, uploads, revocations and deletions use the <b>SpeedyFiles Trigger</b>, which is told at once.',
		name: 'pollingNotice',
		type: 'notice',
		default: '',
	},
	pollEventsField(
		[
			{ name: 'Package Created', value: EVENTS.added, description: 'Also while it is a draft' },
			{
				name: 'Package Expired',
				value: EVENTS.expired,
				description: 'It was active, and its time is over',
			},
			{
				name: 'Package Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'It is active, and its expiry is closer than the lead time',
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
				description: 'Takes only packages that go this way',
			},
			existingOption('packages'),
			patternOption(
				'Recipient Email',
				'recipient',
				'e.g. *@acme.com',
				'packages for such an address',
			),
			patternOption('Title', 'title', 'e.g. *invoice*', 'packages with such a title'),
		],
	},
];
