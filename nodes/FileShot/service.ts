import { isJsonObject, type Json, type Service, textOf } from '../shared/service';

/**
 * FileShot's dialect: a bearer key, JSON. The docs show no error body; FileShot's own desktop clients read `error`, some
 * `message`, and take a body that is no JSON for the text.
 */
export const fileShot: Service = {
	name: 'FileShot',
	credential: 'fileShotApi',
	secretFields: { apiKey: 'API Key' },
	// The desktop clients have it in their base URL, the docs in the paths.
	apiPath: '/api',
	otherAddresses: { linkBaseUrl: { label: 'Link Base URL' } },
	errorMessage(body) {
		if (!isJsonObject(body)) return textOf(body)?.trim().slice(0, 300);
		const { error } = body;
		return textOf(isJsonObject(error) ? error.message : error) ?? textOf(body.message);
	},
	reportsFailure: (body) => isJsonObject(body) && body.success === false,
	advice: {
		400: 'Correct the field that the message names. FileShot also refuses files that can be run (such as .exe, .bat, .js, .sh, .php or .apk): put them into a ZIP first.',
		401: 'Check the API Key in the FileShot credential. FileShot makes new ones in the account dashboard.',
		403: 'The key is good, but the tier of the account does not allow this: the API needs Creator or higher, and only the owner of a file may delete it.',
		404: 'The file does not exist, or it has expired. Get Many lists what is there.',
		409: 'The custom slug may be taken. Choose another one.',
		413: 'The file is larger than the tier of the account allows, or than FileShot takes in one request (100 MB): lower Send in Parts From in Options, or choose a higher tier.',
		429: 'The tier of the account allows only so many requests. Lower Items at Once under Options → Batching, or run the workflow less often.',
		503: 'FileShot is out of service for the moment. Try again later.',
	},
};

/** FileShot, or the delivery network that it sends a download on to. The key does not go there. */
export const fileHost: Service = {
	...fileShot,
	advice: {
		...fileShot.advice,
		403: 'The file may not be fetched with this key: its tier is too low, or the file is protected by a password or a price.',
		410: 'The file has expired.',
	},
};

/** Ways of naming a file that appear in its URLs: the page of the link, older forms of it, and the API. */
export const FILE_URL =
	'^https?://[^/?#]+(?:/[^?#]*)?/(?:f/|d/|downloads\\.html\\?f=|api/files/(?:download/|info/)?)([^/?#&]+)';

/** The thing that an answer is about; some servers put it into an envelope. */
export function objectOf(body: unknown): Json {
	if (!isJsonObject(body)) return {};
	const inner = [body.file, body.data].find(isJsonObject);
	return inner ? { ...body, ...inner } : body;
}
