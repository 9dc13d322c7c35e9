import { decodePercents, pastedText, withoutBlanks, withoutEnd } from '../text';
import { KnownTexts } from './knownTexts';
import { isJsonObject, type JsonRecord, type ServiceContext } from './service';

/** Replaces a secret; n8n uses the same text. */
const HIDDEN = '**hidden**';

/** Characters from which a secret is replaced anywhere. A shorter one may be part of an ordinary word. */
const MIN_LENGTH_ANYWHERE = 8;
/** Characters of the shortest secret that is replaced, and only as a separate word in error texts. */
const MIN_LENGTH = 4;

/** Minimum length of each of several secrets in one field. */
const MIN_LISTED_LENGTH = 16;

/** Characters of an error text; the rest is cut off. */
const MAX_ERROR_LENGTH = 65_536;

/** Levels of an error's causes that are searched. */
const MAX_CAUSES = 5;

const registries = new WeakMap<object, Secrets>();

/** Returns the secrets of an execution, a poll or a delivery: n8n creates a new context for each. */
export function secretsOf(context: object): Secrets {
	const known = registries.get(context) ?? new Secrets();
	registries.set(context, known);
	return known;
}

/** Makes a context that was derived from another one use the same secrets and the credentials that were read for it. */
export function shareSecrets(context: object, derived: object): void {
	registries.set(derived, secretsOf(context));
}

/**
 * Adds the secrets of a credential, which is read once per context, to those of the context. Every password field is a
 * secret, in plain and as encoded for HTTP Basic.
 */
export async function learnSecrets(context: ServiceContext, type: string): Promise<Secrets> {
	const secrets = secretsOf(context);
	await secrets.learn(type, async () => {
		const credential = await context.getCredentials<JsonRecord>(type);
		keepCredential(context, type, credential);
		return credential;
	});
	return secrets;
}

/** Adds the secrets of a credential that was read elsewhere to those of the context. */
export function keepCredential(
	context: ServiceContext,
	type: string,
	credential: JsonRecord,
): void {
	for (const { name, typeOptions } of context.getCredentialsProperties(type)) {
		if (typeOptions?.password) secretsOf(context).add(credential[name], Object.values(credential));
	}
}

/** Adds the secrets of all credentials of the node, whether used yet or not. Ignores unreadable ones. */
export async function allSecretsOf(context: ServiceContext): Promise<Secrets> {
	for (const type of Object.keys(context.getNode().credentials ?? {})) {
		await learnSecrets(context, type).catch(() => undefined);
	}
	return secretsOf(context);
}

/** The texts that must not appear in the output or the errors of an execution. */
export class Secrets {
	private readonly distinct = new KnownTexts(false);
	private readonly short = new KnownTexts(true);
	private readonly credentials = new Map<string, Promise<JsonRecord>>();

	/** Reads a credential unless it is cached. */
	async learn(type: string, read: () => Promise<JsonRecord>): Promise<void> {
		const reading = this.credentials.get(type) ?? read();
		this.credentials.set(type, reading);
		try {
			await reading;
		} finally {
			// A failed read is not cached.
			reading.catch(() => this.credentials.delete(type));
		}
	}

	/** Returns a credential that {@link learn} has read. */
	async credential(type: string): Promise<JsonRecord> {
		return (await this.credentials.get(type)) ?? {};
	}

	/** @param users the user names that may accompany the secret in HTTP Basic */
	add(secret: unknown, users: unknown[] = []): void {
		const text = pastedText(secret);
		if (!text) return;
		const userNames = users.map((user) => pastedText(user) ?? '');
		// A field contains several secrets while one is rotated; a single key may contain commas and spaces.
		const pieces = text.split(/[,\r\n]+/).map(withoutBlanks);
		const listed = pieces.filter((piece) => piece.length >= MIN_LISTED_LENGTH);
		for (const one of new Set([text, ...listed])) this.addOne(one, userNames);
	}

	/** Adds the password in a URL, because messages of services quote the URL. */
	addPasswordIn({ password }: URL): void {
		this.add(password);
		this.add(decodePercents(password));
	}

	private addOne(secret: string, users: string[]): void {
		if (secret.length < MIN_LENGTH) return;
		const basic = [...users, 'app', ''].map((user) => `${user}:${secret}`);
		const encoded = [secret, ...basic].flatMap((text) =>
			(['base64', 'base64url'] as const).map((encoding) => Buffer.from(text).toString(encoding)),
		);
		const spelled = [
			secret,
			encodeURIComponent(secret.toWellFormed()),
			JSON.stringify(secret).slice(1, -1),
		];
		for (const text of [...spelled, ...encoded]) {
			// Base64 padding may be missing or percent-encoded.
			const bare = withoutEnd(text, /=/);
			const known = bare.length < MIN_LENGTH ? text : bare;
			(known.length < MIN_LENGTH_ANYWHERE ? this.short : this.distinct).add(known);
		}
	}

	/** Hides secrets in a text of the output. */
	hideIn(text: string): string {
		return this.distinct.replaceIn(text, HIDDEN);
	}

	/** Hides secrets in an error text of up to 64 Ki characters, including short ones that are separate words. */
	hideInError(text: string): string {
		if (text.length > MAX_ERROR_LENGTH) {
			const safe = this.hideInError(text.slice(0, MAX_ERROR_LENGTH));
			// A secret that was cut in two is not recognized.
			const longest = Math.max(this.distinct.longest, this.short.longest);
			return `${safe.slice(0, -longest || undefined)}…`;
		}
		return this.short.replaceIn(this.hideIn(text), HIDDEN);
	}

	/** Hides secrets in a parsed response, in place. Not recursive: deep nesting would overflow the stack. */
	hideInBody(body: unknown): unknown {
		if (typeof body === 'string') return this.hideIn(body);
		const containers: object[] = typeof body === 'object' && body !== null ? [body] : [];
		for (let container = containers.pop(); container; container = containers.pop()) {
			const fields = container as JsonRecord;
			for (const name of Object.keys(fields)) {
				const value = fields[name];
				if (typeof value === 'object' && value !== null) containers.push(value);
				const safeValue = typeof value === 'string' ? this.hideIn(value) : value;
				const safeName = this.hideIn(name);
				if (safeName !== name) Reflect.deleteProperty(fields, name);
				if (safeName !== name || safeValue !== value) fields[safeName] = safeValue;
			}
		}
		return body;
	}

	/** Hides secrets in all texts of an error, in place. */
	hideInThrown<E>(error: E): E {
		let level: unknown = error;
		for (let depth = 0; depth < MAX_CAUSES && isJsonObject(level); depth++) {
			this.hideInFields(level, ['message', 'description', 'stack']);
			if (Array.isArray(level.messages)) this.hideInBody(level.messages);
			if (isJsonObject(level.context)) this.hideInFields(level.context, Object.keys(level.context));
			level = level.cause;
		}
		return error;
	}

	private hideInFields(fields: JsonRecord, names: string[]): void {
		for (const name of names) {
			const value = fields[name];
			if (typeof value !== 'string') continue;
			const safe = this.hideInError(value);
			if (safe !== value) fields[name] = safe;
		}
	}
}
