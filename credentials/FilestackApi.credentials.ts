import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { authenticate } from '../nodes/Filestack/signing';

/** A Filestack app. The Filestack node tests it, because only a 404 proves that these credentials are valid. */
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
			description: 'Found in the Filestack Developer Portal, on your app’s page',
		},
		{
			displayName: 'App Secret',
			name: 'appSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Found in the Developer Portal under Security. Required to overwrite or delete files, read EXIF data, analyze files and texts, run workflows, and create policies and signed links, and for all requests if security is enabled for the app.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true, rows: 2 },
			default: '',
			description:
				'Required for the Filestack Trigger. Only shown once, when you create a webhook in the Developer Portal. To rotate it or to use several webhooks, enter the secrets, one per line.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://www.filestackapi.com',
			required: true,
			placeholder: 'e.g. https://www.filestackapi.com',
			description:
				'The URL of the File API. Only change this for a custom domain or a test server.',
		},
		{
			displayName: 'CDN Base URL',
			name: 'cdnBaseUrl',
			type: 'string',
			default: 'https://cdn.filestackcontent.com',
			required: true,
			placeholder: 'e.g. https://cdn.filestackcontent.com',
			description: 'The URL that files are served from and processed at',
		},
		{
			displayName: 'Upload Base URL',
			name: 'uploadBaseUrl',
			type: 'string',
			default: 'https://upload.filestackapi.com',
			required: true,
			placeholder: 'e.g. https://upload.filestackapi.com',
			description: 'The URL for multipart uploads',
		},
		{
			displayName: 'Process Base URL',
			name: 'processBaseUrl',
			type: 'string',
			default: 'https://process.filestackapi.com',
			required: true,
			placeholder: 'e.g. https://process.filestackapi.com',
			description: 'The URL used to store files from a URL with headers, tags or workflows',
		},
	];

	authenticate: IAuthenticate = async (credentials, options) =>
		await Promise.resolve(authenticate(credentials, options));
}
