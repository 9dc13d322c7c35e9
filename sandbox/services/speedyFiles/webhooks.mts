import { join } from 'node:path';
import type { Delivery } from '../../core/delivery.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import { isHttpUrl } from '../../core/origin.mts';
import { NotFoundError, SandboxError } from '../../core/sandboxError.mts';
import type { ServiceContext } from '../../core/service.mts';
import { asciiJson, type Event, EVENTS, validEvents, signatureOf } from './events.mts';
import { urlSafeToken } from './tokens.mts';
import { formatTimestamp, type Timestamps } from './timestamps.mts';

/** SpeedyFiles docs, Webhooks: so many failures in a row disable a subscription. */
const MAX_FAILURES = 10;

const HOOK_ID = 'X-SpeedyFiles-Hook-Id';
const SIGNATURE = 'X-SpeedyFiles-Signature';

export interface Subscription {
	/** The number in decimal. */
	id: string;
	createdAt: string;
	/** Empty in the one that is there from the start: it is not called until it has one. */
	url: string;
	/** `whsec_` and 43 characters. */
	secret: string;
	events: Event[];
	description: string | null;
	isActive: boolean;
	/** In a row. */
	failureCount: number;
	/** HTTP status of the last answer; null when there was none. */
	lastStatus: number | null;
	lastFiredAt: string | null;
}

/** What a person chooses of a subscription. */
export interface SubscriptionChange {
	url?: string;
	events?: string[];
	description?: string;
	is_active?: boolean;
}

/** The webhook subscriptions of an instance. */
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

	/** In a new data folder: one subscription to all events, with the credential's secret and no URL yet. */
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

	/** @throws NotFound */
	get(id: string): Subscription {
		const found = this.#documents.get(id);
		if (!found) throw new NotFoundError(`There is no webhook "${id}".`);
		return found;
	}

	/** @throws SandboxProblem when the URL is none or no event is known */
	async create({ url, events, description }: SubscriptionChange): Promise<Subscription> {
		const secret = `whsec_${urlSafeToken(32)}`;
		return await this.#add(
			validUrl(url ?? ''),
			validEvents(events ?? []),
			description ?? '',
			secret,
		);
	}

	/** Enabling one again forgets its failures. The real service has no more than that; URL and events are a help. */
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

	/** The test button. A disabled subscription gets nothing, as in the real service. */
	async test(hook: Subscription, firedBy: string): Promise<void> {
		const payload = { message: 'A test event, sent by hand.', fired_by: firedBy };
		await this.#send([hook], 'webhook.test', null, payload);
	}

	/** Tells everybody who has subscribed to an event, one after the other; resolves when all have answered. */
	async fire(event: Event, packageId: string, payload: object): Promise<void> {
		await this.#send(
			this.all().filter(({ events }) => events.includes(event)),
			event,
			packageId,
			payload,
		);
	}

	/** Counts what came of an attempt. A delivery that was sent again by hand is the sandbox's own and does not count. */
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
