import type { IDataObject } from 'n8n-workflow';

import { callApi } from '../shared/http/client';
import { bearerAuth } from '../shared/http/credential';
import { ANOTHER_SERVICE, credentialTest, judgeSuccess } from '../shared/http/credentialTest';
import {
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	type Service,
	textOf,
} from '../shared/http/service';
import type { Operation, Resource } from '../shared/node/operation';

/** The SpeedyFiles API: bearer token, JSON without an envelope, errors as `{detail}` (SpeedyFiles docs, REST API). */
export const speedyFiles: Service = {
	name: 'SpeedyFiles',
	credential: 'speedyFilesApi',
	secretFields: { apiToken: 'API Token' },
	baseUrlLabel: 'Instance URL',
	apiPath: '/api/v1',
	errorMessage: (body) => (isJsonObject(body) ? detailText(body.detail) : undefined),
	advice: {
		400: 'The package’s current status does not allow this. You can only upload to outbound packages that are drafts or active, and a package needs at least one file to be finalized. Use Package → Get to check its direction, status and files.',
		401: 'Check the API Token in the SpeedyFiles credential. It may have expired or been revoked, or its user may have been deleted. Create a new token in the user menu under Account → API Tokens.',
		403: 'This belongs to another user. Use that user’s token or an admin’s token.',
		405: 'This instance does not support the request. It may run a different version of SpeedyFiles. See /api/v1/docs on the instance.',
		409: 'This conflicts with existing data. Change the value named in the message.',
		413: 'The file is too large for the proxy in front of SpeedyFiles. Increase its limit (nginx: client_max_body_size).',
		422: 'Correct the fields named in the message, then run the node again.',
	},
	missingAdvice: (path) =>
		/^\/(?:packages|me\/tokens)\/./.test(path)
			? 'Not found on this instance. Check the ID, and that the credential points to the right instance. It may also have been deleted.'
			: undefined,
	pageAdvice: {
		// Until the setup is finished, every path redirects to /setup (SpeedyFiles source, app/routes/setup.py).
		303: 'The instance may not be set up yet. Open the Instance URL in a browser and finish the setup. If it is already set up, check the Instance URL in the SpeedyFiles credential.',
		413: 'The file is too large for the proxy in front of SpeedyFiles. Increase its limit (nginx: client_max_body_size).',
	},
};

/** The host of a magic link. Magic links need no authentication, so the credential is never sent to them. */
export const magicLinkHost: Service = {
	...speedyFiles,
	name: 'The magic link',
	advice: {
		400: 'Packages stored in S3 cannot be downloaded as a ZIP. Set Files to Download to Single File, and download the files individually.',
		403: 'The storage rejected the download link. Run the node again to get a new one.',
		404: 'The file was not found in this package. Check the file ID with Package → Get.',
		410: 'The link has expired, was revoked or is incomplete. Finalize a revoked package again to get a new link.',
	},
};

/** The host of a magic link, for a single file of the package. */
export const magicLinkFileHost: Service = {
	...magicLinkHost,
	advice: {
		...magicLinkHost.advice,
		// The link to S3 contains the file name as it is (SpeedyFiles source, app/storage/s3.py).
		400: 'The storage behind the link does not accept the request. From S3, SpeedyFiles cannot deliver files whose names contain curly quotation marks, emoji, Chinese or similar characters: rename the file and send it again. Otherwise, run the node again to get a new download link.',
	},
};

/**
 * The message of an error: a text, or FastAPI's list of invalid fields
 * (`[{"loc":["body","title"],"msg":"Field required"}]`).
 */
function detailText(detail: unknown): string | undefined {
	if (!Array.isArray(detail)) return textOf(detail);
	const problems = detail.filter(isJsonObject).map(({ loc, msg }) => {
		const field = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : '';
		return [field, textOf(msg)].filter(Boolean).join(': ');
	});
	return textOf(problems.filter(Boolean).join('; '));
}

/** An object with an ID. */
const objectWithId = (kind: string): ExpectedBody<JsonRecord> => ({
	what: `${kind} with an ID`,
	read: (body) => (isJsonObject(body) && idTextOf(body.id) ? body : undefined),
});

const ACCOUNT = objectWithId('an account');
export const PACKAGE = objectWithId('a package');
export const FILE = objectWithId('a file');

/** A new token. Only this response contains its value. */
export const NEW_TOKEN: ExpectedBody<JsonRecord> = {
	what: 'the value of the token',
	read: (body) => (isJsonObject(body) && textOf(body.token) ? body : undefined),
};

/**
 * Timeout in milliseconds for requests that send emails or webhooks. SpeedyFiles responds only afterwards: it waits up
 * to 30 s for each step of the SMTP dialogue and 8 s for each webhook. Up to 80 s were measured.
 */
export const NOTIFICATION_TIMEOUT = 300_000;

/** Requests the user of the token (SpeedyFiles docs, REST API: /me). */
export const speedyFilesApiTest = credentialTest(speedyFiles, {
	path: '/me',
	authenticate: bearerAuth('apiToken'),
	rejections: { 401: 'SpeedyFiles rejected the API Token' },
	judge: judgeSuccess(speedyFiles, (body) =>
		isJsonObject(body) && textOf(body.email) && textOf(body.role) ? undefined : ANOTHER_SERVICE,
	),
});

const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get account',
	description: 'Retrieve the user and role of the API token',
	fields: [],
	output: { names: { userId: ['id'], name: ['display_name'] } },
	async execute({ functions }) {
		const call = { method: 'GET', path: '/me', expects: ACCOUNT } as const;
		const { body } = await callApi(functions, speedyFiles, call);
		return { json: body as IDataObject };
	},
};

export const account: Resource = {
	value: 'account',
	name: 'Account',
	operations: [get],
	initial: get.value,
};

const health: Operation = {
	value: 'health',
	name: 'Check Health',
	action: 'Check instance health',
	description: 'Check whether the SpeedyFiles server is running. The API token is not verified.',
	fields: [],
	async execute({ functions }) {
		const call = { method: 'GET', path: '/health', expects: STATUS } as const;
		const { body } = await callApi(functions, speedyFiles, call);
		return { json: body as IDataObject, added: { healthy: body.status === 'ok' } };
	},
};

const STATUS: ExpectedBody<JsonRecord> = {
	what: 'a status',
	read: (body) => (isJsonObject(body) && textOf(body.status) ? body : undefined),
};

export const instance: Resource = {
	value: 'instance',
	name: 'Instance',
	operations: [health],
	initial: health.value,
};
