import type { Clock } from '../core/clock.mts';
import type { Deliveries } from '../core/deliveries.mts';
import type { Delivery } from '../core/delivery.mts';
import type { Faults } from '../core/faults.mts';
import type { Message, Outbox } from '../core/outbox.mts';
import { NotFoundError } from '../core/sandboxError.mts';
import type { RequestLog } from '../core/requestLog.mts';
import type { RunningService } from '../core/runningService.mts';

/** The components that the portal shows and controls. */
export interface PortalContext {
	clock: Clock;
	/** Stores the clock's offset for the next run. */
	keepClock(): Promise<void>;
	faults: Faults;
	requests: RequestLog;
	outbox: Outbox;
	deliveries: Deliveries;
	running: ReadonlyMap<string, RunningService>;
	/** The result of GET /api/info; complete once all ports are open. */
	info: {
		/** The URL of n8n's editor, if n8n runs beside the sandbox. */
		editor?: string;
	};
}

export function requireService(context: PortalContext, id: string): RunningService {
	const service = context.running.get(id);
	if (!service) throw new NotFoundError(`There is no service "${id}".`);
	return service;
}

export function requireDelivery(context: PortalContext, id: string): Delivery {
	const delivery = context.deliveries.get(id);
	if (!delivery) throw new NotFoundError(`There is no delivery "${id}".`);
	return delivery;
}

/** Returns a delivery with the receiver's key masked. */
export function maskDelivery(delivery: Delivery): Delivery {
	const headers = { ...delivery.headers };
	if ('authorization' in headers) headers.authorization = '***';
	return { ...delivery, headers };
}

/** Returns a message whose link is a URL of this run. */
export function resolveMessage(
	context: PortalContext,
	{ link, ...message }: Message,
): Omit<Message, 'link'> & { link?: string } {
	if (!link) return message;
	const origin = context.running.get(message.service)?.origins[link.origin] ?? '';
	return { ...message, link: origin + link.path };
}

export interface ClockChange {
	/** Seconds to advance the clock by. */
	advance?: number;
	/** Sandbox seconds per real second. */
	speed?: number;
	/** Resets the time and speed to those of this machine. */
	reset?: boolean;
}

/** Changes the clock and returns its new state. */
export async function changeClock(
	context: PortalContext,
	change: ClockChange,
): Promise<ClockReading> {
	if (change.reset) context.clock.reset();
	if (change.speed !== undefined) context.clock.setSpeed(change.speed);
	if (change.advance !== undefined) await context.clock.advance(change.advance);
	await context.keepClock();
	return readClock(context);
}

export interface ClockReading {
	/** ISO 8601 UTC. */
	now: string;
	speed: number;
	/** How far the clock is ahead of this machine's, in seconds. */
	aheadSeconds: number;
}

export function readClock({ clock }: PortalContext): ClockReading {
	return {
		now: clock.now().toISOString(),
		speed: clock.speed,
		aheadSeconds: Math.round(clock.offset / 1000),
	};
}
