import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.mts';
import { JsonStore } from './jsonStore.mts';

/** A message that the real service would have sent to a person. */
export interface Message {
	id: string;
	createdAt: string;
	/** Id of the service that sent it. */
	service: string;
	channel: 'email' | 'sms';
	from: string;
	replyTo?: string;
	to: string;
	subject?: string;
	text: string;
	/** What the recipient is asked for. */
	documents: string[];
	/** Where it leads: an origin of the service and a path there, since ports change from run to run. */
	link?: { origin: string; path: string };
	/** What the link is called. */
	linkLabel?: string;
}

export type NewMessage = Omit<Message, 'id' | 'createdAt'>;

/** Every e-mail and SMS that would have left the machine. Nothing does. */
export class Outbox {
	readonly #messages: JsonStore<Message>;
	readonly #clock: Clock;

	private constructor(messages: JsonStore<Message>, clock: Clock) {
		this.#messages = messages;
		this.#clock = clock;
	}

	static async open(folder: string, clock: Clock): Promise<Outbox> {
		return new Outbox(await JsonStore.open<Message>(folder), clock);
	}

	async send(message: NewMessage): Promise<void> {
		const id = `msg_${randomBytes(8).toString('hex')}`;
		await this.#messages.put({ ...message, id, createdAt: this.#clock.now().toISOString() });
	}

	/** Newest first. */
	all(): Message[] {
		return this.#messages.all().reverse();
	}
}
