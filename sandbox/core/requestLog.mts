/** What came in at a service's origin. Header values and query strings are left out: they carry secrets. */
export interface RequestEntry {
	id: number;
	/** Sandbox time, ISO 8601 UTC. */
	at: string;
	service: string;
	origin: string;
	method: string;
	/** Without its query. */
	path: string;
	/** Absent while the answer is under way, or when the connection ended without one. */
	status?: number;
	/** Names only, lower case. */
	headers: string[];
	/** Whether an Authorization header came with it. */
	authorized: boolean;
	/** Types of the faults that a rule applied. */
	faults: string[];
	/** The parsed JSON body with its secrets masked, where the service records it. */
	body?: unknown;
}

/** The latest requests, so that a test can say what went over the wire. */
export class RequestLog {
	readonly #limit: number;
	#entries: RequestEntry[] = [];
	#count = 0;

	constructor(limit = 1000) {
		this.#limit = limit;
	}

	add(entry: Omit<RequestEntry, 'id'>): RequestEntry {
		const numbered = { id: (this.#count += 1), ...entry };
		this.#entries.push(numbered);
		if (this.#entries.length > this.#limit) this.#entries.shift();
		return numbered;
	}

	/** Oldest first. */
	all(): readonly RequestEntry[] {
		return this.#entries;
	}

	clear(): void {
		this.#entries = [];
	}
}
