import CryptoJS from 'crypto-js';
import { SandboxError } from '../../core/sandboxError.mts';

/** SpeedyFiles docs, Webhooks; for file_deleted: SpeedyFiles source, app/webhooks.py. */
export const EVENTS = [
	'package.created',
	'package.finalized',
	'package.file_uploaded',
	'package.file_deleted',
	'package.downloaded',
	'package.revoked',
	'package.deleted',
	'package.expired',
] as const;

export type Event = (typeof EVENTS)[number] | 'webhook.test';

/**
 * Hex HMAC-SHA256 of the body with the complete secret as the key, prefixed (SpeedyFiles docs, Webhooks, Verifying).
 */
export function signatureOf(body: string, secret: string): string {
	return `sha256=${CryptoJS.HmacSHA256(body, secret).toString(CryptoJS.enc.Hex)}`;
}

/** Compact JSON with all characters except printable ASCII as `\uXXXX` (SpeedyFiles source, app/webhooks.py). */
export function asciiJson(value: object): string {
	return JSON.stringify(value).replace(
		/[^\x20-\x7e]/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

/** Ignores unknown events; requires at least one known event (SpeedyFiles source, app/routes/admin_webhooks.py). */
export function validEvents(events: readonly string[]): Event[] {
	const known = EVENTS.filter((event) => events.includes(event));
	if (known.length === 0) {
		throw new SandboxError(`Select at least one of these events: ${EVENTS.join(', ')}.`);
	}
	return [...known].sort();
}
