import { NodeOperationError } from 'n8n-workflow';

import type { TransformedFile } from '../../shared/files/download';
import { specificType } from '../../shared/files/fileName';
import { explainErrors } from '../../shared/files/streams';
import { readCheckedCredential } from '../../shared/http/credential';
import { secretsOf } from '../../shared/http/secrets';
import { isJsonObject, type JsonRecord } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { sizeOf } from '../describe';
import { decryptBrowserFile } from '../encryption/browserFormat';
import { ByteReader, type Container, openContainer, startsContainer } from '../encryption/cipher';
import {
	type ContainerHeader,
	EncryptionError,
	type KeyMode,
	keyModeOf,
	PBKDF2_ITERATIONS,
} from '../encryption/container';
import { deriveKey, fragmentIn, parseKey } from '../encryption/keys';
import { fileShot } from '../service';
import { fileField } from './getAll';

const WITH_KEY = ['auto', 'require'];

const keyField: Field = {
	displayName: 'Key',
	name: 'decryptionKey',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	displayOptions: { show: { decrypt: WITH_KEY } },
	description:
		'The key of an encrypted file: the part of its link after #, or the whole link. Not needed if File contains the whole link.',
};

const passphraseField: Field = {
	displayName: 'Passphrase',
	name: 'decryptionPassphrase',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	displayOptions: { show: { decrypt: [...WITH_KEY, 'browserFormat'] } },
	description:
		'The passphrase of a file that was encrypted with one. If empty, the Encryption Passphrase of the credential is used.',
};

export const decryptionFields: Field[] = [
	{
		displayName: 'Decrypt',
		name: 'decrypt',
		type: 'options',
		options: [
			{
				name: 'Automatically',
				value: 'auto',
				description: 'Decrypt an encrypted file if its key or passphrase is available',
			},
			{ name: 'Never', value: 'never', description: 'Download encrypted files as they are' },
			{
				name: 'Older Browser Format',
				value: 'browserFormat',
				description:
					'Decrypt a file that an older version of FileShot’s page encrypted with a passphrase (up to 100 MiB)',
			},
			{
				name: 'Required',
				value: 'require',
				description: 'Decrypt the file, and fail if it is not encrypted or cannot be decrypted',
			},
		],
		default: 'auto',
		description: 'What to do with a file that was encrypted end to end (zero-knowledge)',
	},
	keyField,
	passphraseField,
];

/** How to decrypt a file: what the user selected, and the secrets that are available. */
export interface Decryption {
	mode: 'auto' | 'never' | 'require' | 'browserFormat';
	key?: Buffer;
	passphrase?: string;
	/** Whether the passphrase is that of the credential, which need not belong to this file. */
	isSharedPassphrase: boolean;
}

/**
 * Reads the settings for decryption.
 * @throws NodeOperationError for an invalid key, and for a missing key or passphrase, before anything is requested
 */
export async function readDecryption(item: ItemContext): Promise<Decryption> {
	const { functions, parameter } = item;
	const mode = parameter<Decryption['mode']>('decrypt');
	if (mode === 'never') return { mode, isSharedPassphrase: false };
	const key = mode === 'browserFormat' ? undefined : readKey(item);
	const own = parameter<string>(passphraseField.name);
	const { encryptionPassphrase } = await readCheckedCredential(functions, fileShot);
	const shared = typeof encryptionPassphrase === 'string' ? encryptionPassphrase : '';
	const passphrase = own || shared || undefined;
	if (mode !== 'auto' && key === undefined && passphrase === undefined) {
		const isKeyAllowed = mode === 'require';
		throw invalidParameter(
			item,
			isKeyAllowed ? keyField.displayName : passphraseField.displayName,
			'is empty',
			isKeyAllowed
				? 'Enter the Key or the Passphrase of the file, or enter its whole link, including the part after #, in File.'
				: 'Enter the passphrase with which the file was encrypted.',
		);
	}
	return { mode, key, passphrase, isSharedPassphrase: own === '' };
}

/** Returns the key in the field or, if it is empty, in the fragment of the link. */
function readKey(item: ItemContext): Buffer | undefined {
	const { functions, itemIndex, parameter } = item;
	const text = parameter<string>(keyField.name).trim();
	const locator: unknown = functions.getNodeParameter(fileField.name, itemIndex, '');
	const link = isJsonObject(locator) ? locator.value : locator;
	const fragment = text === '' && typeof link === 'string' ? fragmentIn(link) : undefined;
	const key = parseKey(text || (fragment ?? ''));
	if (key) {
		const secrets = secretsOf(functions);
		for (const encoding of ['base64', 'base64url', 'hex'] as const) {
			secrets.add(key.toString(encoding));
		}
	}
	if (text === '' || key) return key;
	throw invalidParameter(
		item,
		keyField.displayName,
		'is not a valid key',
		'Copy the whole part of the link after #. A key has 43 characters.',
	);
}

/** What Download reports about the encryption of a file. */
export type EncryptionReport =
	| { isCiphertext: false }
	| { isCiphertext: true; notice: string }
	| {
			isCiphertext: false;
			decrypted: true;
			keyMode: KeyMode;
			/** Bytes of the file at FileShot. */
			encryptedSize?: number;
			/** False for an empty file, which contains nothing that a key could verify. */
			verified: boolean;
			notice?: string;
	  };

const NO_KEY =
	'This file was encrypted on the sender’s device (zero-knowledge) and is still encrypted. FileShot does not have the key. It is in the sender’s link, after the #, or was sent to you as a passphrase.';
const WEAK_PASSPHRASE =
	'The passphrase of this file can be guessed faster than usual, because the program that encrypted the file used few iterations of PBKDF2.';
