import type { FastifyRequest } from 'fastify';
import { reportedSize } from '../../core/faultyValues.mts';
import type { Settings } from '../../core/settings.mts';
import { isoSeconds } from '../../core/time.mts';
import { reportedFlag } from './encryptedDownloads.mts';
import type { Files, StoredFile } from './files.mts';

type Body = Record<string, unknown>;

/** Builds the API's responses in the shapes selected in the settings. */
export class ResponseShapes {
	readonly #settings: Settings;
	readonly #files: Files;

	constructor(settings: Settings, files: Files) {
		this.#settings = settings;
		this.#files = files;
	}

	/** FileShot docs, Upload File. */
	uploaded(request: FastifyRequest, file: StoredFile): Body {
		return {
			success: true,
			fileId: file.id,
			downloadUrl: this.#files.url(file),
			expiresAt: this.#date(file.expiresAt),
			fileSize: reportedSize(request, file.size),
		};
	}

	/** FileShot docs, Get File Info. */
	info(request: FastifyRequest, file: StoredFile): Body {
		return {
			fileId: file.id,
			fileName: file.name,
			fileSize: reportedSize(request, file.size),
			mimeType: file.type,
			expiresAt: this.#date(file.expiresAt),
			...this.#flag(file),
			passwordProtected: file.passwordProtected,
			// Not documented; as the desktop app reported them at the start of the upload.
			...(file.originalSize !== undefined && {
				originalFileName: file.name,
				originalFileSize: file.originalSize,
				originalMimeType: file.type,
			}),
		};
	}

	/**
	 * The docs do not show a list response; these are the fields that the desktop app reads (fileshot-desktop,
	 * src/lib/files.ts).
	 */
	list(request: FastifyRequest, page: readonly StoredFile[], at: Paging): unknown {
		const files = page.map((file) => this.#item(request, file));
		const totalPages = Math.ceil(at.total / at.limit);
		switch (this.#settings.get('listShape')) {
			case 'array':
				return files;
			case 'data':
				return { success: true, data: files, pagination: { ...at, totalPages } };
			case 'items':
				return { items: files, totalCount: at.total };
			case 'results':
				return { results: files, page: at.page, totalPages };
			default:
				return { files, ...at };
		}
	}

	#flag(file: StoredFile): Body {
		const isZeroKnowledge = reportedFlag({ settings: this.#settings }, file);
		return isZeroKnowledge === undefined ? {} : { isZeroKnowledge };
	}

	#item(request: FastifyRequest, file: StoredFile): Body {
		const item: Body = {
			fileId: file.id,
			fileName: file.name,
			fileSize: reportedSize(request, file.size),
			mimeType: file.type,
			createdAt: this.#date(file.createdAt),
			expiresAt: this.#date(file.expiresAt),
			downloadCount: file.downloads,
			maxDownloads: file.maxDownloads ?? null,
			customLink: file.slug ?? null,
			...this.#flag(file),
			hasWrappedKey: false,
			folderId: file.folderId ?? null,
			expired: this.#files.isExpired(file),
		};
		if (this.#settings.get('fieldNames') === 'camelCase') return item;
		return Object.fromEntries(Object.entries(item).map(([name, value]) => [snake(name), value]));
	}

	#date(iso: string): string | number {
		const time = new Date(iso);
		switch (this.#settings.get('dates')) {
			case 'epochSeconds':
				return Math.floor(time.getTime() / 1000);
			case 'epochMilliseconds':
				return time.getTime();
			default:
				return isoSeconds(time);
		}
	}
}

export interface Paging {
	page: number;
	limit: number;
	total: number;
}

const snake = (name: string): string =>
	name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
