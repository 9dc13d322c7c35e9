import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.mts';
import { JsonStore } from './jsonStore.mts';

/** A message that the real service would have sent to a person. */
export interface Message {
	id: string;
	createdAt: string;
	/** The ID of the service that sent it. */
	service: string;
	channel: 'email' | 'sms';
	from: string;
	replyTo?: string;
	to: string;
	subject?: string;
	text: string;
	/** The documents requested from the recipient. */
	documents: string[];
	/** The link's origin and path; not a URL, because ports change between runs. */
	link?: { origin: string; path: string };
	linkLabel?: string;
}

export type NewMessage = Omit<Message, 'id' | 'createdAt'>;

/** All emails and text messages that the services would have sent. None leaves this machine. */
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
