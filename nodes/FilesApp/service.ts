import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../shared/dates';
import { type Essential, isJsonObject, type Json, type Service, textOf } from '../shared/service';

/** Files App's dialect: a bearer key, JSON, errors as `{error: {code, message}}` (Files App docs, Errors). */
export const filesApp: Service = {
	name: 'Files App',
	credential: 'filesAppApi',
	secretFields: { apiKey: 'API Key' },
	errorMessage(body) {
		const error = isJsonObject(body) ? (body.error ?? body) : body;
		if (!isJsonObject(error)) return textOf(error);
		const [message, code] = [textOf(error.message), textOf(error.code)];
		return message && code ? `${message} (${code})` : (message ?? code);
	},
	advice: {
		400: 'Correct the field that the message names, then run the node again.',
		401: 'Check the API Key in the Files App credential. Files App makes new ones under Settings → API Keys.',
		403: 'The API key may not do this. Use a key of an account that owns the file or the folder.',
		404: 'There is no such file, or no such folder, in this account. It may have been deleted; Get Many lists what is there.',
		413: 'The file is larger than the plan of the account allows, or than Files App takes in one request: lower Send in Parts From in Options, or choose a larger plan.',
		429: 'The plan of the account allows only so many requests an hour. Run the workflow less often, on fewer items, or choose a larger plan.',
		500: 'Files App has a problem of its own. Try again later.',
	},
};

/** Ways of naming a file that appear in its URLs. */
export const FILE_URL = '^https?://[^/]+/(?:[^?#]*/)?files?/([^/?#]+)';

/**
 * A file as the service describes it, with normalised fields next to the service's own: `fileId`, and dates in ISO 8601
 * UTC. The service's `size` is in bytes already.
 */
export function describeFile(data: Json): IDataObject {
	const described: IDataObject = { ...(data as IDataObject), fileId: textOf(data.id) };
	const [createdAt, updatedAt] = [isoDate(data.created_at), isoDate(data.updated_at)];
	if (createdAt) described.createdAt = createdAt;
	if (updatedAt) described.updatedAt = updatedAt;
	return described;
}

/** A file with its ID. */
export const FILE: Essential<Json> = {
	what: 'a file ID',
	read: (body) => (isJsonObject(body) && textOf(body.id) ? body : undefined),
};
