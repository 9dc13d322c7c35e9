import hmacSha256 from 'crypto-js/hmac-sha256.js';
import type { SeededRandom } from './seededRandom.ts';
import { always, type Mutation, sign, SIGNATURE, signature, text } from './mutation.mts';

/** Replaces one hex digit. */
function otherDigit(value: string, random: SeededRandom): string {
	const at = value.length - 1 - random.whole(0, 63);
	const digit = (parseInt(value[at], 16) + random.whole(1, 15)) % 16;
	return value.slice(0, at) + digit.toString(16) + value.slice(at + 1);
}

/** Mutations of the signature. */
export const SIGNATURES: Mutation[] = [
	{
		name: 'a digit of the signature changed',
		share: 100,
		fate: always('refused'),
		change: ({ raw, random }) => signature(raw, (value) => otherDigit(value, random)),
	},
	{
		name: 'the signature cut off',
		fate: always('refused'),
		change: ({ raw, random }) => signature(raw, (value) => value.slice(0, -random.whole(1, 63))),
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
		change: ({ raw, random }) =>
			signature(raw, (value) => {
				const hex = value.slice(-64);
				const base64 = Buffer.from(hex, 'hex').toString('base64');
				return random.oneOf([base64, `sha1=${hex}`, `sha256:${hex}`, `${hex},${hex}`, `v1=${hex}`]);
			}),
	},
	{
		name: 'signed under another secret, or none',
		share: 40,
		fate: always('refused'),
		change: (subject) => {
			const secret = subject.random.oneOf([
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
		change: ({ raw, secret, random }) => {
			const other = random.oneOf(['', '{}', `.${text(raw)}`, `${text(raw)} `, text(raw).slice(1)]);
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
