import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerAuth } from '../nodes/shared/http/credential';

/**
 * A Files App account. The Files App node tests it, because only its test distinguishes a wrong key from a wrong URL.
 */
export class FilesAppApi implements ICredentialType {
	name = 'filesAppApi';

	displayName = 'Files App API';

	icon: Icon = {
		light: 'file:../nodes/FilesApp/filesApp.svg',
		dark: 'file:../nodes/FilesApp/filesApp.dark.svg',
	};

	documentationUrl =
		'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/FilesApp.md#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. sk_live_…',
			description: 'Found in Files App under Settings → API Keys',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://files-app.com/api/v2',
			required: true,
			placeholder: 'e.g. https://files-app.com/api/v2',
			description:
				'Only change this to use a proxy or a test server. Must include the API version.',
		},
	];

	authenticate: IAuthenticate = bearerAuth('apiKey');
}
