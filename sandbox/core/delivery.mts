export interface NewDelivery {
	/** The ID of the service that sends the webhook. */
	service: string;
	event: string;
	/** The object that the event is about: an ID of the service. */
	subject: string;
	url: string;
	/** Exactly as sent; must not be shown, because they may include Authorization. */
	headers: Record<string, string>;
	/** The name of the header that contains the signature. */
	signatureHeader: string;
	/** The body; every attempt sends exactly these bytes. */
	body: string;
}

export interface Delivery extends NewDelivery {
	id: string;
	/** Sandbox time, ISO 8601 UTC, like all times here. */
	createdAt: string;
	/** pending: an attempt is in progress or scheduled. */
	state: 'pending' | 'delivered' | 'failed';
	attempts: Attempt[];
	/** The time of the next scheduled attempt. */
	nextAttemptAt?: string;
	/** The number of scheduled attempts so far, including the first. */
	scheduled: number;
}

/** One attempt to deliver a webhook. */
export interface Attempt {
	/** Sandbox time, ISO 8601 UTC. */
	at: string;
	kind: 'scheduled' | 'manual';
	/** Real milliseconds. */
	durationMs: number;
	/** Whether the receiver acknowledged the delivery, usually with any 2xx. */
	accepted: boolean;
	/** The HTTP status of the response. */
	status?: number;
	/** The first KiB of the response body. */
	answer?: string;
	/** Why there was no response. */
	error?: string;
	/** The types of the faults applied by rules. */
	faults: string[];
}

/** The retry and acknowledgement rules of a service's webhooks. */
export interface DeliveryPolicy {
	/** Seconds between one attempt and the next; one retry per entry. */
	retryAfterSeconds: readonly number[];
	/** Real seconds after which an attempt fails. */
	timeoutSeconds: number;
	/** Statuses that acknowledge a delivery; every 2xx by default. */
	accepts?: readonly number[];
}
