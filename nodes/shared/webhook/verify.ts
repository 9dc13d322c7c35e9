import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import type { Service } from '../http/service';
import { judgeDelivery } from './credential';
import { Refusal } from './handler';
import { digestIn, isSigned, secretsOf } from './signature';

type Headers = ReturnType<IWebhookFunctions['getRequestObject']>['headers'];

/** How a service signs its deliveries: HMAC-SHA256 in a header, under the `webhookSecret` of the credential. */
export interface SignatureScheme {
	service: Service;
	/** Lower case. */
	header: string;
	/** The forms of the delivery that may be signed, the raw bytes first. Each is only built when needed. */
	texts(raw: Buffer, headers: Headers): Iterable<Buffer | string>;
}

/**
 * Verifies the signature of a delivery, the cheapest check first: the header format, then the digests of the body.
 * Without a secret in the credential, rejects every delivery.
 * @param alsoRequired another check with the credential, for correctly signed deliveries
 * @returns why the delivery is rejected; undefined if it is valid
 */
export async function verifyDelivery(
	context: IWebhookFunctions,
	scheme: SignatureScheme,
	raw: Buffer,
	alsoRequired: (credential: IDataObject, headers: Headers) => Refusal | undefined = () =>
		undefined,
): Promise<Refusal | undefined> {
	const { headers } = context.getRequestObject();
	if (digestIn(headers[scheme.header]) === undefined) return notSigned();
	return await judgeDelivery(
		context,
		scheme.service,
		(credential) =>
			verifySignature(scheme, raw, headers, credential) ?? alsoRequired(credential, headers),
	);
}

function verifySignature(
	{ service, header, texts }: SignatureScheme,
	raw: Buffer,
	headers: Headers,
	{ webhookSecret }: IDataObject,
): Refusal | undefined {
	const secrets = secretsOf(webhookSecret);
	if (secrets.length === 0) return new Refusal(401, missingSecret(service));
	return isSigned(headers[header], texts(raw, headers), secrets) ? undefined : notSigned();
}

const notSigned = () => new Refusal(401, 'The signature does not match');

/** The message for a credential without a secret, shared by all checks. */
export const missingSecret = ({ name }: Service): string =>
	`The ${name} credential has no Webhook Secret, so deliveries cannot be verified`;

/**
 * Rejects a delivery signed too long ago or in the future, to prevent replay attacks.
 * @param signedAt milliseconds since 1970, part of the signed content
 * @param window seconds; 0 accepts any age
 * @returns why the delivery is rejected; undefined if its age is accepted
 */
export function verifyAge(signedAt: number | undefined, window: number): Refusal | undefined {
	if (window <= 0) return undefined;
	if (signedAt === undefined) {
		return new Refusal(
			400,
			`The delivery has no timestamp. To accept it, set “${MAX_AGE_LABEL}” to 0.`,
		);
	}
	const age = Math.abs(Date.now() - signedAt) / 1000;
	return age <= window
		? undefined
		: new Refusal(401, 'The delivery is too old, or the sender’s clock is wrong');
}

/** The label of the option that limits the age. */
export const MAX_AGE_LABEL = 'Maximum Age (Seconds)';
