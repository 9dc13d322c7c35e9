import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { basicOf } from '../nodes/shared/authentication';

/** A FileCourier project. Tested by the FileCourier node, because a 404 is what proves these credentials good. */
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
			description: 'In the FileCourier dashboard under Projects',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Shown once, when the project is created',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			description:
				'For the FileCourier Trigger and for Request and Wait, which do not work without it. In the FileCourier dashboard under API settings. While you rotate it, enter both, one per line.',
		},
		{
			displayName: 'Callback API Key',
			name: 'callbackApiKey',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			description:
				'A key of your own choice. If set, new sessions tell FileCourier to send it with each delivery, and the FileCourier Trigger refuses deliveries without it. While you replace it, enter the new key, and the old one on the next line.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.filecourier.io',
			required: true,
			placeholder: 'e.g. https://api.filecourier.io',
			description: 'Change this only to reach FileCourier through a proxy or a test server',
		},
	];

	authenticate: IAuthenticate = basicOf('clientId', 'clientSecret');
}
