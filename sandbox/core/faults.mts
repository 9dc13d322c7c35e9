/** A simulated fault: of requests that a service receives or (the last three) of webhooks that it sends. */
export type Fault =
	/** Waits before the request is handled or the webhook is sent (real milliseconds). */
	| { type: 'delay'; milliseconds: number }
	/** Resets the connection after the request headers, before any processing. */
	| { type: 'reset' }
	/** Resets the connection instead of responding, after the service has processed the request. */
	| { type: 'resetAfterBody' }
	/** Truncates the response after `bytes` (default: half of it). */
	| { type: 'truncate'; bytes?: number }
	/**
	 * Responds with an error in the service's own shape and with its own headers, which `headers` override. The request
	 * is not processed.
	 */
	| { type: 'status'; status: number; headers?: Record<string, string>; message?: string }
	/** Responds with a proxy's page instead of the service's response. The request is not processed. */
	| { type: 'html'; status?: number }
	/** Adds 1 to the sizes in the response. */
	| { type: 'wrongSize' }
	/** Changes the hashes in the response. */
	| { type: 'wrongHash' }
	/** Sends the webhook with a signature that does not match its body. */
	| { type: 'badSignature' }
	/** Sends the webhook `copies` times in total (default 2). */
	| { type: 'duplicateDelivery'; copies?: number }
	/**
	 * Holds the webhook back until the service has sent the next one, for at most `milliseconds` (default 10,000, real
	 * time).
	 */
	| { type: 'outOfOrder'; milliseconds?: number };

export type FaultType = Fault['type'];
export type FaultTarget = 'request' | 'delivery';

export interface NewFaultRule {
	/** The ID of the service. */
	service: string;
	/** Only applies to this origin. */
	origin?: string;
	/** Only applies to this method, upper case. */
	method?: string;
	/**
	 * Only applies to paths with this prefix or, if it contains `*`, to paths that match it completely. For deliveries:
	 * the receiver's path.
	 */
	path?: string;
	/** Which side a delay applies to (default: requests). All other faults apply to one side only. */
	on?: FaultTarget;
	/** The first matching request to apply to (from 1). Without `times`, applies to this one only. */
	nth?: number;
	/** Maximum number of times to apply. */
	times?: number;
	/** Probability of applying, 0 to 1. */
	probability?: number;
	fault: Fault;
}

export interface FaultRule extends NewFaultRule {
	id: string;
	on: FaultTarget;
	/** The number of requests that matched. */
	seen: number;
	/** The number of requests that the fault was applied to. */
	applied: number;
}

/** A request or delivery that rules are matched against. */
export interface FaultEvent {
	on: FaultTarget;
	service: string;
	origin?: string;
	method: string;
	path: string;
}

/** Faults that only apply to webhooks. */
export const DELIVERY_FAULTS: ReadonlySet<FaultType> = new Set([
	'badSignature',
	'duplicateDelivery',
	'outOfOrder',
]);

/** The active fault rules. They are not stored: a restart begins without faults. */
export class Faults {
	#rules: FaultRule[] = [];
	#count = 0;
	readonly #random: () => number;

	constructor(random: () => number = Math.random) {
		this.#random = random;
	}

	all(): readonly FaultRule[] {
		return this.#rules;
	}

	add(rule: NewFaultRule): FaultRule {
		const id = `fault_${(this.#count += 1)}`;
		const on = DELIVERY_FAULTS.has(rule.fault.type) ? 'delivery' : (rule.on ?? 'request');
		const added = { ...rule, id, on, seen: 0, applied: 0 };
		this.#rules.push(added);
		return added;
	}

	/** Removes a rule. Returns whether it existed. */
	remove(id: string): boolean {
		const before = this.#rules.length;
		this.#rules = this.#rules.filter((rule) => rule.id !== id);
		return this.#rules.length < before;
	}

	clear(): void {
		this.#rules = [];
	}

	/** Counts the event and returns the faults that apply to it, in the order of their rules. */
	apply(occasion: FaultEvent): Fault[] {
		return this.#rules.filter((rule) => this.#applies(rule, occasion)).map((rule) => rule.fault);
	}

	#applies(rule: FaultRule, occasion: FaultEvent): boolean {
		if (!matches(rule, occasion)) return false;
		rule.seen += 1;
		if (rule.seen < (rule.nth ?? 1)) return false;
		const times = rule.times ?? (rule.nth === undefined ? Infinity : 1);
		if (rule.applied >= times) return false;
		if (rule.probability !== undefined && this.#random() >= rule.probability) return false;
		rule.applied += 1;
		return true;
	}
}

function matches(rule: FaultRule, occasion: FaultEvent): boolean {
	return (
		rule.on === occasion.on &&
		rule.service === occasion.service &&
		(rule.origin === undefined || rule.origin === occasion.origin) &&
		(rule.method === undefined || rule.method === occasion.method) &&
		(rule.path === undefined || pathMatches(rule.path, occasion.path))
	);
}

function pathMatches(wanted: string, path: string): boolean {
	if (!wanted.includes('*')) return path.startsWith(wanted);
	const literals = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`^${literals.join('.*')}$`, 's').test(path);
}
