import { NodeApiError } from 'n8n-workflow';

import { withItemIndex } from '../http/errors';
import { OutageRetries } from '../http/retry';
import { countOf, type JsonRecord, type Service } from '../http/service';
import type { ItemContext } from '../node/operation';
import { ArrivedParts, ChangedFileError, type ResumePoint } from './arrivedParts';
import { type MultipartOptions, uploadMultipart } from './multipart';
import type { Part } from './parts';
import type { PartSettings } from './settings';
import { type FileSource, SizeMismatchError } from './source';
import { ProgressLog, type StreamStats } from './streams';
import { type ClaimedUpload, UnfinishedUploads } from './unfinishedUploads';

/** An upload that a service has started. */
export interface StartedUpload {
	/** All that the further calls need, as JSON: stored when the upload fails. Must not contain secrets. */
	session: JsonRecord;
	/** Bytes of each part except the last. */
	partSize: number;
	/** The time until which the upload can be continued, in milliseconds since 1970. */
	expiresAt: number;
}

/** The calls of one upload session. */
export interface PartSender<T> {
	/** Sends a part. Retries it, and changes the session if a later attempt needs to know more. */
	send(part: Part): Promise<void>;
	/** Called for each part that an earlier attempt has sent, in the order of the file. */
	skip?(part: Part): void;
	/** Completes the file when every part has arrived. */
	complete(): Promise<T>;
}

/** How a service takes a file in parts. */
export interface ResumableService<T> extends Pick<
	MultipartOptions,
	'partName' | 'completesItself'
> {
	service: Service;
	/** What has to be the same for an upload to be continued, besides the file's name, type and size. */
	target: object;
	start(): Promise<StartedUpload>;
	/** @param retries for every call that is safe to repeat */
	open(upload: StartedUpload, retries: OutageRetries): PartSender<T>;
	/** Whether the session is still open, if a call for it would not show that. */
	isOpen?(upload: StartedUpload): Promise<boolean>;
	/** Whether an upload starts again, once, if its session expires. */
	restartsExpired?: boolean;
	/** Whether a failed upload is never continued, because the file is encrypted with another key each time. */
	startsOver?: boolean;
}

export interface ResumableResult<T> {
	result: T;
	stats: StreamStats;
	parts: number;
}

/** The most uploads that one attempt starts: the second one if the session of the first one expires. */
const MAX_STARTS = 2;

/**
 * Uploads a file in parts. Continues the upload of an earlier attempt if that failed, its session still exists and the
 * file is the same; otherwise starts a new one from the first byte.
 * @throws NodeApiError or NodeOperationError that says whether the next attempt continues
 */
export async function uploadResumably<T>(
	item: ItemContext,
	file: FileSource,
	settings: PartSettings,
	service: ResumableService<T>,
): Promise<ResumableResult<T>> {
	const { functions, itemIndex } = item;
	const unfinished = service.startsOver
		? undefined
		: await UnfinishedUploads.of(functions, service.service, file, service.target);
	let earlier = unfinished && (await claimOpen(item, unfinished, file, service));
	for (let starts = 0; ;) {
		if (!earlier) starts++;
		const upload: StartedUpload = earlier ?? (await service.start());
		const attempt = new Attempt(item, file, settings, service, upload, earlier);
		try {
			return await attempt.run();
		} catch (error) {
			const startsAgain = earlier
				? attempt.isRejected(error)
				: service.restartsExpired && starts < MAX_STARTS && attempt.isExpired(error);
			if (!startsAgain) {
				const problem = withItemIndex(functions.getNode(), error, itemIndex);
				throw unfinished ? attempt.keep(unfinished, problem) : problem;
			}
			earlier = undefined;
		}
	}
}

/** Claims an earlier upload; undefined if there is none, or if its file may have been completed since. */
async function claimOpen<T>(
	{ functions, itemIndex }: ItemContext,
	unfinished: UnfinishedUploads,
	{ size }: FileSource,
	{ isOpen }: ResumableService<T>,
): Promise<ClaimedUpload | undefined> {
	const upload = unfinished.claim();
	if (!upload) return undefined;
	// If every part has arrived, their hash proves that the complete file is the same.
	const isWhole = upload.parts * upload.partSize >= size;
	if (isWhole || (upload.isExclusive && !upload.mayBeComplete)) return upload;
	try {
		return !isOpen || (await isOpen(upload)) ? upload : undefined;
	} catch (error) {
		// Asked again by the next attempt.
		unfinished.keep({ ...upload, mayBeComplete: true });
		throw withItemIndex(functions.getNode(), error, itemIndex);
	}
}

/** The largest part, in bytes: each one is held in memory. */
const MAX_PART_SIZE = 2 ** 30;
/** The most parts of a file: more are a sign that a service does not report its part size in bytes. */
const MAX_PARTS = 100_000;

