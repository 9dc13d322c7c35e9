import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { basicAuth } from '../nodes/shared/http/credential';

/** A FileCourier project. The FileCourier node tests it, because only a 404 proves that these credentials are valid. */
export class FileCourierApi implements ICredentialType {
	name = 'fileCourierApi';

	displayName = 'FileCourier API';

	icon: Icon = {
		light: 'file:../nodes/FileCourier/fileCourier.svg',
		dark: 'file:../nodes/FileCourier/fileCourier.dark.svg',
	};

	documentationUrl =
		'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/FileCourier.md#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. fc_7fce16d7…',
			description: 'Found in the FileCourier dashboard under Projects',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Only shown once, when the project is created',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			description:
				'Required for the FileCourier Trigger and for Request and Wait. Found in the FileCourier dashboard under API settings. To rotate it, enter the old and the new secret, one per line.',
		},
		{
			displayName: 'Callback API Key',
			name: 'callbackApiKey',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			description:
				'Optional. Enter any key. FileCourier then sends it with each delivery of new sessions, and deliveries without it are rejected. To replace it, enter the new key and, on the next line, the old one.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.filecourier.io',
			required: true,
			placeholder: 'e.g. https://api.filecourier.io',
			description: 'Only change this to use a proxy or a test server',
		},
	];

	authenticate: IAuthenticate = basicAuth('clientId', 'clientSecret');
}
