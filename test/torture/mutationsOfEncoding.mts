import { deflateSync, gzipSync, gunzipSync } from 'node:zlib';
import { always, flip, type Mutation } from './mutation.mts';

/** Mutations of the encoding. */
export const ENCODINGS: Mutation[] = [
	{
		name: 'compressed',
		share: 5,
		fate: always('taken'),
		change: ({ raw, random }) => {
			const [name, compress] = random.oneOf([
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
		change: ({ raw, random }) =>
			raw.headers.push(['Content-Encoding', random.oneOf(['gzip', 'deflate'])]),
	},
	{
		name: 'compressed, and damaged',
		fate: always('refused'),
		change: ({ raw, random }) => {
			const good = raw.body;
			// Decoders ignore some bits: fields of the header, and the padding before the checksum.
			do {
				raw.body = gzipSync(good);
				flip(raw.body, random.whole(80, raw.body.length * 8 - 1));
			} while (isUnharmed(raw.body, good));
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
		change: ({ raw, random }) => (raw.framing = random.oneOf(['cut', 'cutChunk'])),
	},
];

function isUnharmed(compressed: Buffer, good: Buffer): boolean {
	try {
		return gunzipSync(compressed).equals(good);
	} catch {
		return false;
	}
}
