import axios from 'axios';
import pRetry from 'p-retry';
import { getObjects, getString, stringOr, type JsonObject } from '../n8n/json.mts';

/** A message in the outbox. */
export interface OutboxMessage {
	channel: string;
	to: string;
	subject: string;
	link: string;
}

/** A webhook sent by a simulated service. */
export interface SentWebhook {
	id: string;
	state: string;
	url: string;
	event: string;
	/** The HTTP statuses of the attempts so far; 0 for an attempt without a response. */
	statuses: number[];
	error: string;
	signatureHeader: string;
	signature: string;
}

/** A client for the portal's JSON API. */
export class PortalClient {
	constructor(readonly url: string) {}

	/** Returns a list of the API; the path is relative to `/api/`. */
	async list(path: string): Promise<JsonObject[]> {
		const { data } = await axios.get<unknown>(`${this.url}/api/${path}`, { timeout: 10_000 });
		return getObjects({ list: data }, 'list');
	}

	/** Resets the sandbox's clock to real time. */
	async resetClock(): Promise<void> {
		await axios.post(`${this.url}/api/clock`, { reset: true }, { timeout: 60_000 });
	}

	/** Returns the messages with this link. */
	async messagesWith(link: string): Promise<OutboxMessage[]> {
		const messages = await this.list('outbox');
		return messages
			.filter((message) => message.link === link)
			.map((message) => ({
				channel: getString(message, 'channel'),
				to: getString(message, 'to'),
				subject: typeof message.subject === 'string' ? message.subject : '',
				link,
			}));
	}

	/** Returns the FileCourier session of an upload link. */
	async findSession(link: string): Promise<JsonObject | undefined> {
		const sessions = await this.list('services/fileCourier/sessions');
		return sessions.find((session) => session.upload_url === link);
	}

	/** Waits for the first attempt of a session's webhook. */
	async waitForDelivery(subject: string, seconds = 60): Promise<SentWebhook> {
		return pRetry(
			async () => {
				const delivery = (await this.list('deliveries')).find((item) => item.subject === subject);
				if (!delivery) throw new Error(`FileCourier sent no webhook about ${subject}`);
				const attempts = getObjects(delivery, 'attempts');
				if (attempts.length === 0)
					throw new Error(`The webhook about ${subject} has no response yet`);
				const header = getString(delivery, 'signatureHeader');
				const last = attempts.at(-1);
				return {
					id: getString(delivery, 'id'),
					state: getString(delivery, 'state'),
					url: getString(delivery, 'url'),
					event: getString(delivery, 'event'),
					statuses: attempts.map(({ status }) => (typeof status === 'number' ? status : 0)),
					error: stringOr(last?.error, stringOr(last?.answer, '')),
					signatureHeader: header,
					signature: signatureIn(delivery, header),
				};
			},
			{ retries: seconds * 4, minTimeout: 250, factor: 1, maxRetryTime: seconds * 1000 },
		);
	}
}

/** Returns the signature header, whose name may be in any case. */
function signatureIn(delivery: JsonObject, header: string): string {
	const headers = Object.entries((delivery.headers ?? {}) as JsonObject);
	const found = headers.find(([name]) => name.toLowerCase() === header.toLowerCase());
	return stringOr(found?.[1], '');
}
