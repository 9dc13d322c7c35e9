import type { Signed } from '../e2e/triggers.mts';
import { always, type Fate, flip, type Mutation, setHeader, sign, text } from './mutation.mts';

/** FileCourier signs the JSON as serialized in JavaScript, so its deliveries may be formatted differently. */
const onlyFileCourier = (service: Signed): Fate =>
	service === 'fileCourier' ? 'taken' : 'refused';

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

/** Mutations of the body. */
export const BODIES: Mutation[] = [
	{
		name: 'bits of the body flipped',
		share: 200,
		fate: always('refused'),
		change: ({ raw, random }) => {
			const bits = new Set<number>();
			const wanted = random.whole(1, 8);
			while (bits.size < wanted) bits.add(random.whole(0, raw.body.length * 8 - 1));
			for (const bit of bits) flip(raw.body, bit);
		},
	},
	{
		name: 'the body cut off',
		share: 60,
		fate: always('refused'),
		change: ({ raw, random }) =>
			(raw.body = raw.body.subarray(0, random.whole(0, raw.body.length - 1))),
	},
	{
		name: 'bytes put into the body',
		share: 60,
		fate: always('refused'),
		change: ({ raw, random }) => {
			const at = random.whole(1, raw.body.length - 1);
			const more = Buffer.concat([Buffer.from('x'), random.bytes(random.whole(1, 40))]);
			raw.body = Buffer.concat([raw.body.subarray(0, at), more, raw.body.subarray(at)]);
		},
	},
	{
		name: 'reformatted',
		share: 10,
		fate: onlyFileCourier,
		change: ({ raw, random }) =>
			(raw.body = Buffer.from(JSON.stringify(JSON.parse(text(raw)), null, random.whole(1, 8)))),
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
		change: ({ raw, random }) => {
			const key = random.oneOf(HOSTILE);
			raw.body = Buffer.from(text(raw).replace(/^\{/, `{"${key}":{"polluted":true},`));
		},
	},
	{
		name: 'keys that reach for prototypes, signed',
		share: 5,
		fate: always('taken'),
		change: (subject) => {
			const key = subject.random.oneOf(HOSTILE);
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
		change: (subject) => sign(subject, subject.random.oneOf(STRANGE)),
	},
	{
		name: 'nested deep',
		share: 5,
		fate: always('refused'),
		change: ({ raw, random }) => {
			const depth = random.whole(1_000, 100_000);
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
		change: ({ raw, random }) => {
			raw.body = Buffer.alloc(16 * 1024 * 1024 + 1, 'x');
			setHeader(raw, 'content-type', random.oneOf(['application/json', 'multipart/mixed']));
		},
	},
];