const UNKNOWN_FORMAT =
	'FileShot reports that this file was encrypted on the sender’s device (zero-knowledge), but it is not in FileShot’s current format. If it was encrypted in a browser with a passphrase, set Decrypt to Older Browser Format.';

/**
 * Decrypts a download, or passes it on if it is not encrypted or cannot be decrypted.
 * @param data the details of the file from FileShot
 * @throws NodeOperationError also from the chunks, for a wrong key or a damaged file
 */
export async function decryptDownload(
	item: ItemContext,
	decryption: Decryption,
	data: JsonRecord,
	chunks: AsyncIterable<Buffer>,
	remoteSize: number | undefined,
): Promise<{ file: TransformedFile; report: EncryptionReport | undefined }> {
	const reader = new ByteReader(chunks);
	const explain = (error: unknown) => explained(item, error);
	try {
		if (decryption.mode === 'browserFormat') {
			const opened = await decryptBrowserFile(reader, decryption.passphrase!);
			return {
				file: { chunks: chunksOf(opened), name: originalName(data), size: opened.length },
				report: { isCiphertext: false, decrypted: true, keyMode: 'passphrase', verified: true },
			};
		}
		if (!(await startsContainer(reader))) {
			if (decryption.mode === 'require') throw notEncryptedError();
			return { file: { chunks: reader.rest() }, report: undefined };
		}
		if (decryption.mode === 'never' || isKeyless(decryption)) {
			return { file: { chunks: reader.rest() }, report: { isCiphertext: true, notice: NO_KEY } };
		}
		const container = await openContainer(reader);
		const key = await keyOf(decryption, container.header);
		if (!key) {
			return { file: { chunks: reader.rest() }, report: { isCiphertext: true, notice: NO_KEY } };
		}
		checkSizes(container, data, remoteSize);
		const { name, mime, fileSize } = container.header;
		return {
			file: {
				chunks: explainErrors(container.decrypt(key), explain),
				name: name ?? originalName(data),
				mimeType: specificType(mime),
				size: fileSize,
			},
			report: {
				isCiphertext: false,
				decrypted: true,
				keyMode: keyModeOf(container.header),
				encryptedSize: container.size,
				verified: fileSize > 0,
				...(isWeak(container.header) && { notice: WEAK_PASSPHRASE }),
			},
		};
	} catch (error) {
		await reader.close();
		throw explain(error);
	}
}

/** The report about a file that was not decrypted and is not a container. */
export const reportOf = (isFlagged: boolean): EncryptionReport =>
	isFlagged ? { isCiphertext: true, notice: UNKNOWN_FORMAT } : { isCiphertext: false };

const isWeak = ({ kdf }: ContainerHeader) =>
	kdf?.algorithm === 'pbkdf2' && kdf.iterations < PBKDF2_ITERATIONS;

const isKeyless = ({ key, passphrase }: Decryption) =>
	key === undefined && passphrase === undefined;

/**
 * Returns the key for a container; undefined if the file may stay encrypted.
 * @throws EncryptionError if only the wrong kind of secret is available
 */
async function keyOf(
	{ mode, key, passphrase, isSharedPassphrase }: Decryption,
	{ kdf }: ContainerHeader,
): Promise<Buffer | undefined> {
	if (kdf && passphrase !== undefined) return await deriveKey(passphrase, kdf);
	if (!kdf && key) return key;
	if (!kdf && mode === 'auto' && isSharedPassphrase) return undefined;
	throw kdf
		? new EncryptionError(
				'The file was encrypted with a passphrase, not with a key',
				'Enter the passphrase in the field Passphrase.',
			)
		: new EncryptionError(
				'The file was encrypted with a key, not with a passphrase',
				'Enter the part of the link after # in the field Key, or the whole link in File.',
			);
}

/**
 * Compares a container with the sizes that FileShot reports. A container that was cut at the end of a chunk can only be
 * recognized this way, because its header is not authenticated.
 * @throws EncryptionError
 */
function checkSizes(
	{ header: { fileSize }, size }: Container,
	data: JsonRecord,
	remoteSize: number | undefined,
): void {
	const stored = sizeOf(data);
	// FileShot's desktop apps report the size before or after encryption (fileshot-desktop, main.js and upload.rs).
	const isPlausible = stored === undefined || stored === fileSize || stored === size;
	const original = Number(data.originalFileSize ?? data.original_file_size ?? fileSize);
	if ((remoteSize ?? size) === size && isPlausible && original === fileSize) return;
	throw new EncryptionError(
		`The encrypted file is incomplete or was changed: it contains ${fileSize} bytes, or ${size} bytes when encrypted, but FileShot reports ${[original, stored, remoteSize].find((one) => one !== undefined && one !== fileSize && one !== size)} bytes`,
		'No file was stored. Download it again. If this keeps happening, ask the sender to upload the file again.',
	);
}

const notEncryptedError = () =>
	new EncryptionError(
		'The file is not encrypted in FileShot’s format',
		'Set Decrypt to Automatically to accept files that are not encrypted, or to Older Browser Format for a file that was encrypted in a browser with a passphrase.',
	);

/** The name before encryption, as FileShot reports it; undefined if it reports none. */
function originalName({ originalFileName, fileName }: JsonRecord): string | undefined {
	const name = originalFileName ?? fileName;
	return typeof name === 'string' ? name.replace(/(.)\.encrypted$/i, '$1') : undefined;
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
	yield await Promise.resolve(bytes);
}

function explained({ functions, itemIndex }: ItemContext, error: unknown): Error {
	if (!(error instanceof EncryptionError)) return error as Error;
	const { message, advice: description } = error;
	return new NodeOperationError(functions.getNode(), message, { description, itemIndex });
}
