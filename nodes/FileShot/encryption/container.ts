import { randomBytes } from 'node:crypto';

import { isJsonObject, type JsonRecord, textOf } from '../../shared/http/service';

/** A container cannot be read or written, or a key cannot be used. Both texts are for the user and contain no secret. */
export class EncryptionError extends Error {
	constructor(
		message: string,
		/** What the user can do about it. */
		readonly advice: string,
	) {
		super(message);
	}
}

/**
 * The format FSZK version 1, with which FileShot's programs encrypt files (fileshot-desktop, utils/zke-stream.js and
 * src-tauri/src/zke/mod.rs): "FSZK", a version byte, the length of the header (uint32, big endian), the header as JSON,
 * then each chunk as AES-256-GCM ciphertext and its tag. The header is not encrypted and not authenticated.
 */
export interface ContainerHeader {
	/** Bytes of each chunk before encryption, except the last. */
	chunkSize: number;
	/** Bytes before encryption. */
	fileSize: number;
	name?: string;
	/** Media type. */
	mime?: string;
	/** 12 bytes, for the first chunk. */
	iv: Buffer;
	/** How the key is derived from a passphrase; undefined if the key is random, and part of the link. */
	kdf?: KeyDerivation;
	/** Milliseconds since 1970. */
	createdAt?: number;
}

/** The parameters with which a key is derived from a passphrase. */
export type KeyDerivation =
	| { algorithm: 'pbkdf2'; salt: Buffer; iterations: number }
	| {
			algorithm: 'argon2id';
			salt: Buffer;
			/** KiB. */
			memory: number;
			iterations: number;
			parallelism: number;
	  };

export const MAGIC = Buffer.from('FSZK');
const VERSION = 1;
/** Magic, version and length of the header. */
export const PREFIX_SIZE = 9;
/** Bytes that FileShot's programs encrypt at a time, and the default of their readers. */
const CHUNK_SIZE = 512 * 1024;
const IV_SIZE = 12;
export const TAG_SIZE = 16;

/** Iterations of PBKDF2 that FileShot's programs use. */
export const PBKDF2_ITERATIONS = 100_000;

/** Limits for a header: a hostile one could otherwise use up memory or processor time. */
const MAX_HEADER_SIZE = 64 * 1024;
const MAX_CHUNK_SIZE = 16 * 1024 * 1024;
const MAX_PBKDF2_ITERATIONS = 10_000_000;
const MAX_ARGON2_MEMORY = 1024 * 1024;
const MAX_ARGON2_COST = 16;

/** Creates the header of a new file, with a random IV and, for a passphrase, a random salt. */
export const newHeader = (
	file: { name: string; mime: string; fileSize: number },
	keyMode: KeyMode,
): ContainerHeader => ({
	...file,
	chunkSize: CHUNK_SIZE,
	iv: randomBytes(IV_SIZE),
	kdf:
		keyMode === 'passphrase'
			? { algorithm: 'pbkdf2', salt: randomBytes(16), iterations: PBKDF2_ITERATIONS }
			: undefined,
	createdAt: Date.now(),
});

/** The form of the key, as it is called in the header. */
export type KeyMode = 'raw' | 'passphrase';

export const keyModeOf = ({ kdf }: ContainerHeader): KeyMode => (kdf ? 'passphrase' : 'raw');

/** Returns the beginning of a container: everything before its first chunk. */
export function encodeHeader(header: ContainerHeader): Buffer {
	const { chunkSize, fileSize, name, mime, iv, createdAt } = header;
	// FileShot's Rust reader requires every field and unpadded base64url.
	const json = Buffer.from(
		JSON.stringify({
			v: VERSION,
			magic: MAGIC.toString(),
			chunkSize,
			fileSize,
			name,
			mime,
			iv: iv.toString('base64url'),
			keyMode: keyModeOf(header),
			kdf: encodeDerivation(header.kdf),
			createdAt,
		}),
	);
	const prefix = Buffer.alloc(PREFIX_SIZE);
	MAGIC.copy(prefix);
	prefix.writeUInt8(VERSION, 4);
	prefix.writeUInt32BE(json.length, 5);
	return Buffer.concat([prefix, json]);
}

function encodeDerivation(kdf: KeyDerivation | undefined) {
	if (!kdf) return null;
	const salt = kdf.salt.toString('base64url');
	const { algorithm, iterations } = kdf;
	if (algorithm === 'pbkdf2') return { salt, iterations, hash: 'SHA-256' };
	const { memory, parallelism } = kdf;
	return { alg: algorithm, salt, memory, iterations, parallelism, hashLen: 32 };
}

export const chunkCount = ({ fileSize, chunkSize }: ContainerHeader): number =>
	Math.ceil(fileSize / chunkSize);

/** Returns the bytes of a chunk before encryption. */
export const chunkLength = ({ fileSize, chunkSize }: ContainerHeader, index: number): number =>
	Math.min(chunkSize, fileSize - index * chunkSize);

/**
 * Returns the bytes of a container.
 * @param start bytes before the first chunk
 */
