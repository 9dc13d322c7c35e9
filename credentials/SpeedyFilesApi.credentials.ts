import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerOf } from '../nodes/shared/authentication';

/**
 * A user of a SpeedyFiles instance. Tested by the SpeedyFiles node: an instance that is not set up redirects every call
 * to a web page, which n8n's own test would take for success.
 */
export class SpeedyFilesApi implements ICredentialType {
	name = 'speedyFilesApi';

	displayName = 'SpeedyFiles API';

	icon: Icon = {
		light: 'file:../nodes/SpeedyFiles/speedyFiles.svg',
		dark: 'file:../nodes/SpeedyFiles/speedyFiles.dark.svg',
	};

	documentationUrl =
		'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/SpeedyFiles.md#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Instance URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://files.example.com',
			description: 'The address of your own SpeedyFiles server, with or without /api/v1',
		},
		{
			displayName: 'API Token',
			name: 'apiToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. sf_4F2eTjA…',
			description:
				'In SpeedyFiles in the user menu under Account → API Tokens, shown once. The token of an admin sees all packages, that of a regular user only their own.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'Only for the SpeedyFiles Trigger, which does not work without it. An admin gets it once, when the webhook is added under Settings → Webhooks. Several secrets: one per line.',
		},
	];

	authenticate: IAuthenticate = bearerOf('apiToken');
}
