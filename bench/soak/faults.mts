import axios from 'axios';
import type { FaultRule, NewFaultRule } from '../../sandbox/core/faults.mts';
import { SeededRandom } from '../../test/torture/seededRandom.ts';
import type { Bench } from '../case.mts';

/** Seconds that a fault is active, and from the start of one to the start of the next. */
const ACTIVE_SECONDS = 14;
const EVERY_SECONDS = 15;

/** Only the chunks themselves: the pattern matches no path that continues after the `s`. */
const FILES_APP_CHUNKS = '/api/v2/chunk*s';
const FILE_SHOT_CHUNKS = '/api/files/upload-chunk';

const status = (code: number, retryAfter?: string) => ({
	type: 'status' as const,
	status: code,
	...(retryAfter && { headers: { 'retry-after': retryAfter } }),
});
const reset = { type: 'reset' as const };
const truncate = { type: 'truncate' as const };

/**
 * Faults that the nodes must survive without a failed execution: those of requests that are safe to retry, 429 for any
 * request, and all faults of deliveries. A rule without `times` is an outage, which lasts as long as the rule; only uploads in
 * chunks wait for its end.
 */
const FAULTS: readonly NewFaultRule[] = [
	{ service: 'filesApp', method: 'POST', path: FILES_APP_CHUNKS, times: 2, fault: status(503) },
	{ service: 'filesApp', method: 'POST', path: FILES_APP_CHUNKS, times: 3, fault: reset },
	{ service: 'filesApp', method: 'POST', path: FILES_APP_CHUNKS, fault: reset },
	{ service: 'filesApp', path: '/api/v2/upload', times: 1, fault: status(429, '2') },
	{ service: 'filesApp', method: 'GET', path: '/api/v2/sync', times: 2, fault: status(502) },
	{ service: 'filesApp', method: 'GET', path: '/api/v2/files', times: 1, fault: truncate },
	{ service: 'fileShot', path: FILE_SHOT_CHUNKS, times: 2, fault: reset },
	{ service: 'fileShot', path: FILE_SHOT_CHUNKS, fault: status(503) },
	{ service: 'fileShot', origin: 'cdn', times: 1, fault: truncate },
	{ service: 'fileShot', origin: 'cdn', times: 2, fault: reset },
	{ service: 'fileShot', method: 'GET', path: '/api/file*s', times: 2, fault: status(502) },
	{ service: 'fileShot', method: 'DELETE', times: 1, fault: status(503) },
	{ service: 'speedyFiles', method: 'GET', path: '/api/v1/packages', times: 2, fault: reset },
	{ service: 'speedyFiles', method: 'POST', path: '/api/v1', times: 1, fault: status(429, '1') },
	{ service: 'speedyFiles', method: 'GET', path: '/p/', times: 1, fault: truncate },
	{ service: 'speedyFiles', method: 'GET', path: '/p/', times: 2, fault: reset },
	{ service: 'filestack', origin: 'cdn', times: 1, fault: truncate },
	{ service: 'filestack', origin: 'cdn', times: 2, fault: status(503) },
	{ service: 'filestack', origin: 'storage', times: 2, fault: reset },
	{ service: 'filestack', path: '/api/store', times: 1, fault: status(429, '1') },
	{ service: 'fileCourier', origin: 'files', times: 1, fault: truncate },
	{ service: 'fileCourier', origin: 'files', times: 2, fault: status(503) },
	{ service: 'fileCourier', path: '/api/ext/sessions', times: 1, fault: status(429, '1') },
	{ service: 'fileCourier', times: 1, fault: { type: 'badSignature' } },
	...['fileCourier', 'speedyFiles', 'filestack'].flatMap((service): NewFaultRule[] => [
		{ service, times: 2, fault: { type: 'duplicateDelivery', copies: 3 } },
		{ service, times: 1, fault: { type: 'outOfOrder', milliseconds: 5_000 } },
		{ service, on: 'delivery', times: 1, fault: { type: 'delay', milliseconds: 2_000 } },
	]),
];

/** Activates one fault after the other in the sandbox, in a random order that depends on the seed. */
export class FaultSchedule {
	/** How often each kind of fault was applied. */
	readonly applied = new Map<string, number>();
	private readonly chance: SeededRandom;
	private waiting: NewFaultRule[] = [];
	private active: { id: string; endsAt: number } | undefined;
	private nextAt = 0;

	constructor(
		private readonly bench: Pick<Bench, 'environment'>,
		seed: number,
	) {
		this.chance = new SeededRandom(seed);
	}

	/** Ends the active fault, or begins the next one, when it is time. Call about every second. */
	async tick(now: number): Promise<void> {
		if (this.active && now >= this.active.endsAt) await this.end();
		if (now < this.nextAt) return;
		await this.end();
		this.nextAt = now + EVERY_SECONDS * 1000;
		const { data } = await axios.post<FaultRule>(this.url, this.next());
		this.active = { id: data.id, endsAt: now + ACTIVE_SECONDS * 1000 };
	}

	/** Ends the active fault. */
	async end(): Promise<void> {
		if (!this.active) return;
		const { id } = this.active;
		this.active = undefined;
		const { data } = await axios.get<FaultRule[]>(this.url);
		const rule = data.find((one) => one.id === id);
		if (rule) this.count(rule);
		await axios.delete(`${this.url}/${id}`);
	}

	private count({ fault, applied }: FaultRule): void {
		const kind = fault.type === 'status' ? `status ${fault.status}` : fault.type;
		this.applied.set(kind, (this.applied.get(kind) ?? 0) + applied);
	}

	private next(): NewFaultRule {
		if (this.waiting.length === 0) this.waiting = [...FAULTS];
		return this.waiting.splice(this.chance.whole(0, this.waiting.length - 1), 1)[0];
	}

	private get url(): string {
		return `${this.bench.environment.sandbox.info.portal}/api/faults`;
	}
}
