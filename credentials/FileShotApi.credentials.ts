import type { IAuthenticate, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { bearerAuth } from '../nodes/shared/http/credential';

/**
 * A FileShot account. The FileShot node tests it, because only its test distinguishes a wrong key from a tier that is
 * too low.
 */
export class FileShotApi implements ICredentialType {
	name = 'fileShotApi';

	displayName = 'FileShot API';

	icon: Icon = {
		light: 'file:../nodes/FileShot/fileShot.svg',
		dark: 'file:../nodes/FileShot/fileShot.dark.svg',
	};

	documentationUrl =
		'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/FileShot.md#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Found in the FileShot account dashboard. Requires the Creator tier or higher.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.fileshot.io',
			required: true,
			placeholder: 'e.g. https://api.fileshot.io',
			description: 'Only change this to use a proxy or a test server',
		},
		{
			displayName: 'Link Base URL',
			name: 'linkBaseUrl',
			type: 'string',
			default: 'https://fileshot.io',
			placeholder: 'e.g. https://fileshot.io',
			description: 'The base URL of download pages, used when FileShot does not return a link',
		},
		{
			displayName: 'Encryption Passphrase',
			name: 'encryptionPassphrase',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Optional. Used to encrypt and decrypt files with a passphrase if the node has none. It is never sent to FileShot.',
		},
	];

	authenticate: IAuthenticate = bearerAuth('apiKey');
}
