import { isRetryable, MAX_ATTEMPTS, MAX_DELAY, type RequestFailure, retryDelay } from './retry';

/** The longest backoff in milliseconds. */
const MAX_BACKOFF = 30_000;

/** Statuses of a proxy or CDN that cannot reach the service: request timeout, too early, and Cloudflare's own. */
const UNREACHABLE_STATUSES = new Set([408, 425, 520, 521, 522, 523, 524, 530]);

/** Connection errors that are temporary in a transfer that has worked before: no network, no DNS, no data. */
const OUTAGE_CODES = new Set(['ENOTFOUND', 'ENETDOWN', 'EHOSTDOWN', 'ESTALLED']);

/**
 * Retries the requests of one transfer through an outage. The transfer gives up only when nothing has succeeded for a
 * time, so all its requests share one object: any success shows that the outage is over. Only for requests that are safe
 * to send twice.
 */
export class OutageRetries {
	/** Shared with the retries of {@link forPreparation}. */
	private readonly state: { hasSucceeded: boolean; failingSince?: number } = {
		hasSucceeded: false,
	};

	/**
	 * @param giveUpAfter milliseconds from the first failure without a success; {@link MAX_ATTEMPTS} attempts are made in
	 * any case
	 * @param onWait called before each wait
	 */
	constructor(
		private readonly giveUpAfter: number,
		private readonly onWait: () => void = () => undefined,
	) {}

	/** Call this for each request that succeeds, and for data that arrives. */
	recordSuccess = (): void => {
		this.state.hasSucceeded = true;
		this.state.failingSince = undefined;
	};

	/**
	 * Returns the retries of a request that only prepares a transfer, such as the request for an upload URL: its success does
	 * not show that the outage is over, because the bytes go to another host.
	 */
	forPreparation(): OutageRetries {
		return Object.create(this, { recordSuccess: { value: () => undefined } }) as OutageRetries;
	}

	/**
	 * Returns the milliseconds to wait after `attempt` (counted from 1): the wait that the service asks for, or an
	 * exponential backoff with jitter of up to 30 seconds. Undefined for a permanent failure, and when it is time to give up.
	 */
	delay(attempt: number, failure: RequestFailure): number | undefined {
		const isFirstFew = attempt < MAX_ATTEMPTS;
		if (!this.isTemporary(failure, isFirstFew)) return undefined;
		const now = performance.now();
		this.state.failingSince ??= now;
		const left = this.state.failingSince + this.giveUpAfter - now;
		const limit = Math.max(left, isFirstFew ? MAX_DELAY : 0);
		const { retryAfter = 0 } = failure;
		if (limit <= 0 || retryAfter > limit) return undefined;
		this.onWait();
		const backoff = retryDelay(Math.min(attempt, MAX_ATTEMPTS - 1), {})!;
		const doublings = Math.max(0, attempt - (MAX_ATTEMPTS - 1));
		const longer = Math.min(MAX_BACKOFF, backoff * 2 ** doublings);
		return Math.max(retryAfter, Math.min(longer, limit));
	}

	private isTemporary({ status, ...failure }: RequestFailure, isFirstFew: boolean): boolean {
		// A service that fails on this request every time responds in the same way.
		if (status === 500) return isFirstFew;
		if (status !== undefined)
			return isRetryable({ status }, true) || UNREACHABLE_STATUSES.has(status);
		if (isRetryable(failure, true)) return true;
		return this.state.hasSucceeded && OUTAGE_CODES.has(failure.code ?? '');
	}
}
