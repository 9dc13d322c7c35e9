import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';

export interface Share {
	/** `share_…` */
	id: string;
	createdAt: string;
	/** The end of the link. */
	token: string;
	fileId: string;
	password?: string;
	expiresAt?: string;
	allowDownload: boolean;
}

export type NewShare = Omit<Share, 'id' | 'createdAt' | 'token'>;

/** The share links. */
export class Shares {
	readonly #documents: JsonStore<Share>;
	readonly #context: ServiceContext;

	private constructor(documents: JsonStore<Share>, context: ServiceContext) {
		this.#documents = documents;
		this.#context = context;
	}

	static async open(context: ServiceContext): Promise<Shares> {
		return new Shares(await JsonStore.open<Share>(join(context.folder, 'shares')), context);
	}

	async create(wanted: NewShare): Promise<Share> {
		const token = randomBytes(8).toString('hex');
		const id = `share_${randomBytes(8).toString('hex')}`;
		const share = { ...wanted, id, token, createdAt: this.#context.clock.now().toISOString() };
		await this.#documents.put(share);
		return share;
	}

	byToken(token: string): Share | undefined {
		return this.#documents.all().find((share) => share.token === token);
	}

	isOpen({ expiresAt }: Share): boolean {
		return expiresAt === undefined || this.#context.clock.now() < new Date(expiresAt);
	}

	/** Returns the share's link (Files App docs, Create Share Link). */
	url({ token }: Share): string {
		return `${this.#context.origins.api}/s/${token}`;
	}

	/** Returns all shares for tests and the portal, oldest first, with masked passwords. */
	masked(): readonly unknown[] {
		return this.#documents.all().map(({ password, ...share }) => ({
			...share,
			...(password !== undefined && { password: '***' }),
			url: this.url({ ...share }),
		}));
	}
}
