import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FilestackError } from './error.mts';
import type { StorageLocation } from './files.mts';
import { randomLetters } from './randomIds.mts';
import type { StoreOptions } from './storeOptions.mts';

/** Stored bytes of a part; with Intelligent Ingestion a part consists of several chunks. */
export interface Chunk {
	/** Bytes from the start of the part. */
	offset: number;
	size: number;
	/** The storage's ETag, including its quotes. */
	etag: string;
	blob: string;
}

/** A multipart upload. */
export interface Upload {
	/** The `upload_id`. */
	id: string;
	createdAt: string;
	uri: string;
	region: string;
	mimetype: string;
	/** The announced size in bytes. */
	size: number;
	options: StoreOptions;
	place: StorageLocation;
	/** Whether its parts are sent in chunks. */
	intelligent: boolean;
	/** The chunks by part number, from 1. */
	parts: Record<string, Chunk[]>;
	/** Leaves `open` once `complete` has verified all parts. */
	state: 'open' | 'merging' | 'merged' | 'stored';
	/** The ID of the complete file's bytes. */
	blob?: string;
}

/** Lifetime of an upload, in milliseconds; not documented. */
const LIFETIME_MS = 24 * 3_600_000;

/** Time between checks whether the parts of an expired upload are still being merged, in milliseconds. */
const MERGE_CHECK_MS = 60_000;

/** The minimum size of all parts except the last (Amazon S3, Multipart upload limits; also the SDK's minimum). */
const MIN_PART_SIZE = 5 * 1024 * 1024;

/** A part in the list that a client sends with complete. */
export interface ListedPart {
	part_number: number;
	etag: string;
}

/** The app's multipart uploads. */
export class Uploads {
	readonly #documents: JsonStore<Upload>;
	readonly #context: ServiceContext;
	/** Merge errors by upload ID. */
	readonly #failures = new Map<string, Error>();

	private constructor(documents: JsonStore<Upload>, context: ServiceContext) {
		this.#documents = documents;
		this.#context = context;
	}

	static async open(context: ServiceContext): Promise<Uploads> {
		const documents = await JsonStore.open<Upload>(join(context.folder, 'uploads'));
		// Restart merges that an earlier run did not finish.
		for (const upload of documents.all()) if (upload.state === 'merging') upload.state = 'open';
		const uploads = new Uploads(documents, context);
		for (const upload of uploads.all()) uploads.#scheduleExpiry(upload, expiryOf(upload));
		return uploads;
	}

	all(): readonly Upload[] {
		return this.#documents.all();
	}

	/** Returns an upload, unless it has expired. */
	get(id: string): Upload | undefined {
		const upload = this.#documents.get(id);
		return upload && this.#context.clock.now() < expiryOf(upload) ? upload : undefined;
	}

