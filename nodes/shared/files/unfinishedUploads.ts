import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { readCheckedCredential } from '../http/credential';
import { isJsonObject, type JsonRecord, type Service } from '../http/service';
import type { ResumePoint } from './arrivedParts';
import type { FileSource } from './source';

/** A failed upload in parts, as far as a later attempt needs it. */
export interface UnfinishedUpload extends ResumePoint {
	/** The state of the service's upload session, as JSON. */
	session: JsonRecord;
	/** Bytes of each part except the last. */
	partSize: number;
	/** The end of the session, in milliseconds since 1970. */
	expiresAt: number;
	/** Whether the service may have completed the file. */
	mayBeComplete: boolean;
}

/** An upload that this attempt alone may continue. */
export interface ClaimedUpload extends UnfinishedUpload {
	/** Whether no other attempt can have used the session since, because this process has kept it. */
	isExclusive: boolean;
}

/** How the uploads are stored: signed, because static data can be edited from outside. */
interface Entry {
	/** Changes whenever the upload is stored. */
	id: string;
	/** A keyed digest of the node, the file and the settings: an upload is only continued if they are the same. */
	key: string;
	/** The upload, as JSON. */
	data: string;
	/** A keyed digest of the other fields. */
	mac: string;
	/** Milliseconds since 1970. */
	expiresAt: number;
}

/** Part of every digest. Change it with the format: entries in another one are ignored. */
const FORMAT = 'unfinished upload 1';

/** Limits of the static data of a node. n8n loads and saves it with every execution. */
const MAX_SAVED = 5;
const MAX_SAVED_BYTES = 32 * 1024;

/** Limits of the memory of this process. */
const MAX_KEPT = 100;
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
const MAX_CLAIMED = 1_000;

/**
 * The uploads that failed in this process, by ID, with their nodes; the oldest first. Static data alone would not do: n8n
 * does not save that of manual and of stopped executions, and a polling trigger overwrites it with its own copy.
 */
const kept = new Map<string, { node: string; entry: Entry }>();

/** IDs of entries that were claimed in this process. Static data that was loaded earlier may still contain them. */
const claimed = new Set<string>();

/** The unfinished uploads of a node that could be continued with one file. */
export class UnfinishedUploads {
	private constructor(
		private readonly functions: IExecuteFunctions,
		private readonly secret: string,
		/** Identifies the node in this n8n. */
		private readonly node: string,
		private readonly key: string,
	) {}

	/**
	 * @param target what has to be the same for an upload to be continued, besides the file's name, type and size, and the
	 * credential. May contain secrets, because only a keyed digest of it is stored.
	 */
	static async of(
		functions: IExecuteFunctions,
		service: Service,
		{ fileName, mimeType, size }: FileSource,
		target: object,
	): Promise<UnfinishedUploads> {
		const secret = JSON.stringify(await readCheckedCredential(functions, service));
		const node = `${functions.getWorkflow().id ?? ''}/${functions.getNode().id}`;
		const identity = [FORMAT, service.name, node, fileName, mimeType, size, target];
		const key = digest(secret, JSON.stringify(identity));
		return new UnfinishedUploads(functions, secret, node, key);
	}

	/** Takes the most advanced upload that matches, so that no other attempt uses its session; undefined without one. */
	claim(): ClaimedUpload | undefined {
		const now = Date.now();
		const own = [...kept.values()].filter(({ node }) => node === this.node);
		const candidates = [
			...own.map(({ entry }) => ({ entry, isExclusive: true })),
			...this.savedEntries().map((entry) => ({ entry, isExclusive: false })),
		].flatMap(({ entry, isExclusive }) => {
			const upload = entry.expiresAt > now ? this.read(entry) : undefined;
			return upload ? [{ entry, upload: { ...upload, isExclusive } }] : [];
		});
		const sentBytes = ({ upload }: (typeof candidates)[number]) => upload.parts * upload.partSize;
		const [best] = candidates.sort((a, b) => sentBytes(b) - sentBytes(a));
		if (!best) return undefined;
		const { id } = best.entry;
		kept.delete(id);
		claimed.add(id);
		trim(claimed, () => claimed.size > MAX_CLAIMED);
		this.save();
		return best.upload;
	}

