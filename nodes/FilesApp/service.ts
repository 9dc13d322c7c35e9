import { bearerAuth } from '../shared/http/credential';
import { ANOTHER_SERVICE, credentialTest, judgeSuccess } from '../shared/http/credentialTest';
import { SMALLER_REQUESTS } from '../shared/http/optionAdvice';
import {
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	type Service,
	textOf,
	UPLOAD_IS_MISSING,
} from '../shared/http/service';
import type { OutputShape } from '../shared/node/output';

const FILE_IS_MISSING =
	'The file was not found in this account. It may have been deleted. Use Get Many to list the available files.';

/** The Files App API: bearer key, JSON, errors as `{error: {code, message}}` (Files App docs, Errors). */
export const filesApp: Service = {
	name: 'Files App',
	credential: 'filesAppApi',
	secretFields: { apiKey: 'API Key' },
	usualAddress: 'https://files-app.com/api/v2',
	errorMessage(body) {
		const error = isJsonObject(body) ? (body.error ?? body) : body;
		if (!isJsonObject(error)) return textOf(error);
		const [message, code] = [textOf(error.message), textOf(error.code)];
		return message && code ? `${message} (${code})` : (message ?? code);
	},
	advice: {
		400: 'Correct the field named in the message, then run the node again.',
		401: 'Check the API Key in the Files App credential. You can create a new key under Settings → API Keys.',
		403: 'This API key does not have permission. Use a key from the account that owns the file or folder.',
		404: FILE_IS_MISSING,
		413: 'The file is too large for your plan or for a single request. A higher plan may accept it.',
		429: 'The hourly request limit of your plan has been reached. Run the workflow less often or with fewer items, or upgrade your plan.',
		500: 'Files App is temporarily unavailable. Try again later.',
	},
	// The limit is per hour, so that fewer requests at once do not help.
	optionAdvice: {
		404: [
			{
				fields: ['folderId'],
				text: (place) => `If you use ${place}, check that the folder exists in this account.`,
			},
		],
		413: SMALLER_REQUESTS,
		429: [],
	},
	missingAdvice(path) {
		if (path === '/chunks') return UPLOAD_IS_MISSING;
		if (path === '/chunks/complete') return 'The server no longer has this upload.';
		return /^\/(?:files\/.|share$)/.test(path) ? FILE_IS_MISSING : undefined;
	},
};

/** A pattern for the URLs of a file. */
export const FILE_URL = '^https?://[^/]+/(?:[^?#]*/)?files?/([^/?#]+)';

/** `{id, name, size, encrypted, mime_type, created_at, updated_at}` (Files App docs). */
export const fileOutput: OutputShape = { names: { fileId: ['id'] } };

/** A file with an ID, which is returned as text. */
export const FILE: ExpectedBody<JsonRecord> = {
	what: 'a file ID',
	read(body) {
		const id = isJsonObject(body) ? idTextOf(body.id) : undefined;
		return isJsonObject(body) && id ? { ...body, id } : undefined;
	},
};

export const FILES: ExpectedBody<JsonRecord & { files: unknown[] }> = {
	what: 'a list of files',
	read: (body) =>
		isJsonObject(body) && Array.isArray(body.files) ? { ...body, files: body.files } : undefined,
};

/** Lists one file, the smallest request that requires a valid key: Files App has no route that returns the account. */
export const filesAppApiTest = credentialTest(filesApp, {
	path: '/files',
	qs: { per_page: '1' },
	authenticate: bearerAuth('apiKey'),
	rejections: {
		401: 'Files App rejected the API Key',
		403: 'This API Key does not have permission to list files',
	},
	judge: judgeSuccess(filesApp, (body, status) =>
		FILES.read(body, status)?.files.every(isNamedFile) ? undefined : ANOTHER_SERVICE,
	),
});

function isNamedFile(file: unknown): boolean {
	return isJsonObject(file) && idTextOf(file.id) !== undefined && textOf(file.name) !== undefined;
}