	async start(
		wanted: Pick<Upload, 'mimetype' | 'size' | 'options' | 'place' | 'intelligent'>,
	): Promise<Upload> {
		const id = randomLetters(64);
		const { options, place } = wanted;
		const upload: Upload = {
			...{ ...wanted, id, createdAt: this.#context.clock.now().toISOString() },
			uri: `/${options.container}/${place.key}`,
			...{ region: 'us-east-1', parts: {}, state: 'open' },
		};
		await this.#documents.put(upload);
		this.#scheduleExpiry(upload, expiryOf(upload));
		return upload;
	}

	/** Stores a chunk; replaces an earlier one at the same offset, as S3 does. */
	async addChunk(upload: Upload, part: number, chunk: Chunk): Promise<void> {
		const chunks = (upload.parts[part] ??= []);
		const same = chunks.findIndex(({ offset }) => offset === chunk.offset);
		const old = same === -1 ? undefined : chunks.splice(same, 1, chunk)[0];
		if (!old) chunks.push(chunk);
		chunks.sort((a, b) => a.offset - b.offset);
		await this.#documents.put(upload);
		if (old) await this.#context.blobs.remove([old.blob]);
	}

	/**
	 * Compares the stored parts with the client's list (absent with Intelligent Ingestion).
	 * @throws {FilestackError} for parts that are missing, repeated, out of order, too small or different from the list
	 */
	checkParts(upload: Upload, listed: readonly ListedPart[] | undefined): void {
		const arrived = Object.keys(upload.parts).map(Number);
		if (listed === undefined && !upload.intelligent)
			throw new FilestackError(400, 'parts are required');
		const parts = listed ?? arrived.map((part_number) => ({ part_number, etag: undefined }));
		for (const [index, { part_number: number, etag }] of parts.entries()) {
			const [first] = upload.parts[number] ?? [];
			if (number !== index + 1) throw new FilestackError(400, 'Parts are missing or not in order');
			if (!first) throw new FilestackError(400, `Part ${number} has not been uploaded`);
			if (etag !== undefined && unquoted(etag) !== unquoted(first.etag)) {
				throw new FilestackError(400, `Part ${number} has another etag`);
			}
		}
		if (parts.length !== arrived.length)
			throw new FilestackError(400, 'Parts are missing or not in order');
		const sizes = parts.map(({ part_number }) => contiguousLength(upload.parts[part_number]));
		const gap = sizes.indexOf(undefined);
		if (gap !== -1) throw new FilestackError(400, `Part ${gap + 1} has a gap`);
		const small = sizes.slice(0, -1).findIndex((size = 0) => size < MIN_PART_SIZE);
		if (small !== -1) throw new FilestackError(400, `Part ${small + 1} is smaller than 5 MiB`);
		const total = sizes.reduce<number>((sum, size = 0) => sum + size, 0);
		if (total !== upload.size) {
			throw new FilestackError(400, `The parts have ${total} bytes, the file has ${upload.size}`);
		}
	}

	/** Starts merging the parts without waiting for it. */
	async merge(upload: Upload): Promise<void> {
		upload.state = 'merging';
		await this.#documents.put(upload);
		void this.#merge(upload).catch((error: Error) => {
			// The disk is full or the sandbox is closing. The next `complete` reports the error and the one after it
			// retries.
			upload.state = 'open';
			this.#failures.set(upload.id, error);
		});
	}

	/** @throws the error of the last merge, once */
	checkMerge({ id }: Upload): void {
		const failure = this.#failures.get(id);
		this.#failures.delete(id);
		if (failure) throw failure;
	}

	/** Marks the upload as stored; repeated calls of `complete` then return the same response. */
	async markStored(upload: Upload): Promise<void> {
		upload.state = 'stored';
		await this.#documents.put(upload);
	}

	async #merge(upload: Upload): Promise<void> {
		const { blobs } = this.#context;
		const chunks = Object.values(upload.parts).flat();
		const whole = await blobs.join(chunks.map(({ blob }) => blob));
		upload.blob = whole.id;
		upload.state = 'merged';
		await this.#documents.put(upload);
		await blobs.remove(chunks.map(({ blob }) => blob));
	}

	/** Removes the upload when it expires, with all bytes that have not become a file. */
	#scheduleExpiry({ id }: Upload, due: Date): void {
		this.#context.clock.at(due, async () => {
			const upload = this.#documents.get(id);
			if (!upload) return;
			if (upload.state === 'merging') {
				this.#scheduleExpiry(upload, new Date(due.getTime() + MERGE_CHECK_MS));
				return;
			}
			await this.#documents.remove(id);
			if (upload.state === 'stored') return;
			const chunks = Object.values(upload.parts).flat();
			const merged = upload.blob === undefined ? [] : [upload.blob];
			await this.#context.blobs.remove([...chunks.map(({ blob }) => blob), ...merged]);
		});
	}
}

const expiryOf = ({ createdAt }: Upload): Date =>
	new Date(new Date(createdAt).getTime() + LIFETIME_MS);

/** Removes the quotes of an ETag; clients send it with or without them. */
const unquoted = (etag: string): string => etag.replaceAll('"', '');

/** Returns the size of a part whose chunks are contiguous; `undefined` if there is a gap or an overlap. */
export function contiguousLength(chunks: readonly Chunk[]): number | undefined {
	let length = 0;
	for (const { offset, size } of chunks) {
		if (offset !== length) return undefined;
		length += size;
	}
	return length;
}
