import { domainToASCII, domainToUnicode } from 'node:url';
import { strip } from './strip.mts';

/** email-validator 2.2: these domains and their subdomains cannot be used for email; `example` can. */
const SPECIAL_USE = /(?:^|\.)(?:arpa|invalid|local|localhost|onion|test)$/;

/** Valid characters before the @-sign (RFC 5322, RFC 6531) and in a host name. */
const LOCAL_CHARACTER = /[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~.\u0080-\u{10ffff}]/u;
const HOST_CHARACTER = /[A-Za-z0-9\-.\u0080-\u{10ffff}]/u;

/** Characters that email-validator considers safe: no spaces, no control, format, private or unassigned characters. */
const SAFE_CHARACTER = /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

/** Characters of internationalized labels; IDNA 2008 does not permit symbols and punctuation (RFC 5892). */
const LABEL_CHARACTER = /[\p{L}\p{M}\p{Nd}\-.]/u;

/** `Ann <ann@acme.com>`, also without the space or with quotes: pydantic 2.10 extracts the address. */
const ATOM = "[\\p{L}\\p{N}_!#$%&'*+\\-/=?^`{|}~]+";
const WITH_NAME = new RegExp(
	`^\\s*(?:(?:${ATOM}\\s+)*${ATOM}|"(?:[^"]|\\\\")+")?\\s*<(.+)>\\s*$`,
	'u',
);

/** pydantic rejects longer addresses without parsing them. */
const MAX_LENGTH = 2048;

const INVALID_HOST = 'The part after the @-sign is not valid.';

/** An address that email-validator 2.2 rejects, with its message. */
class InvalidEmail extends Error {}

/**
 * Checks an address, also in the form `Ann <ann@acme.com>`, as pydantic's EmailStr.
 * @returns the address in lower case, as the service stores it (SpeedyFiles source, app/routes/api.py): normalized, its
 * domain decoded; or email-validator's message for an invalid one
 */
export function checkEmail(input: string): { address: string } | { reason: string } {
	if (input.length > MAX_LENGTH) {
		return { reason: `Length must not exceed ${MAX_LENGTH} characters` };
	}
	const address = strip(WITH_NAME.exec(input)?.[1] ?? input);
	const at = address.indexOf('@');
	try {
		if (at < 0) throw new InvalidEmail('An email address must have an @-sign.');
		const local = checkLocal(address.slice(0, at));
		const normalized = `${local}@${checkDomain(address.slice(at + 1))}`;
		const surplus = Buffer.byteLength(normalized) - 254;
		if (surplus > 0) throw new InvalidEmail(`The email address is too long ${tooMany(surplus)}.`);
		return { address: normalized.toLowerCase() };
	} catch (error) {
		if (!(error instanceof InvalidEmail)) throw error;
		return { reason: error.message };
	}
}

function checkLocal(local: string): string {
	if (local === '') throw new InvalidEmail('There must be something before the @-sign.');
	if (/^".*"$/s.test(local)) {
		throw new InvalidEmail('Quoting the part before the @-sign is not allowed here.');
	}
	const surplus = [...local].length - 64;
	if (surplus > 0) {
		throw new InvalidEmail(`The email address is too long before the @-sign ${tooMany(surplus)}.`);
	}
	const invalid = charactersIn(local, (character) => !LOCAL_CHARACTER.test(character));
	if (invalid) {
		const start = 'The email address contains invalid characters before the @-sign';
		throw new InvalidEmail(`${start}: ${invalid}.`);
	}
	const ofPeriods = 'An email address cannot';
	if (local.endsWith('.')) {
		throw new InvalidEmail(`${ofPeriods} have a period immediately before the @-sign.`);
	}
	if (local.startsWith('.')) throw new InvalidEmail(`${ofPeriods} start with a period.`);
	if (local.includes('..')) throw new InvalidEmail(`${ofPeriods} have two periods in a row.`);
	const normalized = local.normalize('NFC');
	checkSafety(normalized);
	return normalized;
}

function checkSafety(part: string): void {
	const startsWithMark = /^\p{M}/u.test(part);
	const unsafe = charactersIn(
		part,
		(character, index) => !SAFE_CHARACTER.test(character) || (startsWithMark && index === 0),
	);
	if (unsafe) throw new InvalidEmail(`The email address contains unsafe characters: ${unsafe}.`);
}

