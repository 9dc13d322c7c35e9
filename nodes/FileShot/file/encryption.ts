import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { PartSettings } from '../../shared/files/settings';
import {
	type FileSource,
	SizeMismatchError,
	sizeMismatchError,
	sourceReadError,
} from '../../shared/files/source';
import {
	compareWithService,
	countAndHash,
	streamFrom,
	type StreamStats,
} from '../../shared/files/streams';
import { readCheckedCredential } from '../../shared/http/credential';
import { secretsOf } from '../../shared/http/secrets';
import type { JsonRecord } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import type { OutputItem } from '../../shared/node/output';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { describeFile, fileIdOf, sizeOf } from '../describe';
import {
	containerSize,
	type ContainerHeader,
	encodeHeader,
	type KeyMode,
	newHeader,
} from '../encryption/container';
import { encrypt } from '../encryption/cipher';
import { deriveKey, fragmentOf, MIN_PASSPHRASE_LENGTH, newKey } from '../encryption/keys';
import { fileShot } from '../service';
import { uploadInChunks } from './uploadInChunks';
import { UPLOAD_PROTOCOLS, type UploadOptions, type UploadStyle } from './uploadProtocols';

const encryptField: Field = {
	displayName: 'Encrypt',
	name: 'encrypt',
	type: 'options',
	options: [
		{ name: 'None', value: 'none', description: 'FileShot can read the file' },
		{
			name: 'With a Key in the Link',
			value: 'raw',
			description: 'Anyone who has the whole link (secretLink in the output) can read the file',
		},
		{
			name: 'With a Passphrase',
			value: 'passphrase',
			description: 'The recipient needs the link and the passphrase',
		},
	],
	default: 'none',
	description:
		'Whether to encrypt the file end to end (zero-knowledge) before it is sent. FileShot receives neither the key nor the passphrase.',
};

const passphraseField: Field = {
	displayName: 'Encryption Passphrase',
	name: 'encryptionPassphrase',
	type: 'string',
	typeOptions: { password: true },
	isSafeguard: true,
	default: '',
	displayOptions: { show: { encrypt: ['passphrase'] } },
	hint: 'Use 12 characters or more, because anyone with the link can try out passphrases',
	description:
		'Send it to the recipient through another channel than the link. If empty, the Encryption Passphrase of the credential is used.',
};

export const encryptionFields: Field[] = [encryptField, passphraseField];

export const hideNameOption: Field = {
	displayName: 'Hide the File Name',
	name: 'hideFileName',
	type: 'boolean',
	default: false,
	displayOptions: { show: { '/encrypt': ['raw', 'passphrase'] } },
	description:
		'Whether to call an encrypted file “file.bin”. Otherwise, FileShot sees its name and type, because only the content is encrypted.',
};

/** How the files of an item are encrypted. */
export interface Encryption {
	keyMode: KeyMode;
	/** Undefined for a key in the link. */
	passphrase?: string;
	hidesName: boolean;
}

/**
 * Reads the settings for encryption; undefined if files are not encrypted.
 * @throws NodeOperationError for settings that cannot be combined, and for a passphrase that is missing or too short
 */
export async function readEncryption(item: ItemContext): Promise<Encryption | undefined> {
	const { functions, parameter, option } = item;
	const keyMode = parameter<KeyMode | 'none'>(encryptField.name);
	if (keyMode === 'none') return undefined;
	const { displayName: label } = encryptField;
	if (option<UploadStyle>('uploadStyle') === 'documented') {
		const advice =
			'Set Upload Style to Auto, because only the requests of FileShot’s desktop app can mark a file as encrypted.';
		throw invalidParameter(item, label, 'cannot be used with Upload Style “Documented”', advice);
	}
	if (parameter<boolean>('passwordProtected')) {
		const advice =
			'Turn off Password Protected, or set Encrypt to None. With a passphrase, a password is not needed.';
		throw invalidParameter(item, label, 'cannot be used with Password Protected', advice);
	}
	if (parameter<boolean>('paidAccess')) {
		const advice = 'Turn off Paid Access, or set Encrypt to None.';
		throw invalidParameter(item, label, 'cannot be used with Paid Access', advice);
	}
	const hidesName = option<boolean>(hideNameOption.name) ?? false;
	if (keyMode === 'raw') return { keyMode, hidesName };
	const { encryptionPassphrase: shared } = await readCheckedCredential(functions, fileShot);
	const passphrase = parameter<string>(passphraseField.name) || String(shared ?? '');
	if (passphrase.trim().length < MIN_PASSPHRASE_LENGTH) {
		throw invalidParameter(
			item,
			passphraseField.displayName,
			passphrase === '' ? 'is empty' : `must have ${MIN_PASSPHRASE_LENGTH} characters or more`,
			'Enter a passphrase here or in the FileShot credential. Use 12 characters or more.',
		);
	}
	return { keyMode, passphrase, hidesName };
}

/**
 * Encrypts a file and uploads it the way FileShot's desktop app does, because the documented requests cannot mark a file
 * as encrypted. Each call uses a new key, or a new salt.
 * @param check throws an error if the stored file does not have the options; `now` is in milliseconds since 1970
 */
