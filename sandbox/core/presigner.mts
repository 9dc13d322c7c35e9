import CryptoJS from 'crypto-js';
import { timingSafeEqual } from 'node:crypto';

export type PresignedState = 'valid' | 'expired' | 'forged';

/**
 * URLs that carry their own permission for a while. Path and query are signed, the host is not, so that they hold when
 * the sandbox comes back on another port.
 */
export class Presigner {
	readonly #key: string;

	constructor(key: string) {
		this.#key = key;
	}

	/** The URL with `expires` (Unix seconds) and `signature` (hex HMAC-SHA256) in its query. */
	sign(url: string, expiresAt: Date): string {
		const signed = new URL(url);
		signed.searchParams.set('expires', String(Math.floor(expiresAt.getTime() / 1000)));
		signed.searchParams.set('signature', this.#signature(signed));
		return signed.href;
	}

	/** Judges a received path with its query, at the sandbox's time `now`. */
	check(pathAndQuery: string, now: Date): PresignedState {
		// A client may send the absolute form; "//" at the beginning is still a path.
		const origin = pathAndQuery.startsWith('/') ? 'http://presigned.invalid' : '';
		const url = new URL(origin + pathAndQuery);
		const given = Buffer.from(url.searchParams.get('signature') ?? '');
		url.searchParams.delete('signature');
		const right = Buffer.from(this.#signature(url));
		if (given.length !== right.length || !timingSafeEqual(given, right)) return 'forged';
		return Number(url.searchParams.get('expires')) * 1000 <= now.getTime() ? 'expired' : 'valid';
	}

	#signature({ pathname, searchParams }: URL): string {
		return CryptoJS.HmacSHA256(`${pathname}?${searchParams.toString()}`, this.#key).toString(
			CryptoJS.enc.Hex,
		);
	}
}
