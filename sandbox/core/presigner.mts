import CryptoJS from 'crypto-js';
import { timingSafeEqual } from 'node:crypto';

export type PresignedState = 'valid' | 'expired' | 'forged';

/**
 * Creates and verifies presigned URLs. The path and query are signed but not the host, so that URLs stay valid when the
 * sandbox restarts on another port.
 */
export class Presigner {
	readonly #key: string;

	constructor(key: string) {
		this.#key = key;
	}

	/** Adds `expires` (Unix seconds) and `signature` (hex HMAC-SHA256) to the URL's query. */
	sign(url: string, expiresAt: Date): string {
		const signed = new URL(url);
		signed.searchParams.set('expires', String(Math.floor(expiresAt.getTime() / 1000)));
		signed.searchParams.set('signature', this.#signature(signed));
		return signed.href;
	}

	/** Verifies a received path and query at the sandbox time `now`. */
	check(pathAndQuery: string, now: Date): PresignedState {
		// A client may send the absolute form; a leading "//" is still a path.
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
