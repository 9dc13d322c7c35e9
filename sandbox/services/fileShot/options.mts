import { extname } from 'node:path';
import { InvalidField, Fields, required } from '../../core/fields.mts';
import type { Settings } from '../../core/settings.mts';
import { FileShotError } from './error.mts';

/** The options of an upload. */
export interface FileOptions {
	/** The end of the link, instead of the ID. */
	slug?: string;
	passwordProtected: boolean;
	/** The docs have the passwordProtected field but none for the password itself; `password` is accepted. */
	password?: string;
	/** Lifetime in days. */
	days: number;
	/** US cents; absent if the file is free. */
	price?: number;
	maxDownloads?: number;
	/** Whether the bytes are ciphertext; the server does not know the key. */
	isZeroKnowledge: boolean;
	/** Bytes of an encrypted file before its encryption, as its uploader reported them. */
	originalSize?: number;
}

/** The links in use. */
interface LinkIndex {
	byLink(slugOrId: string): unknown;
}

/** Default lifetime; not documented. The desktop app sends 90. */
const DEFAULT_DAYS = 90;
const MAX_DAYS = 365;

/** FileShot's own uploader zips these before uploading (fileshot-desktop, scripts/upload-desktop-builds.js). */
const BLOCKED = new Set(
	[
		'exe bat cmd com pif scr msi vbs vbe js jse wsf wsh ps1 psm1 sh bash zsh run app deb rpm dmg',
		'pkg jar apk php php3 php4 php5 phtml asp aspx jsp cgi dll sys drv ocx so dylib',
	]
		.join(' ')
		.split(' '),
);

/** Maximum length of a file name, in characters; not documented. */
const MAX_NAME_LENGTH = 1000;

/** @throws {InvalidField} for a missing, invalid or blocked name */
export function validName(field: string, name: string | undefined): string {
	const given = required(field, name);
	if (given.length > MAX_NAME_LENGTH) {
		throw new InvalidField(`The file name must not be longer than ${MAX_NAME_LENGTH} characters`);
	}
	if (given.includes('\0')) throw new InvalidField('The file name must not contain NUL');
	const extension = extname(given).slice(1).toLowerCase();
	if (BLOCKED.has(extension)) throw new InvalidField(`Files of type .${extension} are not allowed`);
	return given;
}

/**
 * Reads the options with the field names of the docs, the desktop app or both, depending on the setting.
 * @throws {InvalidField}
 * @throws {FileShotError} for a slug that is already taken
 */
export function readOptions(fields: Fields, settings: Settings, files: LinkIndex): FileOptions {
	const dialect = settings.get('dialect');
	const documented = dialect === 'desktop' ? undefined : documentedOptions(fields);
	const desktop = dialect === 'documented' ? undefined : desktopOptions(fields);
	const slug = validSlug(documented?.slug ?? desktop?.slug, files);
	const days = documented?.days ?? desktop?.days ?? DEFAULT_DAYS;
	const password = fields.string('password') || undefined;
	return {
		slug,
		days,
		passwordProtected: documented?.isProtected ?? desktop?.isProtected ?? password !== undefined,
		password,
		price: documented?.price,
		maxDownloads: desktop?.maxDownloads,
		isZeroKnowledge: desktop?.isZeroKnowledge ?? false,
		originalSize: desktop?.isZeroKnowledge ? desktop.originalSize : undefined,
	};
}

/** FileShot docs, Upload File. */
function documentedOptions(fields: Fields) {
	const isPaid = fields.boolean('enablePaidAccess') ?? false;
	const price = fields.integer('price', 100, 100_000_000);
	if (isPaid && price === undefined) throw new InvalidField('price is required for paid access');
	if (!isPaid && price !== undefined) throw new InvalidField('price needs enablePaidAccess');
	return {
		slug: fields.string('customSlug'),
		days: fields.integer('expiryDays', 1, MAX_DAYS),
		isProtected: fields.boolean('passwordProtected'),
		price,
	};
}

/**
 * fileshot-desktop, src-tauri/src/services/upload.rs: other names, booleans as strings; a longer lifetime is reduced to
 * the maximum.
 */
function desktopOptions(fields: Fields) {
	const days = fields.integer('expirationDays', 1, 1_000_000);
	return {
		slug: fields.string('customLink'),
		days: days === undefined ? undefined : Math.min(days, MAX_DAYS),
		isProtected: fields.boolean('isPasswordProtected'),
		maxDownloads: fields.integer('maxDownloads', 1, 1_000_000_000),
		isZeroKnowledge: fields.boolean('isZeroKnowledge'),
		originalSize: fields.integer('originalFileSize', 0, Number.MAX_SAFE_INTEGER),
	};
}

function validSlug(slug: string | undefined, files: LinkIndex): string | undefined {
	if (slug === undefined || slug === '') return undefined;
	if (!/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/.test(slug)) {
		throw new InvalidField('customSlug takes up to 64 letters, digits, - and _');
	}
	if (files.byLink(slug)) throw new FileShotError(400, 'customSlug is already taken');
	return slug;
}