export async function uploadEncrypted(
	item: ItemContext,
	file: FileSource,
	encryption: Encryption,
	options: UploadOptions,
	settings: PartSettings,
	check: (data: JsonRecord, now: number) => void,
): Promise<OutputItem> {
	const node = item.functions.getNode();
	const { keyMode } = encryption;
	const shown = encryption.hidesName
		? { ...file, fileName: 'file.bin', mimeType: 'application/octet-stream' }
		: file;
	const { fileName: name, mimeType: mime, size: fileSize } = shown;
	const header = newHeader({ name, mime, fileSize }, keyMode);
	const key = header.kdf ? await deriveKey(encryption.passphrase!, header.kdf) : newKey();
	if (keyMode === 'raw') secretsOf(item.functions).add(key.toString('base64url'));
	const { container, plain } = encryptedSource(item, file, header, key, settings.sha256);
	const original = { ...shown, isPassphrase: keyMode === 'passphrase' };
	const { data, stats, context } = await uploadInChunks(
		item,
		container,
		{ ...options, original },
		settings,
		UPLOAD_PROTOCOLS.desktop,
	).catch((error: unknown) => {
		throw withAdvice(error);
	});
	check(data, context.now);
	const reported = sizeOf(data);
	compareWithService(node, file.fileName, stats, {
		// FileShot's desktop apps send the size before or after encryption.
		size: reported === fileSize ? undefined : reported,
		sha256: data.sha256,
	});
	const described = describeFile({ isZeroKnowledge: true, ...data }, context);
	const { linkBase } = context;
	const link = withoutFragment(String(described.added?.link));
	const added = {
		...described.added,
		...(keyMode === 'raw' && {
			secretLink: `${ownLink(link, linkBase, fileIdOf(data))}${fragmentOf(key)}`,
		}),
		link,
		name: file.fileName,
		size: fileSize,
		mimeType: file.mimeType,
		keyMode,
		encryptedSize: container.size,
		...(settings.sha256 && { sha256: plain.sha256, encryptedSha256: stats.sha256 }),
	};
	return { json: described.json, added };
}

/**
 * The container of a file as the source of an upload. Its key and IV must not be used for other bytes, so a file that is
 * read from a URL, where it may change, is read only once.
 * @returns also the hash of the file before encryption, once it has been read
 */
function encryptedSource(
	{ functions }: ItemContext,
	file: FileSource,
	header: ContainerHeader,
	key: Buffer,
	sha256: boolean,
): { container: FileSource; plain: Pick<StreamStats, 'sha256'> } {
	const node = functions.getNode();
	const plain: { sha256?: string } = {};
	let failure: Error | undefined;
	let isRead = false;
	const open = async () => {
		if (isRead && file.readFailure) throw cannotRepeatError(node, file.fileName);
		isRead = true;
		const source = await file.open();
		let size = 0;
		const { stream, stats } = countAndHash(source, {
			sha256,
			expectedSize: file.size,
			isTransformed: true,
			progress: (bytes) => {
				size += bytes;
				if (size > file.size) throw sizeMismatchError(node, file, size);
			},
			validate: () => (size < file.size ? sizeMismatchError(node, file, size) : undefined),
		});
		const read = async function* () {
			try {
				yield* encrypt(Buffer.isBuffer(stream) ? [stream] : asChunks(stream), header, key);
				plain.sha256 = stats.sha256;
			} catch (error) {
				failure =
					error instanceof SizeMismatchError ? error : sourceReadError(node, file, size, error);
				throw failure;
			}
		};
		return streamFrom(read());
	};
	const container = {
		field: file.field,
		fileName: `${header.name}.encrypted`,
		mimeType: 'application/octet-stream',
		size: containerSize(header, encodeHeader(header).length),
		open,
		readFailure: () => failure,
	};
	return { container, plain };
}

const asChunks = (stream: unknown) => stream as AsyncIterable<Buffer>;

const cannotRepeatError = (node: Parameters<typeof sizeMismatchError>[0], fileName: string) =>
	new NodeOperationError(node, `“${fileName}” cannot be encrypted twice with the same key`, {
		description: 'The file at the URL may have changed. Run the node again to use a new key.',
	});

const withoutFragment = (url: string): string => url.replace(/#.*$/s, '');

/** Returns the link that FileShot returned, unless it leads to another host, which could read the key on its page. */
function ownLink(downloadUrl: string, linkBase: string, fileId: string | undefined): string {
	const isOwn =
		URL.canParse(downloadUrl) && new URL(downloadUrl).origin === new URL(linkBase).origin;
	return isOwn ? downloadUrl : `${linkBase}/f/${encodeURIComponent(fileId ?? '')}`;
}

/** Adds to a rejection that FileShot documents no encrypted uploads for API keys. */
function withAdvice(error: unknown): Error {
	if (error instanceof NodeApiError && /^(400|403|404|405)$/.test(error.httpCode ?? '')) {
		error.description = `${error.description ?? ''} FileShot documents encrypted uploads only for its own apps, so this server may not accept them with an API key. Set Encrypt to None to check.`;
	}
	return error as Error;
}
