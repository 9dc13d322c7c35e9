import type { FastifyInstance } from 'fastify';
import type { Blobs } from './blobs.mts';
import type { Clock } from './clock.mts';
import type { Delivery, DeliveryPolicy, NewDelivery } from './delivery.mts';
import type { NewMessage } from './outbox.mts';
import type { Presigner } from './presigner.mts';
import type { SettingDeclarations, Settings } from './settings.mts';

/**
 * The body of an error answer in a service's own shape; without a message, the one it usually has for the status.
 * `now` is the sandbox's time, for shapes that tell it.
 */
export type ServiceError = (status: number, message?: string, now?: Date) => unknown;

/** One host name of the real service; here, one port. */
export interface OriginDeclaration {
	/** What it stands for, on the portal. */
	label: string;
	/** Answers 400 to any request with an Authorization header, as storage hosts do with a second permission. */
	rejectsAuthorization?: boolean;
	/** Its own error shape, where it differs from the service's. */
	error?: ServiceError;
	/** Bytes of a body that is parsed as a whole (default 1 MiB); streamed uploads know no limit. */
	bodyLimit?: number;
}

/**
 * A service that the sandbox stands in for. It is all that the core knows of it: a further service is one more of
 * these, in a file of its own, and a line in services/index.mts.
 */
export interface Service {
	/** Its name as people write it. */
	name: string;
	/** In the order of their ports. */
	origins: Readonly<Record<string, OriginDeclaration>>;
	settings: SettingDeclarations;
	delivery: DeliveryPolicy;
	/** Makes the secrets, once for a data folder. */
	makeSecrets(): Record<string, string>;
	/** What a person types into the credential form, from the base URLs and the secrets. */
	credentials(
		origins: Readonly<Record<string, string>>,
		secrets: Readonly<Record<string, string>>,
	): Record<string, string>;
	error: ServiceError;
	/** Headers that its answers of this status have, for those that a fault makes: a 429 in the service's own way. */
	faultHeaders?(status: number, now: Date): Record<string, string>;
	/** Pages of its own for a person, for the portal to link to. */
	pages?: readonly { label: string; origin: string; path: string }[];
	/** Reads what an earlier run has left and returns the service ready to take requests. */
	open(context: ServiceContext): Promise<OpenService>;
}

/** What the core lends to a service. */
export interface ServiceContext {
	/** Its id in services/index.mts. */
	id: string;
	clock: Clock;
	/** Base URLs by origin, without a slash at the end. Filled once all ports are open: read them when answering. */
	origins: Readonly<Record<string, string>>;
	secrets: Readonly<Record<string, string>>;
	settings: Settings;
	/** A folder of its own. */
	folder: string;
	blobs: Blobs;
	presigner: Presigner;
	/** Sends an e-mail or SMS: to the outbox. */
	notify(message: Omit<NewMessage, 'service'>): Promise<void>;
	/** Sends a webhook now and, when refused, again by the service's schedule. Resolves after the first attempt is planned. */
	deliver(delivery: Omit<NewDelivery, 'service'>): Promise<Delivery>;
	/** Sends a webhook within the request that causes it. Resolves after the first attempt, taken or not. */
	deliverNow(delivery: Omit<NewDelivery, 'service'>): Promise<Delivery>;
}

export interface OpenService {
	/** The routes of each origin. */
	routes: Readonly<Record<string, (app: FastifyInstance) => void | Promise<void>>>;
	/** Told after each attempt of a webhook that it sent, also in a later run. */
	onAttempt?(delivery: Delivery): Promise<void>;
	/** How its webhooks leave now, where a setting decides; else as it was declared. */
	delivery?(): DeliveryPolicy;
	/**
	 * Calls of its own in the control API, under /api/services/<service>: what its real web console does. A
	 * SandboxProblem that they throw is answered with 400, a NotFound with 404.
	 */
	control?(app: FastifyInstance): void;
	/** Lists for tests and the portal, by name, secrets masked: GET /api/services/<service>/<name>. */
	collections: Readonly<Record<string, () => readonly unknown[]>>;
}
