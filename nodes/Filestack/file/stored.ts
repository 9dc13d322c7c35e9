import { NodeOperationError } from 'n8n-workflow';

import type { ItemContext } from '../../shared/operation';
import { isJsonObject, type Json, textOf } from '../../shared/service';

/** @throws NodeOperationError for an answer that does not say where the file is */
export function storedFile({ functions, itemIndex }: ItemContext, body: unknown): Json {
	if (isJsonObject(body) && (textOf(body.url) ?? textOf(body.handle))) return body;
	throw new NodeOperationError(
		functions.getNode(),
		'Filestack’s answer does not say where the file is',
		{
			itemIndex,
			description:
				'The answer has neither a URL nor a handle, so the file may not have been stored. Check the API Key and the addresses in the credential.',
		},
	);
}
