import type { ProxyFault } from '../support/forwardRequest';
import { ServiceProxy } from '../support/serviceProxy';
import type { TestRequest } from '../support/testServer';
import type { SeededRandom } from './seededRandom';

/** The faults of the connection. */
const FAULTS = [
	'isReset',
	'isResetWithin',
	'losesResponse',
	'truncatesResponse',
	'tooMany',
	'overloaded',
	'hangs',
] as const;
type Fault = (typeof FAULTS)[number];

/** Only file bodies can hang: nodes abort them after their Stall Timeout, but JSON calls only after a minute. */
const isFile = ({ method, headers }: TestRequest) =>
	method === 'GET'
		? headers.accept === '*/*'
		: !String(headers['content-type']).startsWith('application/json');

/** An unreliable connection to the origins of a service. Random requests get random faults. */
export class FaultyProxy extends ServiceProxy {
	/** The number of faults so far by type. */
	readonly faults = Object.fromEntries(FAULTS.map((one) => [one, 0])) as Record<Fault, number>;
	/** The fraction of requests with a fault, 0 to 1. */
	faultRate = 0;

	constructor(private readonly random: SeededRandom) {
		super({ fault: (request) => this.draw(request) });
	}

	private draw(request: TestRequest): ProxyFault | undefined {
		// A long run would collect gigabytes.
		this.requests.length = 0;
		if (this.random.next() >= this.faultRate) return undefined;
		const fault = this.random.oneOf(FAULTS);
		// A request that hangs takes a second, so it is less frequent than the others.
		if (fault === 'hangs' && (!isFile(request) || this.random.next() > 0.3)) return undefined;
		this.faults[fault] += 1;
		if (fault !== 'tooMany' && fault !== 'overloaded') return fault;
		const headers: Record<string, string> = this.random.next() < 0.5 ? { 'retry-after': '0' } : {};
		const status = fault === 'tooMany' ? 429 : 503;
		return { response: { status, headers, body: '{"error":"Not now"}' } };
	}
}
