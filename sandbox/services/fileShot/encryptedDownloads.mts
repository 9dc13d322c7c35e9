import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ServiceContext } from '../../core/service.mts';
import type { Choice } from '../../core/settings.mts';
import type { StoredFile } from './files.mts';

const TAG_SIZE = 16;

/** The header of a container, of which only these fields matter here. */
type Header = Record<string, unknown> & { chunkSize: number; fileSize: number; kdf: object | null };

/** A container in parts: FSZK version 1 (fileshot-desktop, utils/zke-stream.js). */
interface Container {
	header: Header;
	/** Each with its tag. */
	chunks: Buffer[];
}

/** What each change does to a container, for the control page. */
const EXPLANATIONS = {
	cutInChunk: 'The last byte is missing.',
	cutAtChunk: 'The last chunk is missing.',
	cutAndLowered: 'The last chunk is missing, and the size in the header is lowered to match.',
	emptied: 'All chunks are missing, and the size in the header is 0.',
	trailing: 'Bytes are added at the end.',
	swapped: 'The first two chunks are swapped.',
	renamed: 'The name in the header leads to another folder.',
	longHeader: 'The header claims to have 4 GiB.',
	noChunkSize: 'The chunk size in the header is 0.',
	manyIterations: 'The header demands 2,147,483,648 iterations of PBKDF2.',
	newVersion: 'The version of the format is 2.',
};

/** The changes that a server, or someone on the way to it, can make without knowing the key. */
const CHANGES: Readonly<Record<keyof typeof EXPLANATIONS, (container: Container) => Buffer>> = {
	cutInChunk: (container) => encode(container).subarray(0, -1),
	cutAtChunk: ({ header, chunks }) => encode({ header, chunks: chunks.slice(0, -1) }),
	cutAndLowered({ header, chunks }) {
		const kept = chunks.slice(0, -1);
		return encode({
			header: { ...header, fileSize: kept.length * header.chunkSize },
			chunks: kept,
		});
	},
	emptied: ({ header }) => encode({ header: { ...header, fileSize: 0 }, chunks: [] }),
	trailing: (container) => Buffer.concat([encode(container), Buffer.from('more')]),
	swapped({ header, chunks: [first, second, ...others] }) {
		return encode({ header, chunks: [second, first, ...others] });
	},
	// As long as before, because a server cannot report another size unnoticed.
	renamed({ header, chunks }) {
		const name = `../../${String(header.name).slice(6)}`;
		return encode({ header: { ...header, name }, chunks });
	},
	longHeader(container) {
		const bytes = encode(container);
		bytes.fill(0xff, 5, 9);
		return bytes;
	},
	noChunkSize: ({ header, chunks }) => encode({ header: { ...header, chunkSize: 0 }, chunks }),
	manyIterations({ header, chunks }) {
		const kdf = { ...header.kdf, iterations: 2 ** 31 };
		return encode({ header: { ...header, kdf }, chunks });
	},
	newVersion(container) {
		const bytes = encode(container);
		bytes.writeUInt8(2, 4);
		return bytes;
	},
};

export const encryptedDownloads: Choice = {
	label: 'Downloads of encrypted files',
	help: 'What a server without the key can do to an encrypted file.',
	values: { unchanged: 'The bytes that were uploaded.', ...EXPLANATIONS },
	default: 'unchanged',
};

export const zeroKnowledgeFlag: Choice = {
	label: 'Zero-knowledge flag',
	help: 'Whether responses say correctly which files are encrypted.',
	values: {
		correct: 'isZeroKnowledge is true for encrypted files.',
		absent: 'No response contains the field.',
		inverted: 'isZeroKnowledge is the opposite of the truth.',
	},
	default: 'correct',
};

/** The flag that responses report for a file; undefined if they omit it. */
export function reportedFlag(
	{ settings }: Pick<ServiceContext, 'settings'>,
	{ isZeroKnowledge }: StoredFile,
): boolean | undefined {
	switch (settings.get('zeroKnowledgeFlag')) {
		case 'absent':
			return undefined;
		case 'inverted':
			return !isZeroKnowledge;
		default:
			return isZeroKnowledge;
	}
}

/** The changed files by their stored bytes and the change, so that ranges of a download belong to the same bytes. */
const changed = new Map<string, Promise<string>>();

/** Returns the ID of the bytes to send: those of the file, or of a container that was changed as selected. */
export async function sentBlob(
	{ blobs, settings }: ServiceContext,
	{ isZeroKnowledge }: StoredFile,
	blob: string,
): Promise<string> {
	const name = String(settings.get('encryptedDownloads'));
	const change = (CHANGES as Record<string, (typeof CHANGES)['emptied'] | undefined>)[name];
	if (!isZeroKnowledge || change === undefined) return blob;
	const make = async () => {
		const bytes = change(decode(await readFile(blobs.path(blob))));
		return (await blobs.write(Readable.from([bytes]))).id;
	};
	const path = `${blobs.path(blob)} ${name}`;
	const made = changed.get(path) ?? make();
	changed.set(path, made);
	return await made;
}

function decode(bytes: Buffer): Container {
	const start = 9 + bytes.readUInt32BE(5);
	const header = JSON.parse(bytes.toString('utf8', 9, start)) as Header;
	const chunks: Buffer[] = [];
	for (let at = start; at < bytes.length; at += header.chunkSize + TAG_SIZE) {
		chunks.push(bytes.subarray(at, at + header.chunkSize + TAG_SIZE));
	}
	return { header, chunks };
}

function encode({ header, chunks }: Container): Buffer {
	const json = Buffer.from(JSON.stringify(header));
	const prefix = Buffer.from('FSZK\u0001....');
	prefix.writeUInt32BE(json.length, 5);
	return Buffer.concat([prefix, json, ...chunks]);
}
