import CryptoJS from 'crypto-js';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import { isHttpUrl } from '../../core/origin.mts';
import { SandboxError } from '../../core/sandboxError.mts';
import type { ServiceContext } from '../../core/service.mts';
import { pythonJson } from './pythonJson.mts';
import { randomLetters } from './randomIds.mts';

/** Filestack docs, Webhooks; the sandbox only sends the first three and the last. */
export const EVENTS = [
	'fp.upload',
	'fp.overwrite',
	'fp.delete',
	'fp.converse',
	'fp.video_converse',
	'fp.scan',
	'fp.export',
	'fs.workflow',
] as const;
export type WebhookEvent = (typeof EVENTS)[number];

/** A webhook in the Developer Portal. */
export interface Webhook {
	id: string;
	/** Sandbox time, ISO 8601 UTC. */
	createdAt: string;
	url: string;
	events: WebhookEvent[];
	/** The key of its signatures; not the app secret. */
	secret: string;
}

export interface NewWebhook {
	url: string;
	/** All by default. */
	events?: readonly string[];
	/**
	 * By default the secret in the sandbox's credentials. The real portal generates one per webhook and shows it once.
	 */
	secret?: string;
}

/** Filestack docs, Webhooks: hex HMAC-SHA256 over `FS-Timestamp + "." + body`. */
export function webhookSignature(timestamp: string, body: string, secret: string): string {
	return CryptoJS.HmacSHA256(`${timestamp}.${body}`, secret).toString(CryptoJS.enc.Hex);
}

/** The app's webhooks. */
export class Webhooks {
	readonly #documents: JsonStore<Webhook>;
	readonly #context: ServiceContext;

	private constructor(documents: JsonStore<Webhook>, context: ServiceContext) {
		this.#documents = documents;
		this.#context = context;
	}

	static async open(context: ServiceContext): Promise<Webhooks> {
		const documents = await JsonStore.open<Webhook>(join(context.folder, 'webhooks'));
		return new Webhooks(documents, context);
	}

	all(): Webhook[] {
		return this.#documents.all();
	}

	/** @throws {SandboxError} for an invalid URL or event */
	async add({ url, events = EVENTS, secret }: NewWebhook): Promise<Webhook> {
		if (!isHttpUrl(url)) throw new SandboxError('"url" must be an http or https URL.');
		const unknown = events.find((event) => !EVENTS.includes(event as WebhookEvent));
		if (unknown !== undefined) {
			throw new SandboxError(`"${unknown}" is not an event. The events are: ${EVENTS.join(', ')}.`);
		}
		if (events.length === 0) throw new SandboxError('A webhook needs at least one event.');
		const webhook: Webhook = {
			id: randomLetters(16),
			createdAt: this.#context.clock.now().toISOString(),
			url,
			events: [...new Set(events as WebhookEvent[])],
			secret: secret === undefined || secret === '' ? this.#context.secrets.webhookSecret : secret,
		};
		await this.#documents.put(webhook);
		return webhook;
	}

	/** Removes a webhook. Returns whether it existed. */
	async remove(id: string): Promise<boolean> {
		const known = this.#documents.get(id) !== undefined;
		await this.#documents.remove(id);
		return known;
	}

	/** Sends an event to the webhooks that subscribe to it. */
	async send(action: WebhookEvent, subject: string, text: object): Promise<void> {
		const timestamp = Math.floor(this.#context.clock.now().getTime() / 1000);
		for (const webhook of this.all().filter(({ events }) => events.includes(action))) {
			const body = pythonJson({ id: randomInt(1e7, 2 ** 31), action, timestamp, text });
			const signature = webhookSignature(String(timestamp), body, webhook.secret);
			await this.#context.deliver({
				event: action,
				subject,
				url: webhook.url,
				headers: {
					'content-type': 'application/json',
					// Not documented.
					'user-agent': 'Filestack-Webhook/1.0',
					'fs-timestamp': String(timestamp),
					'fs-signature': signature,
				},
				signatureHeader: 'fs-signature',
				body,
			});
		}
	}
}
