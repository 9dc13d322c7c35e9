import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { authenticate } from '../nodes/Filestack/authenticate';

/** A Filestack app. Tested by the Filestack node, because a 404 is what proves these credentials good. */
export class FilestackApi implements ICredentialType {
	name = 'filestackApi';

	displayName = 'Filestack API';

	icon: Icon = {
		light: 'file:../nodes/Filestack/filestack.svg',
		dark: 'file:../nodes/Filestack/filestack.dark.svg',
	};

	documentationUrl =
		'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/Filestack.md#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'In the Filestack Developer Portal, on the page of the app',
		},
		{
			displayName: 'App Secret',
			name: 'appSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Signs what a call may do. Overwriting, deleting, EXIF and signed links always need it, everything else where the app has security switched on. In the Developer Portal under Security.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			description:
				'For the Filestack Trigger, which does not work without it. The Developer Portal shows it once, when a webhook is created. While you rotate it, enter both, one per line.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://www.filestackapi.com',
			required: true,
			placeholder: 'e.g. https://www.filestackapi.com',
			description: 'The File API. Change this only for a host name of your own or a test server.',
		},
		{
			displayName: 'CDN Base URL',
			name: 'cdnBaseUrl',
			type: 'string',
			default: 'https://cdn.filestackcontent.com',
			required: true,
			placeholder: 'e.g. https://cdn.filestackcontent.com',
			description: 'Where files are delivered from',
		},
		{
			displayName: 'Upload Base URL',
			name: 'uploadBaseUrl',
			type: 'string',
			default: 'https://upload.filestackapi.com',
			required: true,
			placeholder: 'e.g. https://upload.filestackapi.com',
			description: 'Where large files are uploaded in parts',
		},
		{
			displayName: 'Process Base URL',
			name: 'processBaseUrl',
			type: 'string',
			default: 'https://process.filestackapi.com',
			required: true,
			placeholder: 'e.g. https://process.filestackapi.com',
			description: 'Where files are stored from a URL with headers, tags or workflows',
		},
	];

	authenticate: IAuthenticate = async (credentials, options) =>
		await Promise.resolve(authenticate(credentials, options));
}
