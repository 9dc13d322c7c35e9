export interface NewDelivery {
	/** Id of the service that sends it. */
	service: string;
	event: string;
	/** What it is about: an id of the service's own. */
	subject: string;
	url: string;
	/** As they are sent; never shown (Authorization may be among them). */
	headers: Record<string, string>;
	/** Which of the headers is the signature. */
	signatureHeader: string;
	/** As it is sent, byte for byte, every time. */
	body: string;
}

export interface Delivery extends NewDelivery {
	id: string;
	/** Sandbox time, ISO 8601 UTC, as all times here. */
	createdAt: string;
	/** pending: an attempt is under way or planned. */
	state: 'pending' | 'delivered' | 'failed';
	attempts: Attempt[];
	/** When the next scheduled attempt is due. */
	nextAttemptAt?: string;
	/** Scheduled attempts made; the first delivery is one. */
	scheduled: number;
}

/** One try to hand a webhook over. */
export interface Attempt {
	/** Sandbox time, ISO 8601 UTC. */
	at: string;
	kind: 'scheduled' | 'manual';
	/** Real milliseconds. */
	durationMs: number;
	/** Whether the receiver has acknowledged, usually with any 2xx. */
	accepted: boolean;
	/** HTTP status of the answer. */
	status?: number;
	/** The beginning of the answer's body, at most 1 KiB. */
	answer?: string;
	/** Why there was no answer. */
	error?: string;
	/** Faults that a rule applied. */
	faults: string[];
}

/** How a service's webhooks leave. */
export interface DeliveryPolicy {
	/** Seconds between an attempt and the next; as many retries as there are entries. */
	retryAfterSeconds: readonly number[];
	/** Real seconds until an attempt counts as failed. */
	timeoutSeconds: number;
	/** Statuses that acknowledge; without it, every 2xx. */
	accepts?: readonly number[];
}
