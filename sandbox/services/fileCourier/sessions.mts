import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Delivery } from '../../core/delivery.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { SessionRequest } from './createRequest.mts';
import { isoSeconds } from '../../core/time.mts';

/** FileCourier docs, Status Values. */
export type SessionState =
	'pending' | 'uploaded' | 'completed' | 'expired' | 'cancelled' | 'failed';

export interface SessionFile {
	/** Identifies the file in a presigned URL. */
	id: string;
	/** The ID of the stored bytes. */
	blob: string;
	/** As sent by the recipient's browser: any string, which receivers must not trust. */
	name: string;
	/** Bytes. */
	size: number;
	/** The media type, as sent by the browser. */
	type: string;
}

export interface Session extends SessionRequest {
	/** The part after `req_` and `sess_`, which is also the token of the upload link, as in the docs' example. */
	id: string;
	/** ISO 8601 UTC with seconds, like all times here. */
	createdAt: string;
	/** The state when it was last written; {@link Sessions.state} also considers the expiry. */
	state: SessionState;
	uploadedAt?: string;
	deliveredAt?: string;
	files: SessionFile[];
}

/** FileCourier's upload sessions. */
export class Sessions {
	readonly #documents: JsonStore<Session>;
	readonly #context: ServiceContext;

	private constructor(documents: JsonStore<Session>, context: ServiceContext) {
		this.#documents = documents;
		this.#context = context;
	}

	static async open(context: ServiceContext): Promise<Sessions> {
		const folder = join(context.folder, 'sessions');
		return new Sessions(await JsonStore.open<Session>(folder), context);
	}

	async create(request: SessionRequest): Promise<Session> {
		const createdAt = isoSeconds(this.#context.clock.now());
		const id = randomBytes(10).toString('hex');
		const session: Session = { ...request, id, createdAt, state: 'pending', files: [] };
		await this.#documents.put(session);
		return session;
	}

	/** Returns a session by its API ID; the docs call the same session `req_x` in responses and `sess_x` in paths. */
	byApiId(apiId: string): Session | undefined {
		const id = /^(?:req|sess)_([0-9a-f]+)$/.exec(apiId)?.[1];
		return id === undefined ? undefined : this.#documents.get(id);
	}

	/** Returns a session by the token of its upload link. */
	byToken(token: string): Session | undefined {
		return this.#documents.get(token);
	}

	/** Returns the current state: a pending session expires with its link. */
	state(session: Session): SessionState {
		const open = this.#context.clock.now() < new Date(session.expiresAt);
		return session.state === 'pending' && !open ? 'expired' : session.state;
	}

	async cancel(session: Session): Promise<void> {
		session.state = 'cancelled';
		await this.#documents.put(session);
	}

	/** Stores the recipient's files. Without a callback there is nothing to deliver, so the session is complete. */
	async uploaded(session: Session, files: SessionFile[]): Promise<void> {
		session.files = files;
		session.uploadedAt = isoSeconds(this.#context.clock.now());
		session.state = session.callbackUrl === undefined ? 'completed' : 'uploaded';
		await this.#documents.put(session);
	}

	/** Updates the session when its webhook has been accepted, or has failed after the last retry. */
	async delivered(delivery: Delivery): Promise<void> {
		const session = this.byApiId(delivery.subject);
		if (!session || delivery.state === 'pending') return;
		if (delivery.state === 'failed') session.state = 'failed';
		else if (session.state !== 'completed') {
			session.state = 'completed';
			session.deliveredAt = isoSeconds(this.#context.clock.now());
		}
		await this.#documents.put(session);
	}

	/** Returns all sessions for tests and the portal, oldest first, with the callback's key masked. */
	masked(): readonly unknown[] {
		return this.#documents.all().map(({ callbackApiKey, ...session }) => ({
			...session,
			state: this.state({ ...session }),
			...(callbackApiKey !== undefined && { callbackApiKey: '***' }),
			upload_url: `${this.#context.origins.secure}/u/${session.id}`,
		}));
	}
}
