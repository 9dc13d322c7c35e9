import hmacSha256 from 'crypto-js/hmac-sha256.js';
import { deflateSync, gzipSync } from 'node:zlib';
import { type Signed, signedHeaders } from '../e2e/triggers.mts';
import type { Chance } from './chance.ts';
import type { RawRequest } from './request.mts';

/**
 * What has to become of a mutant.
 * - `refused`: it is not what the service has signed; no 2xx and no run
 * - `taken`: it says the same in another way that HTTP, or the service's own way of signing, allows; one run
 * - `either`: it is what the service has signed, in a wrapping that n8n itself may refuse; a run if and only if 2xx
 */
export type Fate = 'refused' | 'taken' | 'either';

export interface Subject {
	service: Signed;
	secret: string;
	chance: Chance;
	/** A good delivery, to be changed. */
	raw: RawRequest;
}

export interface Mutation {
	name: string;
	fate(service: Signed): Fate;
	change(subject: Subject): void;
	/** How many of a thousand, roughly; 20 unless given. */
	share?: number;
}

const SIGNATURE = /signature$/i;
const always = (fate: Fate) => () => fate;
/** FileCourier signs the JSON as its own JavaScript writes it, so its deliveries may be laid out anew. */
const onlyFileCourier = (service: Signed): Fate =>
	service === 'fileCourier' ? 'taken' : 'refused';

function signature(raw: RawRequest, change: (value: string) => string): void {
	for (const header of raw.headers) if (SIGNATURE.test(header[0])) header[1] = change(header[1]);
}

function setHeader({ headers }: RawRequest, name: string, value: string): void {
	const at = headers.findIndex(([known]) => known.toLowerCase() === name.toLowerCase());
	if (at < 0) headers.push([name, value]);
	else headers[at][1] = value;
}

const text = ({ body }: RawRequest) => body.toString();

/** Signs another body as the service would. */
function sign({ service, secret, raw }: Subject, body: string): void {
	raw.body = Buffer.from(body);
	raw.headers = Object.entries(signedHeaders(service, secret, body));
}

function flip(bytes: Buffer, bit: number): void {
	bytes[bit >> 3] ^= 1 << (bit & 7);
}

/** Another hex digit at one place. */
function otherDigit(value: string, chance: Chance): string {
	const at = value.length - 1 - chance.whole(0, 63);
	const digit = (parseInt(value[at], 16) + chance.whole(1, 15)) % 16;
	return value.slice(0, at) + digit.toString(16) + value.slice(at + 1);
}

const HOSTILE = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
const STRANGE = [
	'[]',
	'{}',
	'null',
	'1',
	'true',
	'"x"',
	'{"event":1}',
	'{"event":{},"data":[]}',
	'[[]]',
];
const KINDS = ['text/plain', 'application/octet-stream', 'application/xml', 'text/html', 'x/y', ''];

