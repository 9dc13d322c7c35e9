/** What goes wrong: to requests that a service receives, and (the last three) to webhooks that it sends. */
export type Fault =
	/** Waits before the request is handled, or before the webhook leaves (real milliseconds). */
	| { type: 'delay'; milliseconds: number }
	/** The connection is reset as soon as the head has arrived: the service has done nothing. */
	| { type: 'reset' }
	/** The service does its work, then the connection is reset instead of an answer. */
	| { type: 'resetAfterBody' }
	/** The answer breaks off after `bytes` (default: the half of it). */
	| { type: 'truncate'; bytes?: number }
	/** An error in the service's own shape and with its own headers, which `headers` go before. Nothing is done. */
	| { type: 'status'; status: number; headers?: Record<string, string>; message?: string }
	/** A page of a proxy instead of the service's answer. Nothing is done. */
	| { type: 'html'; status?: number }
	/** Where the answer tells a size, it is one byte too large. */
	| { type: 'wrongSize' }
	/** Where the answer tells a hash, it is that of something else. */
	| { type: 'wrongHash' }
	/** The webhook's signature does not fit its body. */
	| { type: 'badSignature' }
	/** The webhook is sent `copies` times in all (default 2). */
	| { type: 'duplicateDelivery'; copies?: number }
	/** The webhook waits until the service's next one has left, `milliseconds` at most (default 10,000, real ones). */
	| { type: 'outOfOrder'; milliseconds?: number };

export type FaultType = Fault['type'];
export type FaultTarget = 'request' | 'delivery';

export interface NewFaultRule {
	/** Id of the service. */
	service: string;
	/** Only this origin of it. */
	origin?: string;
	/** Only this method, upper case. */
	method?: string;
	/** Only paths that begin so; with `*` in it, paths that look so as a whole. For deliveries: the receiver's path. */
	path?: string;
	/** Which side a delay strikes (default: requests). The other faults know their side. */
	on?: FaultTarget;
	/** Begins with the n-th matching request (from 1); alone, it strikes that one only. */
	nth?: number;
	/** Strikes at most so often. */
	times?: number;
	/** Strikes with this chance, 0 to 1. */
	probability?: number;
	fault: Fault;
}

export interface FaultRule extends NewFaultRule {
	id: string;
	on: FaultTarget;
	/** How many requests have matched. */
	seen: number;
	/** How many were struck. */
	applied: number;
}

/** What a rule is held against. */
export interface FaultEvent {
	on: FaultTarget;
	service: string;
	origin?: string;
	method: string;
	path: string;
}

/** Faults that strike webhooks and never requests. */
export const DELIVERY_FAULTS: ReadonlySet<FaultType> = new Set([
	'badSignature',
	'duplicateDelivery',
	'outOfOrder',
]);

/** The fault rules in force. They last as long as the process: a restart begins without faults. */
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

	/** Takes one rule away. Returns whether there was one. */
	remove(id: string): boolean {
		const before = this.#rules.length;
		this.#rules = this.#rules.filter((rule) => rule.id !== id);
		return this.#rules.length < before;
	}

	clear(): void {
		this.#rules = [];
	}

	/** The faults that strike now, in the order of their rules; counts the occasion. */
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