function checkDomain(domain: string): string {
	if (domain === '') throw new InvalidEmail('There must be something after the @-sign.');
	if (domain.startsWith('[') && domain.endsWith(']')) {
		throw new InvalidEmail('A bracketed IP address after the @-sign is not allowed here.');
	}
	const invalid = charactersIn(domain, (character) => !HOST_CHARACTER.test(character));
	const start = 'The part after the @-sign contains invalid characters';
	if (invalid) throw new InvalidEmail(`${start}: ${invalid}.`);
	checkSafety(domain);
	// UTS 46: full-width characters, other periods and upper case become ordinary ones.
	const mapped = domain.normalize('NFKC').replaceAll('。', '.').toLowerCase();
	checkPeriodsAndHyphens(mapped);
	const symbol = symbolIn(mapped);
	if (symbol) throw new InvalidEmail(`${start} (${symbol}).`);
	const host = /^[\x21-\x7e]*$/.test(mapped) ? mapped : domainToASCII(mapped);
	if (host === '') throw new InvalidEmail(`${start}.`);
	checkHost(host);
	const decoded = domainToUnicode(host);
	const problem = decoded === '' ? 'Invalid A-label' : symbolIn(decoded);
	if (problem) {
		throw new InvalidEmail(`The part after the @-sign is not valid IDNA (${problem}).`);
	}
	return decoded;
}

/** Returns the idna package's message for the first character that a label must not contain. */
function symbolIn(domain: string): string | undefined {
	for (const label of domain.split('.')) {
		const characters = [...label];
		const index = characters.findIndex((character) => !LABEL_CHARACTER.test(character));
		if (index >= 0) {
			const code = codeOf(characters[index]);
			return `Codepoint ${code} at position ${index + 1} of '${label}' not allowed`;
		}
	}
	return undefined;
}

function checkPeriodsAndHyphens(domain: string): void {
	for (const [mark, name] of [
		['.', 'period'],
		['-', 'hyphen'],
	]) {
		if (domain.endsWith(mark))
			throw new InvalidEmail(`An email address cannot end with a ${name}.`);
		if (domain.startsWith(mark)) {
			throw new InvalidEmail(
				`An email address cannot have a ${name} immediately after the @-sign.`,
			);
		}
		if (mark === '.' && domain.includes('..')) {
			throw new InvalidEmail('An email address cannot have two periods in a row.');
		}
	}
	if (/\.-|-\./.test(domain)) {
		throw new InvalidEmail(
			'An email address cannot have a period and a hyphen next to each other.',
		);
	}
	if (/(?:^|\.)(?!xn)[^.]{2}--/.test(domain)) {
		throw new InvalidEmail(
			'An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode.',
		);
	}
}

function checkHost(host: string): void {
	const long = host.split('.').find((label) => label.length > 63);
	if (long !== undefined) {
		const many = tooMany(long.length - 63);
		throw new InvalidEmail(
			`After the @-sign, periods cannot be separated by so many characters ${many}.`,
		);
	}
	if (!host.includes('.')) throw new InvalidEmail(`${INVALID_HOST} It should have a period.`);
	if (!/[a-z]$/i.test(host)) {
		throw new InvalidEmail(`${INVALID_HOST} It is not within a valid top-level domain.`);
	}
	if (SPECIAL_USE.test(host)) {
		throw new InvalidEmail(
			'The part after the @-sign is a special-use or reserved name that cannot be used with email.',
		);
	}
}

const tooMany = (count: number) => `(${count} character${count === 1 ? '' : 's'} too many)`;

/** Returns the characters for which this holds as email-validator displays them, each once; empty if there are none. */
function charactersIn(
	part: string,
	isWanted: (character: string, index: number) => boolean,
): string {
	return [...new Set([...part].filter(isWanted))].map(display).sort().join(', ');
}

/** Unicode's names of the invisible characters that occur in addresses. */
const NAMES: Readonly<Record<string, string>> = {
	'\u0020': 'SPACE',
	'\u00a0': 'NO-BREAK SPACE',
	'\u00ad': 'SOFT HYPHEN',
	'\u200b': 'ZERO WIDTH SPACE',
	'\u200c': 'ZERO WIDTH NON-JOINER',
	'\u200d': 'ZERO WIDTH JOINER',
	'\u200e': 'LEFT-TO-RIGHT MARK',
	'\u200f': 'RIGHT-TO-LEFT MARK',
	'\u202a': 'LEFT-TO-RIGHT EMBEDDING',
	'\u202b': 'RIGHT-TO-LEFT EMBEDDING',
	'\u202d': 'LEFT-TO-RIGHT OVERRIDE',
	'\u202e': 'RIGHT-TO-LEFT OVERRIDE',
	'\u2060': 'WORD JOINER',
	'\u3000': 'IDEOGRAPHIC SPACE',
	'\ufeff': 'ZERO WIDTH NO-BREAK SPACE',
};

function display(character: string): string {
	if (/["']/.test(character)) return character === "'" ? `"'"` : `'"'`;
	if (character === '\\') return '"\\"';
	if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(character)) return `'${character}'`;
	return NAMES[character] ?? codeOf(character);
}

function codeOf(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
