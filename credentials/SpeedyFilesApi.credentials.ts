import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerAuth } from '../nodes/shared/http/credential';

/**
 * A user of a SpeedyFiles instance. The SpeedyFiles node tests it, because an instance that is not set up redirects
 * every request to a web page, which n8n's own credential test would accept.
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
			description: 'The URL of your SpeedyFiles server, with or without /api/v1',
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
				'Created in SpeedyFiles under Account → API Tokens and only shown once. An admin’s token can access all packages, a regular user’s token only their own.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'Required for the SpeedyFiles Trigger. Only shown once, when an admin adds a webhook under Settings → Webhooks. To rotate it or to use several webhooks, enter the secrets, one per line.',
		},
	];

	authenticate: IAuthenticate = bearerAuth('apiToken');
}
