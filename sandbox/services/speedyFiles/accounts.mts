import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { SpeedyFilesError } from './error.mts';
import { digestOf, urlSafeToken } from './tokens.mts';
import type { TokenCreate } from './requests.mts';
import { daysAfter, type Timestamps } from './timestamps.mts';
import { strip } from './strip.mts';

export interface User {
	/** A decimal number. */
	id: string;
	createdAt: string;
	email: string;
	displayName: string;
	role: 'admin' | 'regular';
	isActive: boolean;
}

export interface Token {
	/** A decimal number. */
	id: string;
	createdAt: string;
	userId: string;
	/** SHA-256 (hex) of the token; the token itself is shown once and not stored. */
	digest: string;
	name: string;
	/** Its first 11 characters. */
	prefix: string;
	expiresAt: string | null;
	lastUsedAt: string | null;
	revokedAt: string | null;
}

/** The users and API tokens (SpeedyFiles source, app/routes/api.py; SpeedyFiles docs, Users). */
export class Accounts {
	readonly #users: JsonStore<User>;
	readonly #tokens: JsonStore<Token>;
	readonly #stamps: Timestamps;

	private constructor(users: JsonStore<User>, tokens: JsonStore<Token>, stamps: Timestamps) {
		this.#users = users;
		this.#tokens = tokens;
		this.#stamps = stamps;
	}

	/**
	 * Opens the accounts. A new data folder gets an administrator, who owns the credential's token, and a regular user
	 * without a token.
	 */
	static async open(context: ServiceContext, stamps: Timestamps): Promise<Accounts> {
		const accounts = new Accounts(
			await JsonStore.open<User>(join(context.folder, 'users')),
			await JsonStore.open<Token>(join(context.folder, 'tokens')),
			stamps,
		);
		if (accounts.users().length > 0) return accounts;
		const admin = await accounts.#add('admin@instance.example', 'Alex Admin', 'admin');
		await accounts.#add('user@instance.example', 'Robin Regular', 'regular');
		await accounts.#keep(admin, context.secrets.apiToken, 'n8n', null);
		return accounts;
	}

	users(): User[] {
		return this.#users.all();
	}

	user(id: string): User | undefined {
		return this.#users.get(id);
	}

	/** Enables or disables a user; a disabled user's tokens stop working. */
	async setActive(user: User, isActive: boolean): Promise<void> {
		user.isActive = isActive;
		await this.#users.put(user);
	}

	/**
	 * Returns the user whose token is in the header.
	 * @throws {SpeedyFilesError} with 401
	 */
	async authenticate(authorization: string | undefined): Promise<User> {
		// Node.js trims the space of "Bearer ".
		const given = /^bearer(?: (.*))?$/is.exec(authorization ?? '');
		if (!given) {
			const headers = { 'www-authenticate': 'Bearer realm="speedyfiles"' };
			throw new SpeedyFilesError(401, 'missing bearer token', headers);
		}
		const raw = (given[1] ?? '').trim();
		if (raw === '') throw new SpeedyFilesError(401, 'empty bearer token');
		const digest = digestOf(raw);
		const token = this.#tokens.all().find((known) => known.digest === digest);
		if (!token) throw new SpeedyFilesError(401, 'invalid token');
		if (token.revokedAt !== null) throw new SpeedyFilesError(401, 'token revoked');
		const now = this.#stamps.now();
		if (token.expiresAt !== null && token.expiresAt <= now)
			throw new SpeedyFilesError(401, 'token expired');
		const user = this.user(token.userId);
		if (!user?.isActive) throw new SpeedyFilesError(401, 'account disabled');
		token.lastUsedAt = now;
		await this.#tokens.put(token);
		return user;
	}

	/** Returns a user's tokens, newest first, including revoked ones. */
	tokensOf(user: User): Token[] {
		const own = this.#tokens.all().filter(({ userId }) => userId === user.id);
		return own.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
	}

	/** Creates a token; `raw` is shown to the user only once. */
	async createToken(user: User, wanted: TokenCreate): Promise<{ token: Token; raw: string }> {
		const raw = `sf_${urlSafeToken(32)}`;
		return { token: await this.#keep(user, raw, strip(wanted.name), wanted.expires_in_days), raw };
	}

	/**
	 * Revokes a token; has no effect on a revoked one.
	 * @throws {SpeedyFilesError} with 404 if the user has no such token
	 */
	async revoke(user: User, id: number): Promise<void> {
		const token = this.#tokens.get(String(id));
		if (token?.userId !== user.id) throw new SpeedyFilesError(404);
		if (token.revokedAt !== null) return;
		token.revokedAt = this.#stamps.now();
		await this.#tokens.put(token);
	}

	async #add(email: string, displayName: string, role: User['role']): Promise<User> {
		const id = String(this.users().length + 1);
		const createdAt = this.#stamps.now();
		const user: User = { id, createdAt, email, displayName, role, isActive: true };
		await this.#users.put(user);
		return user;
	}

	async #keep(user: User, raw: string, name: string, days: number | null): Promise<Token> {
		const createdAt = this.#stamps.now();
		const token: Token = {
			id: String(this.#tokens.all().length + 1),
			createdAt,
			userId: user.id,
			digest: digestOf(raw),
			name,
			prefix: raw.slice(0, 11),
			expiresAt: days === null ? null : daysAfter(createdAt, days),
			lastUsedAt: null,
			revokedAt: null,
		};
		await this.#tokens.put(token);
		return token;
	}
}
