import { join } from 'node:path';
import type { Delivery } from '../../core/delivery.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import { isHttpUrl } from '../../core/origin.mts';
import { NotFoundError, SandboxError } from '../../core/sandboxError.mts';
import type { ServiceContext } from '../../core/service.mts';
import { asciiJson, type Event, EVENTS, validEvents, signatureOf } from './events.mts';
import { urlSafeToken } from './tokens.mts';
import { formatTimestamp, type Timestamps } from './timestamps.mts';

/** SpeedyFiles docs, Webhooks: number of consecutive failures that disable a subscription. */
const MAX_FAILURES = 10;

const HOOK_ID = 'X-SpeedyFiles-Hook-Id';
const SIGNATURE = 'X-SpeedyFiles-Signature';

export interface Subscription {
	/** A decimal number. */
	id: string;
	createdAt: string;
	/** Empty in the subscription that exists from the start, which is not called until it has a URL. */
	url: string;
	/** `whsec_` and 43 characters. */
	secret: string;
	events: Event[];
	description: string | null;
	isActive: boolean;
	/** Consecutive failures. */
	failureCount: number;
	/** HTTP status of the last response; null if there was none. */
	lastStatus: number | null;
	lastFiredAt: string | null;
}

/** The properties of a subscription that a user can change. */
export interface SubscriptionChange {
	url?: string;
	events?: string[];
	description?: string;
	is_active?: boolean;
}

/** The instance's webhook subscriptions. */
export class Webhooks {
	readonly #documents: JsonStore<Subscription>;
	readonly #context: ServiceContext;
	readonly #stamps: Timestamps;

	private constructor(
		documents: JsonStore<Subscription>,
		context: ServiceContext,
		stamps: Timestamps,
	) {
		this.#documents = documents;
		this.#context = context;
		this.#stamps = stamps;
	}

	/**
	 * Opens the subscriptions. A new data folder gets one for all events, with the credential's secret and no URL yet.
	 */
	static async open(context: ServiceContext, stamps: Timestamps): Promise<Webhooks> {
		const documents = await JsonStore.open<Subscription>(join(context.folder, 'webhooks'));
		const webhooks = new Webhooks(documents, context, stamps);
		if (context.secrets.webhookSecret !== undefined && documents.all().length === 0) {
			await webhooks.#add('', [...EVENTS], 'n8n', context.secrets.webhookSecret);
		}
		return webhooks;
	}

	/** Oldest first. */
	all(): Subscription[] {
		return this.#documents.all();
	}

	/** @throws {NotFoundError} */
	get(id: string): Subscription {
		const found = this.#documents.get(id);
		if (!found) throw new NotFoundError(`There is no webhook "${id}".`);
		return found;
	}

	/** @throws {SandboxError} if the URL is invalid or no event is known */
	async create({ url, events, description }: SubscriptionChange): Promise<Subscription> {
		const secret = `whsec_${urlSafeToken(32)}`;
		return await this.#add(
			validUrl(url ?? ''),
			validEvents(events ?? []),
			description ?? '',
			secret,
		);
	}

	/**
	 * Changes a subscription; enabling it resets its failures. The real service can only enable and disable; changing
	 * the URL and events is an addition.
	 */
	async change(hook: Subscription, change: SubscriptionChange): Promise<void> {
		const { url, events, description, is_active: isActive } = change;
		Object.assign(hook, {
			...(url !== undefined && { url: validUrl(url) }),
			...(events !== undefined && { events: validEvents(events) }),
			...(description !== undefined && { description: description.trim() || null }),
			...(isActive !== undefined && { isActive }),
			...(isActive && { failureCount: 0 }),
		});
		await this.#documents.put(hook);
	}

	async remove(hook: Subscription): Promise<void> {
		await this.#documents.remove(hook.id);
	}

	/** Sends a test event. A disabled subscription receives nothing, as in the real service. */
	async test(hook: Subscription, firedBy: string): Promise<void> {
		const payload = { message: 'A manually sent test event.', fired_by: firedBy };
		await this.#send([hook], 'webhook.test', null, payload);
	}

	/** Sends an event to all subscriptions one after the other; resolves when all receivers have responded. */
	async fire(event: Event, packageId: string, payload: object): Promise<void> {
		await this.#send(
			this.all().filter(({ events }) => events.includes(event)),
			event,
			packageId,
			payload,
		);
	}

	/** Records the result of an attempt. Manual redeliveries are a feature of the sandbox and do not count. */
	async attempted({ headers, attempts }: Delivery): Promise<void> {
		const hook = this.#documents.get(headers[HOOK_ID]);
		const last = attempts.at(-1);
		if (!hook || last?.kind !== 'scheduled') return;
		hook.lastFiredAt = this.#stamps.now();
		hook.lastStatus = last.status ?? null;
		hook.failureCount = last.accepted ? 0 : hook.failureCount + 1;
		if (hook.failureCount >= MAX_FAILURES) hook.isActive = false;
		await this.#documents.put(hook);
	}

	async #send(
		hooks: Subscription[],
		event: Event,
		packageId: string | null,
		payload: object,
	): Promise<void> {
		const timestamp = `${formatTimestamp(this.#stamps.now())}Z`;
		const body = asciiJson({ ...payload, event, timestamp, package_id: packageId });
		for (const { id, url, secret, isActive } of hooks) {
			if (!isActive || url === '') continue;
			await this.#context.deliverNow({
				event,
				subject: packageId ?? '',
				url,
				headers: {
					'Content-Type': 'application/json',
					'User-Agent': 'SpeedyFiles-Webhook/1.0',
					'X-SpeedyFiles-Event': event,
					[SIGNATURE]: signatureOf(body, secret),
					[HOOK_ID]: id,
				},
				signatureHeader: SIGNATURE,
				body,
			});
		}
	}

	async #add(
		url: string,
		events: Event[],
		description: string,
		secret: string,
	): Promise<Subscription> {
		const hook: Subscription = {
			id: String(Math.max(0, ...this.all().map(({ id }) => Number(id))) + 1),
			createdAt: this.#stamps.now(),
			url,
			secret,
			events,
			description: description.trim().slice(0, 512) || null,
			isActive: true,
			failureCount: 0,
			lastStatus: null,
			lastFiredAt: null,
		};
		await this.#documents.put(hook);
		return hook;
	}
}

function validUrl(url: string): string {
	if (!isHttpUrl(url.trim())) {
		throw new SandboxError('The URL must start with http:// or https:// and name a host.');
	}
	return url.trim();
}
