import { NodeApiError } from 'n8n-workflow';

import { type ApiCall, type ApiResponse, callApi } from '../shared/http/client';
import { SMALLER_REQUESTS } from '../shared/http/optionAdvice';
import {
	isJsonObject,
	type JsonRecord,
	type Service,
	type ServiceContext,
	textOf,
	UPLOAD_IS_MISSING,
} from '../shared/http/service';

/**
 * The FileShot API: bearer key and JSON. The docs show no error body; FileShot's desktop clients read `error`, some of
 * them `message`, and use a body that is not JSON as the message.
 */
export const fileShot: Service = {
	name: 'FileShot',
	credential: 'fileShotApi',
	secretFields: { apiKey: 'API Key' },
	usualAddress: 'https://api.fileshot.io',
	// The desktop clients include it in their base URL, the docs in each path.
	apiPath: '/api',
	otherAddresses: { linkBaseUrl: { label: 'Link Base URL' } },
	errorMessage(body) {
		if (!isJsonObject(body)) return textOf(body)?.trim().slice(0, 300);
		const { error } = body;
		return textOf(isJsonObject(error) ? error.message : error) ?? textOf(body.message);
	},
	reportsFailure: (body) => isJsonObject(body) && body.success === false,
	advice: {
		400: 'Correct the field named in the message. FileShot also rejects executable files (such as .exe, .bat, .js, .sh, .php or .apk). Compress these into a ZIP first.',
		401: 'Check the API Key in the FileShot credential. You can create a new key in the account dashboard.',
		403: 'The API key is valid, but the account is not allowed to do this. The API requires the Creator tier or higher, and only the owner of a file can delete it.',
		409: 'The custom slug may already be in use. Choose a different one.',
		413: 'The file is too large for your tier or for a single request (100 MB). A higher tier may accept it.',
		429: 'The request limit of your tier has been reached. Run the workflow less often or with fewer items.',
		503: 'FileShot is temporarily unavailable. Try again later.',
	},
	optionAdvice: { 413: SMALLER_REQUESTS },
	missingAdvice(path) {
		if (path.startsWith('/files/upload-chunk/')) return UPLOAD_IS_MISSING;
		const isOfFile = /^\/files\/(?!(?:init-upload|pre-upload|upload)$)./.test(path);
		return isOfFile ? FILE_IS_MISSING : undefined;
	},
};

const FILE_IS_MISSING =
	'The file does not exist or has expired. Use Get Many to list the available files.';

/** FileShot, or the delivery network that it redirects a download to. The API key is not sent to that network. */
export const fileHost: Service = {
	...fileShot,
	advice: {
		...fileShot.advice,
		403: 'This API key cannot download the file. The tier may be too low, or the file may be protected by a password or payment.',
		404: FILE_IS_MISSING,
		410: 'The file has expired.',
	},
};

/** A pattern for the URLs of a file: its link, older forms of the link, and the API. */
export const FILE_URL =
	'^https?://[^/?#]+(?:/[^?#]*)?/(?:f/|d/|downloads\\.html\\?f=|api/files/(?:download/|info/)?)([^/?#&]+)';

/** The object of a response, taken out of the envelope that some servers put it into. */
export function unwrapEnvelope(body: unknown): JsonRecord {
	if (!isJsonObject(body)) return {};
	const envelope = ['file', 'data', 'result'].find((name) => isJsonObject(body[name]));
	if (envelope === undefined) return body;
	const { [envelope]: inner, ...more } = body;
	return { ...more, ...(inner as JsonRecord) };
}

/** Whether the server does not know the file or the route (404 or 405). */
export const isNotFound = (error: unknown): error is NodeApiError =>
	error instanceof NodeApiError && /^40[45]$/.test(error.httpCode ?? '');

/**
 * Calls the documented route, and falls back to the route of FileShot's desktop clients if the server does not have it.
 * @throws the error of the documented route if the server has neither
 */
export async function callWithFallback<T>(
	context: ServiceContext,
	call: ApiCall<T>,
	desktopPath: string,
): Promise<ApiResponse<T>> {
	const request = async (path: string) =>
		await callApi(context, fileShot, { ...call, path }).catch((error: unknown) => {
			if (isNotFound(error)) return error;
			throw error;
		});
	const first = await request(call.path);
	// `callApi` takes the 404 of a repeated deletion for its success, but the server may only lack the route.
	if (!(first instanceof NodeApiError) && first.status !== 404) return first;
	const second = await request(desktopPath);
	if (!(second instanceof NodeApiError)) return second;
	if (first instanceof NodeApiError) throw first;
	return first;
}