/**
 * Returns the part size that a service requires, in bytes, or the size of the file if that is smaller; undefined if it is
 * not a number, or if the parts would be too large or too many.
 */
export function usablePartSize(required: unknown, fileSize: number): number | undefined {
	const size = Math.min(countOf(required) ?? 0, Math.max(1, fileSize));
	const isUsable = size > 0 && size <= MAX_PART_SIZE && fileSize / size <= MAX_PARTS;
	return isUsable ? size : undefined;
}

/** One attempt to send a file with one upload session. */
class Attempt<T> {
	private readonly arrived: ArrivedParts;
	private readonly total: number;
	private isSent = false;

	/** @param earlier where an earlier attempt with this upload has ended */
	constructor(
		private readonly item: ItemContext,
		private readonly file: FileSource,
		private readonly settings: PartSettings,
		private readonly service: ResumableService<T>,
		private readonly upload: StartedUpload,
		private readonly earlier: ClaimedUpload | undefined,
	) {
		this.arrived = new ArrivedParts(settings.concurrency);
		if (earlier) this.arrived.resumeFrom(earlier);
		this.total = Math.max(1, Math.ceil(file.size / upload.partSize));
	}

	async run(): Promise<ResumableResult<T>> {
		const { item, file, settings, service, upload, arrived, total } = this;
		const { partName, completesItself } = service;
		const log = new ProgressLog(item.functions, `Uploading “${file.fileName}”`, file.size);
		const retries = new OutageRetries(settings.giveUpAfter, () =>
			log.waiting(`${arrived.indices.length} of ${total} ${partName}s done`),
		);
		if (arrived.indices.length > 0) retries.recordSuccess();
		const sender = service.open(upload, retries);
		const { partSize } = upload;
		const { parts, ...stats } = await uploadMultipart(
			item,
			file,
			{
				...settings,
				...{ partName, completesItself, partSize, arrived, log },
				onSkipped: (part) => sender.skip?.(part),
			},
			sender.send,
		);
		this.isSent = true;
		return { result: await sender.complete(), stats, parts };
	}

	/** Whether the session no longer exists and the file cannot have been completed. */
	isExpired(error: unknown): boolean {
		return !this.isSent && !this.arrived.mayBeComplete && isGone(error);
	}

	/**
	 * Whether an earlier upload cannot be continued: the file has changed, or the service rejects a call for it. A session
	 * that is gone or closed after the last part may have been completed, so that is not repeated.
	 */
	isRejected(error: unknown): boolean {
		if (error instanceof ChangedFileError || this.isExpired(error)) return true;
		return !isGone(error) && !this.isClosed(error) && /^4(00|09|12|22)$/.test(statusOf(error));
	}

	/** Whether the service rejects the completion of a file that an earlier attempt may have completed. */
	private isClosed(error: unknown): boolean {
		const isConflict = /^4(09|12)$/.test(statusOf(error));
		return this.isSent && this.earlier?.mayBeComplete === true && isConflict;
	}

	/** Keeps the upload for the next attempt, and adds that to the error. */
	keep<E extends Error & { description?: unknown }>(unfinished: UnfinishedUploads, error: E): E {
		const { mayBeComplete, resumePoint } = this.arrived;
		if (isGone(error) || this.isClosed(error)) return error;
		const { session, partSize, expiresAt } = this.upload;
		const isSaved = unfinished.keep({
			...{ session, partSize, expiresAt, ...resumePoint },
			mayBeComplete: mayBeComplete || this.isSent,
		});
		if (resumePoint.parts === 0 || mayBeComplete || error instanceof SizeMismatchError)
			return error;
		const hint = this.hintAt(resumePoint, new Date(expiresAt), isSaved);
		error.description = `${String(error.description ?? '')} ${hint}`.trim();
		return error;
	}

	private hintAt({ parts }: ResumePoint, expiresAt: Date, isSaved: boolean): string {
		const { partName } = this.service;
		const rest = this.isSent ? 'only completes it' : `continues after ${partName} ${parts}`;
		const limit = `until ${expiresAt.toISOString().slice(0, 16)}Z`;
		const next = `The next upload of the same file by this node ${rest}, ${limit}, for example with Retry On Fail.`;
		const isManual = this.item.functions.getMode() === 'manual';
		if (isSaved && !isManual) return next;
		const reason = isManual
			? 'n8n does not save this after a manual execution'
			: 'This is too large to be saved';
		return `${next} ${reason}, so it is lost when n8n restarts.`;
	}
}

const statusOf = (error: unknown): string =>
	error instanceof NodeApiError ? (error.httpCode ?? '') : '';

/** Whether the service no longer knows the upload. */
const isGone = (error: unknown): boolean => /^4(04|10)$/.test(statusOf(error));
