import { type Essential, isJsonObject, type Json, type Service, textOf } from '../shared/service';

/** SpeedyFiles' dialect: a bearer token, JSON without an envelope, errors as `{detail}` (SpeedyFiles docs, REST API). */
export const speedyFiles: Service = {
	name: 'SpeedyFiles',
	credential: 'speedyFilesApi',
	secretFields: { apiToken: 'API Token' },
	addressField: 'Instance URL',
	apiPath: '/api/v1',
	errorMessage: (body) => (isJsonObject(body) ? detailText(body.detail) : undefined),
	advice: {
		400: 'The package is not in a state that allows this. Files go into outbound packages that are a draft or active, and finalizing needs at least one of them. Get the package to see its direction, status and files.',
		401: 'Check the API Token in the SpeedyFiles credential. Tokens can expire or be revoked, and end with their user: make a new one in the user menu under Account → API Tokens.',
		403: 'It belongs to another user. Use the token of that user, or one of an admin, which may do everything.',
		404: 'There is no such thing on this instance. Check the ID, that it was not deleted, and that the credential points at the right instance.',
		405: 'This instance does not know the call. It may run another version of SpeedyFiles: compare with its /api/v1/docs.',
		409: 'It conflicts with something that exists already. Change the value that the message names.',
		413: 'The file is larger than a proxy in front of SpeedyFiles allows. Raise its limit (nginx: client_max_body_size).',
		422: 'Correct the fields that the message names, then run the node again.',
		429: 'Lower Items at Once under Options → Batching, or run the workflow less often.',
	},
	pageAdvice: {
		// SpeedyFiles source, app/routes/setup.py: until then every path leads to /setup.
		303: 'The instance may not be set up yet. Open the Instance URL in a browser and finish its setup; if it is, check the Instance URL in the SpeedyFiles credential.',
		413: 'The file is larger than a proxy in front of SpeedyFiles allows. Raise its limit (nginx: client_max_body_size).',
	},
};

/** Whoever has a magic link may use it: it never sees the credential. */
export const linkHost: Service = {
	...speedyFiles,
	name: 'The magic link',
	advice: {
		400: 'Packages that SpeedyFiles keeps in S3 cannot be fetched as a ZIP. Choose One File and fetch each by its ID.',
		403: 'The storage behind the link refuses it. Run the node again: the link itself leads to a fresh address.',
		404: 'The package behind the link has no such file, or none at all. Check the File ID with Package → Get.',
		410: 'The link has expired, was revoked, or was not copied whole. Finalize a revoked package anew to get another link.',
		429: 'Lower Items at Once under Options → Batching, or run the workflow less often.',
	},
};

/** The same for one file of the package. */
export const fileHost: Service = {
	...linkHost,
	advice: {
		...linkHost.advice,
		400: 'The storage behind the link does not accept the request. Run the node again: the link leads to a fresh address each time.',
	},
};

/**
 * The words of an error: a text, or FastAPI's list of what is wrong with which field
 * (`[{"loc":["body","title"],"msg":"Field required"}]`).
 */
function detailText(detail: unknown): string | undefined {
	if (!Array.isArray(detail)) return textOf(detail);
	const faults = detail.filter(isJsonObject).map(({ loc, msg }) => {
		const place = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : '';
		return [place, textOf(msg)].filter(Boolean).join(': ');
	});
	return textOf(faults.filter(Boolean).join('; '));
}

/** One thing with its ID. */
const thing = (kind: string): Essential<Json> => ({
	what: `${kind} with an ID`,
	read: (body) =>
		isJsonObject(body) && (textOf(body.id) || typeof body.id === 'number') ? body : undefined,
});

export const ACCOUNT = thing('an account');
export const PACKAGE = thing('a package');
export const FILE = thing('a file');

/** For a token that was created; its text is shown only this once. */
export const NEW_TOKEN: Essential<Json> = {
	what: 'the text of the token',
	read: (body) => (isJsonObject(body) && textOf(body.token) ? body : undefined),
};

/**
 * Milliseconds for calls that mail the recipient or fire webhooks. SpeedyFiles responds only afterwards: 30 s for each
 * step of the mail dialogue, 8 s for each webhook; 80 s were measured.
 */
export const NOTIFYING = 300_000;
