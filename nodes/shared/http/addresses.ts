import { parseHttpUrl } from '../text';
import { invalidIdError } from './errors';
import type { ServiceContext } from './service';

/** The rules for the hosts of a download, apart from n8n's own protection. */
export interface TargetRules {
	/**
	 * A URL that the user has entered, such as the base URL of the credential. If it leads to a private network, so may
	 * every target; if it is http, so may be every target.
	 */
	trustedUrl?: string;
	/** Host names, where `*.example.com` stands for every name below. Without entries, every host is allowed. */
	allowedHosts?: readonly string[];
	/** Whether the allowed hosts may be private and use http, because the user has entered the URL. */
	trustsAllowedHosts?: boolean;
}

/** Returns why a download from a URL is not allowed, as the end of a sentence about it; undefined if it is. */
export function checkTarget(
	url: string,
	{ trustedUrl, allowedHosts = [], trustsAllowedHosts = false }: TargetRules,
): string | undefined {
	const target = parseHttpUrl(url);
	const trusted = parseHttpUrl(trustedUrl);
	if (!target) return 'is not a valid URL';
	if (!isListed(target.hostname, allowedHosts))
		return `leads to ${target.hostname}, which is not among the Allowed Hosts`;
	if (trustsAllowedHosts && allowedHosts.length > 0) return undefined;
	const mayBePrivate = trusted !== undefined && isPrivateHost(trusted.hostname);
	if (!mayBePrivate && isPrivateHost(target.hostname)) {
		return `leads to ${target.hostname}, which is not a public address`;
	}
	if (target.protocol === 'http:' && trusted?.protocol !== 'http:') {
		return 'is not encrypted (http)';
	}
	return undefined;
}

/** Returns what the user can do about a URL that {@link checkTarget} rejects. */
export function adviceOnTarget(
	url: string,
	{ allowedHosts = [], trustsAllowedHosts = false }: TargetRules,
): string {
	const target = parseHttpUrl(url);
	return trustsAllowedHosts || (target && !isListed(target.hostname, allowedHosts))
		? 'If you trust this host, add it to “Allowed Hosts” under Options.'
		: 'Private addresses and http are only accepted if the service itself uses them: in the base URL in the credential, or in the link that you have entered.';
}

const isListed = (hostname: string, allowedHosts: readonly string[]): boolean =>
	allowedHosts.length === 0 || allowedHosts.some((entry) => matchesHost(entry, hostname));

/** Reads the entries of Allowed Hosts, which are separated by commas, spaces or line breaks. */
export const parseHosts = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

function matchesHost(entry: string, hostname: string): boolean {
	const host = normalizeHost(hostname);
	const isWildcard = entry.startsWith('*.');
	const name = normalizeHost(isWildcard ? entry.slice(2) : entry);
	if (host === undefined || name === undefined) return false;
	return isWildcard ? host.endsWith(`.${name}`) : host === name;
}

/**
 * Whether a host is an address that is not reachable from the internet, in any notation: private, loopback, link-local,
 * unique-local, shared (CGNAT), multicast, unspecified, reserved, or the metadata service of a cloud; or a name that only
 * stands for such an address. Other names are not resolved: that is the task of n8n's own protection.
 * @param hostname of a URL, or as entered; anything that is not a host counts as private
 */
export function isPrivateHost(hostname: string): boolean {
	const host = normalizeHost(hostname);
	if (host === undefined) return true;
	const bytes = IPV4.test(host) ? host.split('.').map(Number) : undefined;
	if (bytes) return isPrivateIPv4(bytes);
	if (host.startsWith('[')) return isPrivateIPv6(groupsOf(host.slice(1, -1)));
	// A name without a dot is resolved in the local network.
	return !host.includes('.') || PRIVATE_NAME.test(host);
}

