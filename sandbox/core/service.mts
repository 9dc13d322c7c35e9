import type { FastifyInstance } from 'fastify';
import type { Blobs } from './blobs.mts';
import type { Clock } from './clock.mts';
import type { Delivery, DeliveryPolicy, NewDelivery } from './delivery.mts';
import type { DocumentHead } from './openapi.mts';
import type { NewMessage } from './outbox.mts';
import type { Presigner } from './presigner.mts';
import type { SettingDeclarations, Settings } from './settings.mts';

/**
 * Returns the body of an error response in a service's own shape; by default with the usual message for the status.
 * `now` is the sandbox's time, for shapes that contain it.
 */
export type ServiceError = (status: number, message?: string, now?: Date) => unknown;

/** A host name of the real service, which is a port here. */
export interface OriginDeclaration {
	/** Its description on the portal. */
	label: string;
	/** Responds with 400 to any request with an Authorization header, as storage hosts do for a second permission. */
	rejectsAuthorization?: boolean;
	/** The head of the origin's OpenAPI document; by default it has the label as its title and contains all routes. */
	document?: DocumentHead;
	/** The origin's own error shape, if it differs from the service's. */
	error?: ServiceError;
	/** Maximum size of parsed bodies in bytes (default 1 MiB); streamed uploads have no limit. */
	bodyLimit?: number;
	/** Returns the URL that is routed instead of the requested one. */
	rewriteUrl?: (url: string) => string;
}

/**
 * A service that the sandbox simulates. The core knows nothing else about it: a new service is a file with this
 * interface and a line in services/index.mts.
 */
export interface Service {
	/** The display name. */
	name: string;
	/** The origins, in the order of their ports. */
	origins: Readonly<Record<string, OriginDeclaration>>;
	settings: SettingDeclarations;
	delivery: DeliveryPolicy;
	/** Generates the secrets; called once per data folder. */
	makeSecrets(): Record<string, string>;
	/** Returns the values for n8n's credential form, from the base URLs and the secrets. */
	credentials(
		origins: Readonly<Record<string, string>>,
		secrets: Readonly<Record<string, string>>,
	): Record<string, string>;
	/** n8n's labels of credential fields, by name, where the label is not the name in words. */
	credentialLabels?: Readonly<Record<string, string>>;
	error: ServiceError;
	/**
	 * Returns the headers of this status for responses created by a fault, such as a 429 with the service's own
	 * rate-limit headers.
	 */
	faultHeaders?(status: number, now: Date): Record<string, string>;
	/** The service's own web pages, for links on the portal. */
	pages?: readonly { label: string; origin: string; path: string }[];
	/** Reads the data of an earlier run and returns the service, ready to receive requests. */
	open(context: ServiceContext): Promise<OpenService>;
}

/** The components that the core provides to a service. */
export interface ServiceContext {
	/** The ID in services/index.mts. */
	id: string;
	clock: Clock;
	/** Base URLs by origin, without a trailing slash. Filled once all ports are open, so read them per request. */
	origins: Readonly<Record<string, string>>;
	secrets: Readonly<Record<string, string>>;
	settings: Settings;
	/** The service's own data folder. */
	folder: string;
	blobs: Blobs;
	presigner: Presigner;
	/** Sends an email or text message to the outbox. */
	notify(message: Omit<NewMessage, 'service'>): Promise<void>;
	/** Sends a webhook and retries it on the service's schedule. Resolves once the first attempt is scheduled. */
	deliver(delivery: Omit<NewDelivery, 'service'>): Promise<Delivery>;
	/**
	 * Sends a webhook within the request that causes it. Resolves after the first attempt, whether or not it succeeded.
	 */
	deliverNow(delivery: Omit<NewDelivery, 'service'>): Promise<Delivery>;
}

export interface OpenService {
	/** The routes of each origin. */
	routes: Readonly<Record<string, (app: FastifyInstance) => void | Promise<void>>>;
	/** Called after each attempt of a webhook, including attempts in a later run. */
	onAttempt?(delivery: Delivery): Promise<void>;
	/** The current delivery policy, if it depends on a setting; by default the declared one. */
	delivery?(): DeliveryPolicy;
	/**
	 * Adds the service's own calls to the control API, under /api/services/<service>: the functions of its real web
	 * console. A SandboxError results in 400, a NotFoundError in 404.
	 */
	control?(app: FastifyInstance): void;
	/** Lists for tests and the portal, by name, with masked secrets: GET /api/services/<service>/<name>. */
	collections: Readonly<Record<string, () => readonly unknown[]>>;
}
