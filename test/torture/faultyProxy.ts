/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingMessage, ServerResponse } from 'node:http';

import { Line } from '../support/line';
import type { Chance } from './chance';

/** The faults of the connection. */
const TROUBLES = [
	/** Resets the connection before forwarding anything. */
	'resetAtOnce',
	/** Resets the connection in the middle of the request body. */
	'resetWithin',
	/** Forwards the request but resets the connection instead of the response. */
	'answerLost',
	/** Truncates the response. */
	'truncated',
	'tooMany',
	'overloaded',
	/** Stops forwarding without closing the connection. */
	'stalled',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Only file bodies can stall: nodes abort them after their Stall Timeout, but JSON calls only after a minute. */
const isFile = ({ method, headers }: IncomingMessage) =>
	method === 'GET'
		? headers.accept === '*/*'
		: !String(headers['content-type']).startsWith('application/json');

/** An unreliable connection to the origins of a service. Random requests get random faults. */
export class BadLine extends Line {
	/** The number of applied faults by type. */
	readonly struck = Object.fromEntries(TROUBLES.map((one) => [one, 0])) as Record<Trouble, number>;
	/** The fraction of requests with a fault, 0 to 1. */
	badness = 0;

	constructor(private readonly chance: Chance) {
		super();
	}

	private draw(request: IncomingMessage): Trouble | undefined {
		if (this.chance.next() >= this.badness) return undefined;
		const trouble = this.chance.oneOf(TROUBLES);
		// A stall takes a second, so it is less frequent than the others.
		if (trouble === 'stalled' && (!isFile(request) || this.chance.next() > 0.3)) return undefined;
		this.struck[trouble] += 1;
		return trouble;
	}

	protected override carry(host: string, request: IncomingMessage, response: ServerResponse): void {
		const trouble = this.draw(request);
		const reset = () => void request.socket.resetAndDestroy();
		request.on('error', () => undefined);
		response.on('error', () => undefined);
		if (trouble === 'resetAtOnce') return reset();
		if (trouble === 'stalled') return;
		if (trouble === 'tooMany' || trouble === 'overloaded') {
			const headers: Record<string, string> =
				this.chance.next() < 0.5 ? { 'retry-after': '0' } : {};
			response.writeHead(trouble === 'tooMany' ? 429 : 503, headers).end('{"error":"Not now"}');
			return;
		}
		const onward = this.connect(host, request);
		onward.on('error', reset);
		onward.on('response', (answer) => {
			answer.on('error', () => undefined);
			if (trouble === 'answerLost') {
				answer.resume();
				return reset();
			}
			void this.answer(answer, response, trouble === 'truncated').catch(reset);
		});
		if (trouble === 'resetWithin') {
			const limit = Number(request.headers['content-length'] ?? 0) / 2;
			let passed = 0;
			request.on('data', (chunk: Buffer) => {
				passed += chunk.length;
				if (passed >= limit) onward.destroy();
			});
			request.on('end', () => onward.destroy());
		}
		request.pipe(onward);
		request.on('close', () => request.complete || onward.destroy());
	}

	private async answer(answer: IncomingMessage, response: ServerResponse, cut: boolean) {
		const told = await this.begin(answer, response);
		if (!cut) return void response.end(told);
		response.write(told.subarray(0, told.length >> 1), () => response.socket?.resetAndDestroy());
	}
}
