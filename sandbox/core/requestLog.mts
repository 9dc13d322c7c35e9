/** A request received by a service's origin. Omits header values and query strings, because they contain secrets. */
export interface RequestEntry {
	id: number;
	/** Sandbox time, ISO 8601 UTC. */
	at: string;
	service: string;
	origin: string;
	method: string;
	/** Without the query. */
	path: string;
	/** Absent while the response is pending, or if the connection ended without one. */
	status?: number;
	/** Names only, lower case. */
	headers: string[];
	/** Whether the request has an Authorization header. */
	authorized: boolean;
	/** The types of the faults applied by rules. */
	faults: string[];
	/** The parsed JSON body with masked secrets, if the service logs it. */
	body?: unknown;
}

/** The latest requests, so that tests can check what was sent. */
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