export const containerSize = (header: ContainerHeader, start: number): number =>
	start + header.fileSize + TAG_SIZE * chunkCount(header);

/** Returns the IV of a chunk: the last four bytes of the base IV count, without a carry into the others. */
export function chunkIv({ iv }: ContainerHeader, index: number): Buffer {
	const own = Buffer.from(iv);
	own.writeUInt32BE((iv.readUInt32BE(8) + index) % 2 ** 32, 8);
	return own;
}

/**
 * Returns the length of the header in bytes.
 * @param prefix the first bytes of a container, which begin with its magic
 * @throws EncryptionError
 */
export function headerLength(prefix: Buffer): number {
	if (prefix.length > 4 && prefix[4] !== VERSION) {
		throw new EncryptionError(
			`The file was encrypted in version ${prefix[4]} of FileShot’s format, which this node does not support`,
			'Update this node. Until then, open the link in a browser.',
		);
	}
	if (prefix.length < PREFIX_SIZE) throw invalid('it ends within its header');
	const length = prefix.readUInt32BE(5);
	if (length > MAX_HEADER_SIZE) throw invalid(`its header has ${length} bytes`);
	return length;
}

/**
 * Parses the JSON of a header, which anyone can change. FileShot's readers do not check most of it.
 * @throws EncryptionError
 */
export function parseHeader(json: Buffer): ContainerHeader {
	const fields = parseObject(json);
	const { v = VERSION, magic = 'FSZK', name, mime, keyMode = 'raw' } = fields;
	if (v !== VERSION || magic !== 'FSZK') throw invalid('its header contradicts its version');
	if (keyMode !== 'raw' && keyMode !== 'passphrase') throw invalid('its kind of key is unknown');
	const iv = bytesIn(fields, 'iv', IV_SIZE, IV_SIZE);
	const chunkSize = integerIn(fields, 'chunkSize', 1, MAX_CHUNK_SIZE, CHUNK_SIZE);
	return {
		chunkSize,
		fileSize: integerIn(fields, 'fileSize', 0, MAX_FILE_SIZE),
		name: textOf(name),
		mime: textOf(mime),
		iv,
		kdf: keyMode === 'passphrase' ? parseDerivation(fields.kdf) : undefined,
	};
}

/** Keeps all sizes and positions exact, even with chunks of one byte. */
const MAX_FILE_SIZE = 2 ** 48;

function parseDerivation(kdf: unknown): KeyDerivation {
	if (!isJsonObject(kdf)) throw invalid('it does not state how its key is derived');
	const salt = bytesIn(kdf, 'salt', 8, 64);
	const name = kdf.alg ?? kdf.algorithm;
	if (name === undefined) {
		if ((kdf.hash ?? 'SHA-256') !== 'SHA-256') throw invalid('its hash is not SHA-256');
		const iterations = integerIn(kdf, 'iterations', 1, MAX_PBKDF2_ITERATIONS, PBKDF2_ITERATIONS);
		return { algorithm: 'pbkdf2', salt, iterations };
	}
	if (typeof name !== 'string' || name.toLowerCase() !== 'argon2id') {
		throw invalid('its key derivation is unknown');
	}
	integerIn(kdf, 'hashLen', 32, 32, 32);
	const parallelism = integerIn(kdf, 'parallelism', 1, MAX_ARGON2_COST, 1);
	return {
		algorithm: 'argon2id',
		salt,
		memory: integerIn(kdf, 'memory', 8 * parallelism, MAX_ARGON2_MEMORY, 64 * 1024),
		iterations: integerIn(kdf, 'iterations', 1, MAX_ARGON2_COST, 2),
		parallelism,
	};
}

function parseObject(json: Buffer): JsonRecord {
	let parsed: unknown;
	try {
		parsed = JSON.parse(json.toString());
	} catch {
		parsed = undefined;
	}
	if (isJsonObject(parsed)) return parsed;
	throw invalid('its header is not a JSON object');
}

function integerIn(
	fields: JsonRecord,
	name: string,
	min: number,
	max: number,
	fallback?: number,
): number {
	const value = fields[name] ?? fallback;
	const isValid = Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
	if (isValid) return Number(value);
	throw invalid(`“${name}” in its header must be a whole number from ${min} to ${max}`);
}

function bytesIn(fields: JsonRecord, name: string, min: number, max: number): Buffer {
	const bytes = decodeBase64(fields[name]);
	if (bytes && bytes.length >= min && bytes.length <= max) return bytes;
	throw invalid(`“${name}” in its header has the wrong length`);
}

/** Decodes base64 in both alphabets, with or without padding, as FileShot's desktop app does; undefined if invalid. */
export function decodeBase64(text: unknown): Buffer | undefined {
	if (typeof text !== 'string' || !/^[\w+/-]*={0,2}$/.test(text)) return undefined;
	return Buffer.from(text, 'base64');
}

export const invalid = (problem: string) =>
	new EncryptionError(
		`The encrypted file is damaged: ${problem}`,
		'No file was stored. Download it again. If this keeps happening, ask the sender to upload the file again.',
	);
