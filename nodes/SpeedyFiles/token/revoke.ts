import { callApi, pathPart } from '../../shared/http/client';
import { locatorField } from '../../shared/node/locator';
import type { Operation } from '../../shared/node/operation';
import { confirmationOf } from '../../shared/http/service';
import { speedyFiles } from '../service';

const tokenField = locatorField({
	displayName: 'Token',
	name: 'tokenId',
	description:
		'The token to revoke. If you revoke the token used by this credential, the credential stops working.',
	searchListMethod: 'searchTokens',
	urlPattern: 'https?:\\/\\/[^?#]+\\/me\\/tokens\\/([0-9]+)',
	urlPlaceholder: 'e.g. https://files.example.com/api/v1/me/tokens/3',
	idPlaceholder: 'e.g. 3',
});

export const revoke: Operation = {
	value: 'revoke',
	name: 'Revoke',
	action: 'Revoke token',
	description: 'Revoke an API token immediately',
	fields: [tokenField],
	async execute({ functions, locator }) {
		const id = locator(tokenField.name);
		await callApi(functions, speedyFiles, {
			method: 'DELETE',
			path: `/me/tokens/${pathPart(functions, tokenField.displayName, id)}`,
			needs: confirmationOf('the revocation', 'ok', 'revoked'),
		});
		return { json: { revoked: true, id: /^\d+$/.test(id) ? Number(id) : id } };
	},
};
