import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import type { Service } from '../service';
import { Refusal } from './receive';
import { isSigned, secretsOf } from './signature';

type Headers = ReturnType<IWebhookFunctions['getRequestObject']>['headers'];

/** How a service signs what it delivers: HMAC-SHA256 in a header, under the `webhookSecret` of the credential. */
export interface SignatureScheme {
	service: Service;
	/** Lower case. */
	header: string;
	/** The forms of the delivery that may be signed, the one over the raw bytes first. */
	texts(raw: Buffer, headers: Headers): Array<Buffer | string>;
}

/** Why a delivery is not believed; undefined if it is. Without a secret in the credential nothing is. */
export function verifySignature(
	{ service, header, texts }: SignatureScheme,
	raw: Buffer,
	headers: Headers,
	{ webhookSecret }: IDataObject,
): Refusal | undefined {
	const secrets = secretsOf(webhookSecret);
	if (secrets.length === 0) {
		return new Refusal(
			401,
			`No Webhook Secret is set in the ${service.name} credential of this trigger, so no delivery can be verified`,
		);
	}
	return isSigned(headers[header], texts(raw, headers), secrets)
		? undefined
		: new Refusal(401, 'The signature does not match');
}

/**
 * Why a signed delivery is too old, or from the future; undefined if it is neither. Ends the use of a delivery that
 * somebody has recorded.
 * @param signedAt milliseconds since 1970, out of what was signed
 * @param window seconds; 0 lets any age through
 */
export function verifyAge(signedAt: number | undefined, window: number): Refusal | undefined {
	if (window <= 0) return undefined;
	if (signedAt === undefined)
		return new Refusal(400, 'The delivery does not say when it was signed');
	const age = Math.abs(Date.now() - signedAt) / 1000;
	return age <= window
		? undefined
		: new Refusal(401, 'The delivery was signed too long ago, or its sender’s clock is wrong');
}
