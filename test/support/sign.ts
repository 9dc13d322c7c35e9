import hex from 'crypto-js/enc-hex';
import hmac from 'crypto-js/hmac-sha256';

/** Hex HMAC-SHA256 by crypto-js: a second implementation beside the node:crypto of the nodes. */
export const hmacSha256 = (text: string, secret: string): string =>
	hmac(text, secret).toString(hex);
