import { domainToASCII } from 'node:url';

/** email-validator 2.2: these domains and their subdomains cannot be used for email; `example` can. */
const SPECIAL_USE = /(?:^|\.)(?:arpa|invalid|local|localhost|onion|test)$/;

/** Valid characters before the @-sign (RFC 5322, RFC 6531) and in a host name. */
const LOCAL_CHARACTER = /[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~.\u0080-\u{10ffff}]/u;
const HOST_CHARACTER = /[A-Za-z0-9\-.\u0080-\u{10ffff}]/u;

/** `Ann <ann@acme.com>`: pydantic extracts the address. */
const WITH_NAME = /^\s*(?:[^<>@]*\s)?<\s*([^<>]+?)\s*>\s*$/;

/** pydantic rejects longer addresses without parsing them. */
const MAX_LENGTH = 2048;

/** Returns email-validator 2.2's message for an invalid address; `undefined` for a valid one. */
export function findEmailProblem(input: string): string | undefined {
	if (input.length > MAX_LENGTH) return `Length must not exceed ${MAX_LENGTH} characters`;
	const address = addressIn(input);
	const at = address.lastIndexOf('@');
	if (at < 0) return 'An email address must have an @-sign.';
	const local = address.slice(0, at);
	const domain = address.slice(at + 1);
	return localProblem(local) ?? domainProblem(domain) ?? lengthProblem(address);
}

/** Returns the address only, in lower case as the service stores it (SpeedyFiles source, app/routes/api.py). */
export function normalEmail(input: string): string {
	return addressIn(input).normalize('NFC').toLowerCase();
}

function addressIn(input: string): string {
	return WITH_NAME.exec(input)?.[1] ?? input.trim();
}

function localProblem(local: string): string | undefined {
	if (local === '') return 'There must be something before the @-sign.';
	if ([...local].length > 64) {
		return `The email address is too long before the @-sign ${tooMany([...local].length - 64)}.`;
	}
	const bad = invalidCharacters(local, LOCAL_CHARACTER);
	if (bad) return `The email address contains invalid characters before the @-sign: ${bad}.`;
	if (local.endsWith('.')) {
		return 'An email address cannot have a period immediately before the @-sign.';
	}
	if (local.startsWith('.')) return 'An email address cannot start with a period.';
	return local.includes('..') ? 'An email address cannot have two periods in a row.' : undefined;
}

function domainProblem(domain: string): string | undefined {
	if (domain === '') return 'There must be something after the @-sign.';
	const bad = invalidCharacters(domain, HOST_CHARACTER);
	if (bad) return `The part after the @-sign contains invalid characters: ${bad}.`;
	for (const [mark, name] of [
		['.', 'period'],
		['-', 'hyphen'],
	]) {
		if (domain.endsWith(mark)) return `An email address cannot end with a ${name}.`;
		if (domain.startsWith(mark)) {
			return `An email address cannot have a ${name} immediately after the @-sign.`;
		}
	}
	if (domain.includes('..')) return 'An email address cannot have two periods in a row.';
	if (/\.-|-\./.test(domain)) {
		return 'An email address cannot have a period and a hyphen next to each other.';
	}
	return hostProblem(/^[\x21-\x7e]*$/.test(domain) ? domain : domainToASCII(domain));
}

function hostProblem(host: string): string | undefined {
	const invalid = 'The part after the @-sign is not valid.';
	if (host === '') return 'The part after the @-sign contains invalid characters.';
	const long = host.split('.').find((label) => label.length > 63);
	if (long !== undefined) {
		const many = tooMany(long.length - 63);
		return `After the @-sign, periods cannot be separated by so many characters ${many}.`;
	}
	if (!host.includes('.')) return `${invalid} It should have a period.`;
	if (!/[a-z]$/i.test(host)) return `${invalid} It is not within a valid top-level domain.`;
	return SPECIAL_USE.test(host)
		? 'The part after the @-sign is a special-use or reserved name that cannot be used with email.'
		: undefined;
}

function lengthProblem(address: string): string | undefined {
	const surplus = Buffer.byteLength(address) - 254;
	return surplus > 0 ? `The email address is too long ${tooMany(surplus)}.` : undefined;
}

const tooMany = (count: number) => `(${count} character${count === 1 ? '' : 's'} too many)`;

/** Returns the invalid characters, each once and in quotes. */
function invalidCharacters(part: string, fit: RegExp): string {
	const bad = new Set([...part].filter((character) => !fit.test(character)));
	return [...bad].sort().map(display).join(', ');
}

function display(character: string): string {
	if (character === ' ') return 'SPACE';
	if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(character))
		return character === "'" ? `"'"` : `'${character}'`;
	const code = character.codePointAt(0) ?? 0;
	return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
