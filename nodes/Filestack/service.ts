import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { pastedText } from '../shared/blanks';
import { isJsonObject, type Service, textOf } from '../shared/service';
import { type Policy, type SignedPolicy, signPolicy } from './signing';

/**
 * Filestack's dialect. Its hosts word their errors differently: `{"result":"error","error":{"code","msg"}}` (File API),
 * `{"error":"…"}` (processing, uploads), plain text (CDN).
 */
export const filestack: Service = {
	name: 'Filestack',
	credential: 'filestackApi',
	secretFields: { apiKey: 'API Key' },
	apiPath: '/api',
	// With the paths that the documentation shows behind them.
	otherAddresses: {
		cdnBaseUrl: { label: 'CDN Base URL' },
		uploadBaseUrl: { label: 'Upload Base URL', path: '/multipart' },
		processBaseUrl: { label: 'Process Base URL', path: '/process' },
	},
	errorMessage: (body) => wordsOf(body)?.replace(PROOF, '…'),
	// The policy goes out signed, as the credential signs it.
	secretsIn: ({ policy }, { appSecret }) =>
		typeof policy === 'string'
			? Object.values(signPolicy(policy, pastedText(appSecret) ?? ''))
			: [],
	// A store call with an unknown key is answered 200 with such a text (filestack-python, issue 71).
	reportsFailure: (body) =>
		typeof body === 'string'
			? /^[^<{]*(invalid|error|denied)/i.test(body)
			: isJsonObject(body) && body.result === 'error',
	advice: {
		200: 'Check the API Key in the Filestack credential. You can find it in the Developer Portal.',
		400: 'Correct the value named in the message, then run the node again.',
		401: 'Check the API Key and App Secret in the Filestack credential. Both must belong to the same app. The App Secret signs policies and is not the webhook secret.',
		403: 'The request was not allowed. Make sure the App Secret for this API Key is set in the Filestack credential. If it is, check the clock of the n8n server: signatures are only valid for a few minutes.',
		404: 'The file was not found or has been deleted. Check the handle, and that the credential belongs to the app that stored it.',
		413: 'The file is too large for one request. Lower “Split Files Larger Than (MiB)” under Options.',
		429: 'Lower “Concurrent Items” under Options → Batching, or run the workflow less often.',
	},
};

/** The service's words; what is in them of a policy or its signature stays here. */
function wordsOf(body: unknown): string | undefined {
	if (typeof body === 'string') return /^\s*</.test(body) ? undefined : textOf(body.slice(0, 300));
	if (!isJsonObject(body)) return undefined;
	const { error } = body;
	return isJsonObject(error) ? textOf(error.msg) : textOf(error);
}

/** An encoded policy (the JSON begins with a brace), or the hex signature of one. */
const PROOF = /eyJ[\w+/=-]{8,}|\b[0-9a-f]{64}\b/gi;

/** Where the parts of a large file are put: to addresses that are signed for themselves. It answers in XML. */
export const storage: Service = {
	...filestack,
	name: 'Filestack’s object storage',
	errorMessage: (body) => /<Message>([^<]{1,300})<\/Message>/.exec(String(body))?.[1],
	advice: {
		403: 'The upload URL of the part was rejected repeatedly. Check the clock of the n8n server, then run the node again.',
		404: 'The upload no longer exists. Run the node again.',
	},
};

/** The app secret, undefined where the credential has none. */
export async function appSecretOf(functions: IExecuteFunctions): Promise<string | undefined> {
	const { appSecret } = await functions.getCredentials<{ appSecret?: unknown }>(
		filestack.credential,
	);
	return pastedText(appSecret) || undefined;
}

/** @throws NodeOperationError for a call that always needs a signature, where the credential has no app secret */
export async function needAppSecret(functions: IExecuteFunctions, what: string): Promise<string> {
	const appSecret = await appSecretOf(functions);
	if (appSecret) return appSecret;
	throw new NodeOperationError(functions.getNode(), `${what} requires the App Secret`, {
		description:
			'Add it to the Filestack credential. You can find it in the Developer Portal under Security.',
	});
}

/** A policy that the user asked for, or that opens a download. */
export const signed = (policy: Policy, appSecret: string): SignedPolicy =>
	signPolicy(JSON.stringify(policy), appSecret);