const body: Mutation[] = [
	{
		name: 'bits of the body flipped',
		share: 200,
		fate: always('refused'),
		change: ({ raw, chance }) => {
			const bits = new Set<number>();
			const wanted = chance.whole(1, 8);
			while (bits.size < wanted) bits.add(chance.whole(0, raw.body.length * 8 - 1));
			for (const bit of bits) flip(raw.body, bit);
		},
	},
	{
		name: 'the body cut off',
		share: 60,
		fate: always('refused'),
		change: ({ raw, chance }) =>
			(raw.body = raw.body.subarray(0, chance.whole(0, raw.body.length - 1))),
	},
	{
		name: 'bytes put into the body',
		share: 60,
		fate: always('refused'),
		change: ({ raw, chance }) => {
			const at = chance.whole(1, raw.body.length - 1);
			const more = Buffer.concat([Buffer.from('x'), chance.bytes(chance.whole(1, 40))]);
			raw.body = Buffer.concat([raw.body.subarray(0, at), more, raw.body.subarray(at)]);
		},
	},
	{
		name: 'laid out anew',
		share: 10,
		fate: onlyFileCourier,
		change: ({ raw, chance }) =>
			(raw.body = Buffer.from(JSON.stringify(JSON.parse(text(raw)), null, chance.whole(1, 8)))),
	},
	{
		name: 'blanks behind the body',
		share: 10,
		fate: onlyFileCourier,
		change: ({ raw }) => (raw.body = Buffer.from(`${text(raw)}\r\n `)),
	},
	{
		name: 'a key twice, the signed value last',
		share: 10,
		fate: onlyFileCourier,
		change: ({ raw }) =>
			(raw.body = Buffer.from(text(raw).replace(/^\{("\w+"):/, '{$1:"forged",$1:'))),
	},
	{
		name: 'a key twice, the forged value last',
		fate: always('refused'),
		change: ({ raw }) => (raw.body = Buffer.from(text(raw).replace(/\}$/, ',"event":"x","id":1}'))),
	},
	{
		name: 'keys that reach for prototypes',
		share: 40,
		fate: always('refused'),
		change: ({ raw, chance }) => {
			const key = chance.oneOf(HOSTILE);
			raw.body = Buffer.from(text(raw).replace(/^\{/, `{"${key}":{"polluted":true},`));
		},
	},
	{
		name: 'keys that reach for prototypes, signed',
		share: 5,
		fate: always('taken'),
		change: (subject) => {
			const key = subject.chance.oneOf(HOSTILE);
			sign(subject, text(subject.raw).replace(/^\{/, `{"${key}":{"polluted":true},`));
		},
	},
	{
		name: 'a byte order mark',
		fate: always('refused'),
		change: ({ raw }) => (raw.body = Buffer.from(`\uFEFF${text(raw)}`)),
	},
	{
		name: 'UTF-16',
		fate: always('refused'),
		change: ({ raw }) => {
			raw.body = Buffer.from(text(raw), 'utf16le');
			setHeader(raw, 'content-type', 'application/json; charset=utf-16le');
		},
	},
	{
		name: 'other JSON, signed',
		share: 30,
		fate: always('refused'),
		change: (subject) => sign(subject, subject.chance.oneOf(STRANGE)),
	},
	{
		name: 'nested deep',
		share: 5,
		fate: always('refused'),
		change: ({ raw, chance }) => {
			const depth = chance.whole(1_000, 100_000);
			raw.body = Buffer.from(`{"data":${'['.repeat(depth)}${']'.repeat(depth)}}`);
		},
	},
	{
		name: '16 MB, the most that n8n takes',
		share: 1,
		fate: always('refused'),
		change: ({ raw }) => (raw.body = Buffer.alloc(16 * 1024 * 1024, 'x')),
	},
	{
		name: 'more than 16 MB',
		share: 1,
		fate: always('refused'),
		change: ({ raw, chance }) => {
			raw.body = Buffer.alloc(16 * 1024 * 1024 + 1, 'x');
			setHeader(raw, 'content-type', chance.oneOf(['application/json', 'multipart/mixed']));
		},
	},
];

const signatures: Mutation[] = [
	{
		name: 'a digit of the signature changed',
		share: 100,
		fate: always('refused'),
		change: ({ raw, chance }) => signature(raw, (value) => otherDigit(value, chance)),
	},
	{
		name: 'the signature cut off',
		fate: always('refused'),
		change: ({ raw, chance }) => signature(raw, (value) => value.slice(0, -chance.whole(1, 63))),
	},
	{
		name: 'the signature too long',
		fate: always('refused'),
		change: ({ raw }) => signature(raw, (value) => `${value}00`),
	},
	{
		name: 'no signature',
		fate: always('refused'),
		change: ({ raw }) => (raw.headers = raw.headers.filter(([name]) => !SIGNATURE.test(name))),
	},
	{
		name: 'an empty signature',
		fate: always('refused'),
		change: ({ raw }) => signature(raw, () => ''),
	},
	{
		name: 'a signature of another form',
		fate: always('refused'),
		change: ({ raw, chance }) =>
			signature(raw, (value) => {
				const hex = value.slice(-64);
				const base64 = Buffer.from(hex, 'hex').toString('base64');
				return chance.oneOf([base64, `sha1=${hex}`, `sha256:${hex}`, `${hex},${hex}`, `v1=${hex}`]);
			}),
	},
	{
		name: 'signed under another secret, or none',
		share: 40,
		fate: always('refused'),
		change: (subject) => {
			const secret = subject.chance.oneOf([
				'',
				'undefined',
				'null',
				'whsec_',
				`${subject.secret} `,
			]);
			sign({ ...subject, secret }, text(subject.raw));
		},
	},
	{
		name: 'another text signed',
		share: 40,
		fate: always('refused'),
		change: ({ raw, secret, chance }) => {
			const other = chance.oneOf(['', '{}', `.${text(raw)}`, `${text(raw)} `, text(raw).slice(1)]);
			signature(raw, () => hmacSha256(other, secret).toString());
		},
	},
	{
		name: 'the signature twice',
		fate: always('refused'),
		change: ({ raw }) => raw.headers.push(raw.headers.find(([name]) => SIGNATURE.test(name))!),
	},
	{
		name: 'a wrong and a right signature',
		fate: always('refused'),
		change: ({ raw }) =>
			raw.headers.unshift([raw.headers.find(([name]) => SIGNATURE.test(name))![0], 'f'.repeat(64)]),
	},
	{
		name: 'the signature in capitals, between blanks',
		share: 5,
		fate: always('taken'),
		change: ({ raw }) => signature(raw, (value) => `  sha256=${value.slice(-64).toUpperCase()} `),
	},
];

const headers: Mutation[] = [
	{
		name: 'the name of the signature’s header changed',
		share: 40,
		fate: always('refused'),
		change: ({ raw, chance }) => {
			for (const header of raw.headers) {
				if (!SIGNATURE.test(header[0])) continue;
				header[0] = chance.oneOf([
					`${header[0]}s`,
					header[0].slice(1),
					header[0].replaceAll('-', '_'),
					`X-${header[0]}`,
				]);
			}
		},
	},
	{
		name: 'header names in another case',
		share: 5,
		fate: always('taken'),
		change: ({ raw, chance }) => {
			for (const header of raw.headers) {
				header[0] = chance.oneOf([header[0].toUpperCase(), header[0].toLowerCase()]);
			}
		},
	},
	{
		name: 'another time signed, or none',
		share: 40,
		fate: (service) => (service === 'fileCourier' ? 'taken' : 'refused'),
		change: ({ service, secret, raw, chance }) => {
			// FileCourier signs no time of its own: nothing to change there.
			if (service === 'filestack')
				setHeader(raw, 'FS-Timestamp', chance.oneOf(['', '0', 'NaN', '1e9']));
			if (service !== 'speedyFiles') return;
			const old = new Date(Date.now() - chance.whole(400, 1e6) * 1000).toISOString();
			const body = text(raw).replace(/"timestamp":"[^"]+"/, `"timestamp":"${old}"`);
			sign({ service, secret, raw, chance }, body);
		},
	},
	{
		name: 'a header of many kilobytes',
		share: 5,
		fate: always('refused'),
		change: ({ raw }) => raw.headers.push(['X-Long', 'x'.repeat(70_000)]),
	},
	{
		name: 'a content type that is not JSON',
		share: 5,
		fate: always('either'),
		change: ({ raw, chance }) => setHeader(raw, 'content-type', chance.oneOf(KINDS)),
	},
	{
		name: 'a charset',
		share: 5,
		fate: always('either'),
		change: ({ raw, chance }) => {
			const charset = chance.oneOf([
				'utf-8',
				'latin1',
				'utf-16',
				'utf-7',
				'none',
				'"',
				'__proto__',
			]);
			setHeader(raw, 'content-type', `application/json; charset=${charset}`);
		},
	},
	{
		name: 'said to be a form',
		fate: always('refused'),
		change: ({ raw, chance }) =>
			setHeader(raw, 'content-type', `multipart/form-data${chance.oneOf(['', '; boundary=b'])}`),
	},
	{
		name: 'another method',
		fate: always('refused'),
		change: ({ raw, chance }) => (raw.method = chance.oneOf(['PUT', 'PATCH', 'DELETE'])),
	},
];

const encodings: Mutation[] = [
	{
		name: 'compressed',
		share: 5,
		fate: always('taken'),
		change: ({ raw, chance }) => {
			const [name, compress] = chance.oneOf([
				['gzip', gzipSync],
				['deflate', deflateSync],
			] as const);
			raw.body = compress(raw.body);
			raw.headers.push(['Content-Encoding', name]);
		},
	},
	{
		name: 'said to be compressed',
		fate: always('refused'),
		change: ({ raw, chance }) =>
			raw.headers.push(['Content-Encoding', chance.oneOf(['gzip', 'deflate'])]),
	},
	{
		name: 'compressed, and damaged',
		fate: always('refused'),
		change: ({ raw, chance }) => {
			// The header of ten bytes has fields that nobody reads; the rest is checked to its end.
			raw.body = gzipSync(raw.body);
			flip(raw.body, chance.whole(80, raw.body.length * 8 - 1));
			raw.headers.push(['Content-Encoding', 'gzip']);
		},
	},
	{
		name: 'a compressed body that grows beyond all limits',
		share: 1,
		fate: always('refused'),
		change: ({ raw }) => {
			raw.body = gzipSync(Buffer.alloc(40 * 1024 * 1024));
			raw.headers.push(['Content-Encoding', 'gzip']);
		},
	},
	{
		name: 'in chunks',
		share: 5,
		fate: always('taken'),
		change: ({ raw }) => (raw.framing = 'chunked'),
	},
	{
		name: 'broken off',
		share: 30,
		fate: always('refused'),
		change: ({ raw, chance }) => (raw.framing = chance.oneOf(['cut', 'cutChunk'])),
	},
];

export const MUTATIONS: Mutation[] = [...body, ...signatures, ...headers, ...encodings];

/** One of them, by their shares. */
export function pickMutation(chance: Chance): Mutation {
	const shares = MUTATIONS.map(({ share = 20 }) => share);
	let left = chance.next() * shares.reduce((sum, share) => sum + share, 0);
	return MUTATIONS.find((_, index) => (left -= shares[index]) < 0)!;
}
