import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { User } from './accounts.mts';
import { SpeedyFilesError } from './error.mts';
import { urlSafeToken } from './tokens.mts';
import type { Upload } from './receiveForm.mts';
import type { PackageCreate } from './requests.mts';
import { daysAfter, microsAfter, type Timestamps } from './timestamps.mts';
import { strip } from './strip.mts';

export interface PackageFile {
	id: string;
	createdAt: string;
	/** The ID of the stored bytes. */
	blob: string;
	/** As sent by the client: any string. */
	name: string;
	/** Bytes. */
	size: number;
	/** Hex. */
	sha256: string;
	/** The Content-Type of its part, as sent by the client. */
	type: string | null;
	/** Duration of the upload in real milliseconds. */
	durationMs: number;
	uploadedAt: string;
}

/** A recipient's magic link. The real service only stores its SHA-256; the sandbox has to show it. */
export interface Link {
	/** 43 characters. */
	raw: string;
	purpose: 'download' | 'upload';
	expiresAt: string;
	revokedAt: string | null;
	useCount: number;
}

export interface Package {
	id: string;
	/** In the format of {@link Timestamps}, like all times here. */
	createdAt: string;
	ownerUserId: string;
	direction: 'outbound' | 'inbound';
	title: string;
	note: string | null;
	recipientEmail: string;
	recipientName: string;
	/** The instance's storage when the package was created; its files stay there. */
	storage: 'local' | 's3';
	/** `expired` and `completed` are documented, but the source never sets them. */
	status: 'draft' | 'active' | 'revoked';
	expiresAt: string;
	files: PackageFile[];
	links: Link[];
	/** Whether its expiry has been handled. */
	expiryPassed?: boolean;
}

/** The reason why a link does not work (SpeedyFiles source, app/routes/public.py). */
export type DeadReason = 'token_revoked' | 'token_expired';

/** Microseconds from the calculation of a package's expiry to its storage, which sets `created_at`. */
const STORING_MICROS = 3_141;

/** The instance's packages. */
export class Packages {
	readonly #documents: JsonStore<Package>;
	readonly #context: ServiceContext;
	readonly #stamps: Timestamps;

	private constructor(documents: JsonStore<Package>, context: ServiceContext, stamps: Timestamps) {
		this.#documents = documents;
		this.#context = context;
		this.#stamps = stamps;
	}

	static async getFor(context: ServiceContext, stamps: Timestamps): Promise<Packages> {
		const documents = await JsonStore.open<Package>(join(context.folder, 'packages'));
		return new Packages(documents, context, stamps);
	}

	/** Newest first. */
	all(): Package[] {
		return this.#documents.all().sort((a, b) => b.createdAt.localeCompare(a.createdAt));
	}

	/**
	 * Returns the packages that a user may access, newest first: all for an administrator, otherwise the user's own.
	 */
	visibleTo(user: User): Package[] {
		return this.all().filter((one) => canAccess(user, one));
	}

	/**
	 * Returns a package for a user.
	 * @throws {SpeedyFilesError} with 404 if it does not exist, 403 if it belongs to another user
	 */
	open(user: User, id: string): Package {
		const found = this.#documents.get(id);
		if (!found) throw new SpeedyFilesError(404);
		if (!canAccess(user, found)) throw new SpeedyFilesError(403);
		return found;
	}

	get(id: string): Package | undefined {
		return this.#documents.get(id);
	}

	/** Returns a package by the raw part of a magic link. */
	byLink(raw: string): { package: Package; link: Link } | undefined {
		for (const one of this.#documents.all()) {
			const link = one.links.find((known) => known.raw === raw);
			if (link) return { package: one, link };
		}
		return undefined;
	}

	async create(owner: User, wanted: PackageCreate): Promise<Package> {
		const { direction, ttl_days } = wanted;
		const createdAt = this.#stamps.now();
		const expiresAt = daysAfter(microsAfter(createdAt, -STORING_MICROS), ttl_days);
		const made: Package = {
			id: urlSafeToken(16),
			createdAt,
			ownerUserId: owner.id,
			direction,
			title: strip(wanted.title),
			note: strip(wanted.note ?? '') || null,
			recipientEmail: wanted.recipient_email,
			recipientName: strip(wanted.recipient_name),
			storage: this.#context.settings.get('storage') === 's3' ? 's3' : 'local',
			status: direction === 'outbound' ? 'draft' : 'active',
			expiresAt,
			files: [],
			links: [],
		};
		if (direction === 'inbound') made.links.push(newLink('upload', made.expiresAt));
		await this.#documents.put(made);
		return made;
	}

	async addFile(to: Package, upload: Upload): Promise<PackageFile> {
		const file: PackageFile = {
			id: urlSafeToken(8),
			...upload,
			uploadedAt: this.#stamps.now(),
			createdAt: this.#stamps.now(),
		};
		to.files.push(file);
		await this.#documents.put(to);
		return file;
	}

	async removeFile(from: Package, file: PackageFile): Promise<void> {
		from.files = from.files.filter((other) => other !== file);
		await this.#documents.put(from);
		await this.#context.blobs.remove([file.blob]);
	}

	/** Activates a draft or a revoked package and creates its link. */
	async activate(draft: Package): Promise<Link> {
		const link = newLink('download', draft.expiresAt);
		draft.links.push(link);
		draft.status = 'active';
		await this.#documents.put(draft);
		return link;
	}

	/** Revokes a package in any status, and all of its links. */
	async revoke(live: Package): Promise<void> {
		live.status = 'revoked';
		const now = this.#stamps.now();
		for (const link of live.links) link.revokedAt ??= now;
		await this.#documents.put(live);
	}

	async remove(old: Package): Promise<void> {
		await this.#documents.remove(old.id);
		await this.#context.blobs.remove(old.files.map(({ blob }) => blob));
	}

	async countUse(by: Package, link: Link): Promise<void> {
		link.useCount += 1;
		await this.#documents.put(by);
	}

	/** Records that the expiry of a package has been handled. */
	async markExpiryHandled(over: Package): Promise<void> {
		over.expiryPassed = true;
		await this.#documents.put(over);
	}

	/**
	 * Returns why a link does not work, or `undefined` if it works. A package with a link is active, unless it was
	 * revoked.
	 */
	deadReason({ status, expiresAt }: Package, link: Link): DeadReason | undefined {
		if (status === 'revoked' || link.revokedAt !== null) return 'token_revoked';
		const now = this.#stamps.now();
		return link.expiresAt <= now || expiresAt <= now ? 'token_expired' : undefined;
	}
}

function canAccess(user: User, { ownerUserId }: Package): boolean {
	return user.role === 'admin' || ownerUserId === user.id;
}

function newLink(purpose: Link['purpose'], expiresAt: string): Link {
	return { raw: urlSafeToken(32), purpose, expiresAt, revokedAt: null, useCount: 0 };
}