/** As the URL parser writes IPv4 addresses, whether they were decimal, octal, hexadecimal or short. */
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Names for special use (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`), and of the hosts file. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|home\.arpa)$/;

/**
 * Returns a host as the URL parser writes it, without a dot at the end; undefined if it is not a host. The parser also
 * decodes percent-encoding, full-width characters and other dots.
 */
function normalizeHost(hostname: string): string | undefined {
	// An IPv6 address may have a zone, which the parser rejects.
	const isBare = hostname.includes(':') && !hostname.startsWith('[');
	const text = hostname.includes(':') ? hostname.replace(/%[^\]]*/, '') : hostname;
	const url = parseHttpUrl(`http://${isBare ? `[${text}]` : text}/`);
	const isHost = url && url.pathname === '/' && url.port === '' && url.username === '';
	return (isHost && url.hostname.replace(/\.$/, '')) || undefined;
}

/** The networks that are not public (IANA IPv4 Special-Purpose Address Registry): the first bytes and their bits. */
const PRIVATE_IPV4: ReadonlyArray<readonly [bytes: readonly number[], bits: number]> = [
	[[0], 8], // this network
	[[10], 8],
	[[100, 64], 10], // shared, CGNAT; Alibaba Cloud's metadata
	[[127], 8], // loopback
	[[168, 63, 129, 16], 32], // Azure's metadata
	[[169, 254], 16], // link-local; the metadata of most clouds
	[[172, 16], 12],
	[[192, 0, 0], 24],
	[[192, 0, 2], 24], // documentation
	[[192, 88, 99], 24], // 6to4 relays
	[[192, 168], 16],
	[[198, 18], 15], // benchmarks
	[[198, 51, 100], 24], // documentation
	[[203, 0, 113], 24], // documentation
	[[224], 3], // multicast, reserved, broadcast
];

const numberOf = ([a, b = 0, c = 0, d = 0]: readonly number[]): number =>
	((a * 256 + b) * 256 + c) * 256 + d;

const isPrivateIPv4 = (address: readonly number[]): boolean =>
	PRIVATE_IPV4.some(([network, bits]) => {
		const size = 2 ** (32 - bits);
		return Math.floor(numberOf(address) / size) === Math.floor(numberOf(network) / size);
	});

/** Returns the eight groups of an IPv6 address as the URL parser writes it, with `::` for zeros. */
function groupsOf(address: string): number[] {
	const [head, tail] = address
		.split('::')
		.map((part) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))));
	if (tail === undefined) return head;
	return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Public are only the global unicast addresses, 2000::/3, and those that stand for a public IPv4 address. */
function isPrivateIPv6(groups: readonly number[]): boolean {
	const embedded = embeddedIPv4(groups);
	if (embedded) return isPrivateIPv4(embedded);
	const [first, second] = groups;
	if (first < 0x2000 || first > 0x3fff) return true;
	const isTeredoOrSpecial = first === 0x2001 && second < 0x200;
	const isDocumentation =
		(first === 0x2001 && second === 0xdb8) || (first === 0x3fff && second < 0x1000);
	return isTeredoOrSpecial || isDocumentation;
}

/** Returns the IPv4 address in a mapped (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052) or 6to4 (RFC 3056) address. */
function embeddedIPv4(groups: readonly number[]): number[] | undefined {
	const prefix = groups
		.slice(0, 6)
		.map((group) => group.toString(16))
		.join(':');
	const isAtEnd = ['0:0:0:0:0:ffff', '0:0:0:0:ffff:0', '64:ff9b:0:0:0:0'].includes(prefix);
	const pair = isAtEnd ? groups.slice(6) : groups[0] === 0x2002 ? groups.slice(1, 3) : undefined;
	return pair?.flatMap((group) => [group >> 8, group & 0xff]);
}

/**
 * Percent-encodes an ID as one path segment, so that no ID can change the path that is called.
 * @throws NodeOperationError for an ID that is empty or not text, that a URL parser would resolve (`.` and `..`), or that
 * contains a slash: some servers, such as SpeedyFiles, decode `%2F` before routing
 */
export function pathSegment(context: ServiceContext, field: string, id: unknown): string {
	const text = typeof id === 'string' || typeof id === 'number' ? String(id).trim() : '';
	if (text === '' || /^\.+$/.test(text) || text.includes('/') || !text.isWellFormed()) {
		throw invalidIdError(context.getNode(), field, `is ${text ? 'not valid' : 'empty'}`);
	}
	return encodeURIComponent(text);
}
