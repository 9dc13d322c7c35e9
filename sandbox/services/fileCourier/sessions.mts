import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Delivery } from '../../core/delivery.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { SessionRequest } from './createRequest.mts';
import { isoSeconds } from '../../core/time.mts';

/** FileCourier docs, Status Values. */
export type SessionState =
	| 'pending'
	| 'uploaded'
	| 'completed'
	| 'expired'
	| 'cancelled'
	| 'failed';

export interface SessionFile {
	/** Names it in a presigned URL. */
	id: string;
	/** The stored bytes. */
	blob: string;
	/** As the recipient's browser sent it: any text at all, to be treated with care by whoever receives it. */
	name: string;
	/** Bytes. */
	size: number;
	/** Media type, as the browser sent it. */
	type: string;
}

export interface Session extends SessionRequest {
	/** What follows `req_` and `sess_`, and the token of the upload link, as in the docs' example. */
	id: string;
	/** ISO 8601 UTC to the second, as all times here. */
	createdAt: string;
	/** As it was last written; {@link Sessions.state} knows whether it has expired since. */
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

	/** By the id of the API; the docs write the same session `req_x` in answers and `sess_x` in paths. */
	byApiId(apiId: string): Session | undefined {
		const id = /^(?:req|sess)_([0-9a-f]+)$/.exec(apiId)?.[1];
		return id === undefined ? undefined : this.#documents.get(id);
	}

	/** By the token of its upload link. */
	byToken(token: string): Session | undefined {
		return this.#documents.get(token);
	}

	/** Its state now: a pending one expires with its link. */
	state(session: Session): SessionState {
		const open = this.#context.clock.now() < new Date(session.expiresAt);
		return session.state === 'pending' && !open ? 'expired' : session.state;
	}

	async cancel(session: Session): Promise<void> {
		session.state = 'cancelled';
		await this.#documents.put(session);
	}

	/** The recipient's files are in. Without a callback there is nothing to deliver, and the session is complete. */
	async uploaded(session: Session, files: SessionFile[]): Promise<void> {
		session.files = files;
		session.uploadedAt = isoSeconds(this.#context.clock.now());
		session.state = session.callbackUrl === undefined ? 'completed' : 'uploaded';
		await this.#documents.put(session);
	}

	/** Follows the session's webhook: taken, or given up after the last retry. */
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

	/** All of them for tests and the portal, oldest first; the callback's key is not shown. */
	masked(): readonly unknown[] {
		return this.#documents.all().map(({ callbackApiKey, ...session }) => ({
			...session,
			state: this.state({ ...session }),
			...(callbackApiKey !== undefined && { callbackApiKey: '***' }),
			upload_url: `${this.#context.origins.secure}/u/${session.id}`,
		}));
	}
}