	/**
	 * Keeps a failed upload for the next attempt.
	 * @returns whether it is in the static data, which n8n saves unless the execution is manual
	 */
	keep({ session, partSize, parts, sha256, expiresAt, mayBeComplete }: UnfinishedUpload): boolean {
		const data = JSON.stringify({ session, partSize, parts, sha256, mayBeComplete });
		const id = randomUUID();
		const unsigned = { id, key: this.key, data, expiresAt };
		const entry = { ...unsigned, mac: this.macOf(unsigned) };
		kept.set(id, { node: this.node, entry });
		for (const [old, { entry: one }] of kept) if (one.expiresAt <= Date.now()) kept.delete(old);
		trim(kept, () => kept.size > MAX_KEPT || keptBytes() > MAX_KEPT_BYTES);
		return this.save(entry);
	}

	/** Returns the upload of an entry; undefined if it belongs to another file or was changed. */
	private read(entry: Entry): UnfinishedUpload | undefined {
		if (entry.key !== this.key || !isSame(entry.mac, this.macOf(entry))) return undefined;
		const { expiresAt } = entry;
		return { ...(JSON.parse(entry.data) as UnfinishedUpload), expiresAt };
	}

	private macOf({ id, key, data, expiresAt }: Omit<Entry, 'mac'>): string {
		return digest(this.secret, JSON.stringify([FORMAT, id, key, data, expiresAt]));
	}

	/** Returns the entries in the static data of the node, the newest first, without those that were claimed. */
	private savedEntries(): Entry[] {
		const { unfinishedUploads } = this.functions.getWorkflowStaticData('node');
		const saved: unknown[] = Array.isArray(unfinishedUploads) ? unfinishedUploads : [];
		return saved.filter(isEntry).filter(({ id }) => !claimed.has(id));
	}

	/**
	 * Writes the current entries, as far as there is room.
	 * @returns whether there is room for the newest
	 */
	private save(newest?: Entry): boolean {
		const staticData = this.functions.getWorkflowStaticData('node');
		const now = Date.now();
		const current = this.savedEntries().filter(({ expiresAt }) => expiresAt > now);
		const entries = [...(newest ? [newest] : []), ...current].slice(0, MAX_SAVED);
		while (bytesOf(entries) > MAX_SAVED_BYTES) entries.pop();
		if (entries.length > 0) staticData.unfinishedUploads = entries as unknown as IDataObject[];
		else if ('unfinishedUploads' in staticData) delete staticData.unfinishedUploads;
		return newest !== undefined && entries.includes(newest);
	}
}

const digest = (secret: string, text: string) =>
	createHmac('sha256', secret).update(text).digest('base64url');

const isSame = (one: string, other: string) => {
	const [a, b] = [Buffer.from(one), Buffer.from(other)];
	return a.length === b.length && timingSafeEqual(a, b);
};

const isEntry = (value: unknown): value is Entry =>
	isJsonObject(value) &&
	['id', 'key', 'data', 'mac'].every((name) => typeof value[name] === 'string') &&
	typeof value.expiresAt === 'number';

const bytesOf = (entries: readonly Entry[]) => Buffer.byteLength(JSON.stringify(entries));

const keptBytes = () => bytesOf([...kept.values()].map(({ entry }) => entry));

/** Removes the oldest entries of a map or set. */
function trim(entries: Map<string, unknown> | Set<string>, isTooLarge: () => boolean): void {
	for (const id of entries.keys()) {
		if (!isTooLarge()) return;
		entries.delete(id);
	}
}
