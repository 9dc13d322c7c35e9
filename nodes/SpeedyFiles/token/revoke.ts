import { callApi, pathPart } from '../../shared/http';
import { locatorField } from '../../shared/locator';
import type { Operation } from '../../shared/operation';
import { confirmationOf } from '../../shared/service';
import { speedyFiles } from '../service';

const tokenField = locatorField({
	displayName: 'Token',
	name: 'tokenId',
	description:
		'The token that shall stop working. Not the one of this credential, unless you mean it.',
	searchListMethod: 'searchTokens',
	urlPattern: 'https?:\\/\\/[^?#]+\\/me\\/tokens\\/([0-9]+)',
	urlPlaceholder: 'e.g. https://files.example.com/api/v1/me/tokens/3',
	idPlaceholder: 'e.g. 3',
});

export const revoke: Operation = {
	value: 'revoke',
	name: 'Revoke',
	action: 'Revoke a token',
	description: 'Make an API token of the user in the credential stop working at once',
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
