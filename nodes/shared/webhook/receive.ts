import {
	type INodeExecutionData,
	type IWebhookFunctions,
	type IWebhookResponseData,
	sleep,
} from 'n8n-workflow';

import { secretsOf } from '../secrets';
import {
	type Claim,
	claimDelivery,
	type ClaimedDelivery,
	digestOf,
	type Remembered,
} from './ledger';

/** Milliseconds; whoever sends a delivery has long given up then. */
const LONGEST_REMINDER = 60_000;

/** What a service's trigger says of one delivery that has arrived. */
export interface Delivery<T> extends ClaimedDelivery {
	content: T;
}

/** A delivery that is not taken: the answer that its sender gets. */
export class Refusal {
	/**
	 * @param status HTTP status
	 * @param reason one sentence, for the sender and for n8n's log; never a secret
	 */
	constructor(
		readonly status: number,
		readonly reason: string,
	) {}
}

export interface Receiver<T> {
	/** Decides over the raw bytes whether the sender is believed, before anything else is done. */
	verify(raw: Buffer): Promise<Refusal | undefined>;
	/** The delivery in the verified bytes; undefined if it is none that the user has chosen. */
	read(raw: Buffer): Delivery<T> | Refusal | undefined;
	/** The items that start the run. May take its time; meanwhile repeats wait for the outcome. */
	prepare(content: T): Promise<INodeExecutionData[] | Refusal>;
	/** Called if n8n did not start the run with the items after all, so that the delivery is sent again. */
	notStarted?(content: T): void;
}

/** Receives one delivery: verified, read, claimed, prepared. It never throws, because n8n would make a failed execution of that. */
export async function receiveDelivery<T>(
	context: IWebhookFunctions,
	receiver: Receiver<T>,
): Promise<IWebhookResponseData> {
	try {
		return await receive(context, receiver);
	} catch (error) {
		context.logger.error(`${context.getNode().name}: ${(error as Error).message}`);
		return refuse(
			context,
			new Refusal(503, 'The delivery could not be processed. Please send it again.'),
		);
	}
}

async function receive<T>(
	context: IWebhookFunctions,
	receiver: Receiver<T>,
): Promise<IWebhookResponseData> {
	const raw = await rawBodyOf(context);
	if (raw instanceof Refusal) return refuse(context, raw);
	const distrust = await receiver.verify(raw);
	if (distrust) return refuse(context, distrust);

	const delivery = receiver.read(raw);
	if (delivery instanceof Refusal) return refuse(context, delivery);
	if (delivery === undefined) return { webhookResponse: { received: true, ignored: true } };

	// A person who listens for a test event sends the same one again and again.
	if (context.getMode() === 'manual') {
		const items = await prepare(context, receiver, delivery);
		return items instanceof Refusal ? refuse(context, items) : { workflowData: [items] };
	}
	return await receiveOnce(context, receiver, delivery);
}

async function receiveOnce<T>(
	context: IWebhookFunctions,
	receiver: Receiver<T>,
	delivery: Delivery<T>,
): Promise<IWebhookResponseData> {
	const remembered: Remembered = context.getWorkflowStaticData('node');
	const trigger = `${context.getWorkflow().id}/${context.getNode().id}`;
	const claimed = claimDelivery(trigger, delivery, remembered);
	if ('repeatOf' in claimed) {
		if (claimed.isAssumed) {
			context.logger.warn(
				`${context.getNode().name} treats a delivery as a duplicate: it was signed before a delivery that is no longer remembered, because too many have arrived since`,
			);
		}
		return (await claimed.repeatOf)
			? { webhookResponse: { received: true, repeated: true } }
			: refuse(
					context,
					new Refusal(
						503,
						'The first attempt to process this delivery failed. Please send it again.',
					),
				);
	}

	const { claim } = claimed;
	try {
		const items = await prepare(context, receiver, delivery);
		if (items instanceof Refusal) {
			claim.settle(false);
			return refuse(context, items);
		}
		claim.handOver();
		const settle = (accepted: boolean) => {
			claim.settle(accepted);
			if (!accepted) receiver.notStarted?.(delivery.content);
		};
		void remindUntilAnswered(settleWithAnswer(context, settle), claim);
		return { workflowData: [items] };
	} catch (error) {
		claim.settle(false);
		context.logger.error(`${context.getNode().name}: ${(error as Error).message}`);
		return refuse(
			context,
			new Refusal(503, 'The delivery could not be processed. Please send it again.'),
		);
	}
}

/** The items, each with a key that the repeats of its delivery share: n8n's own means against duplicates can use it. */
async function prepare<T>(
	context: IWebhookFunctions,
	receiver: Receiver<T>,
	{ key, content }: Delivery<T>,
): Promise<INodeExecutionData[] | Refusal> {
	const items = await receiver.prepare(content);
	if (items instanceof Refusal) return items;
	const deliveryKey = digestOf(key);
	// A service may repeat the key that it was given for its callback.
	for (const { json } of items) secretsOf(context).hideInBody(json);
	return items.map((item) => ({ ...item, json: { ...item.json, deliveryKey } }));
}

/**
 * The run has begun when n8n has answered the sender with a 2xx; a sender that hung up before does not undo it.
 * @returns whether the answer is still to come
 */
function settleWithAnswer(
	context: IWebhookFunctions,
	settle: (accepted: boolean) => void,
): () => boolean {
	const response = context.getResponseObject();
	let open = true;
	const done = () => {
		if (open) settle(!response.writableFinished || response.statusCode < 400);
		open = false;
	};
	response.once('finish', done);
	response.once('close', done);
	return () => open;
}

/**
 * n8n 2.41 saves static data that is marked as changed, after it has put the run into its database. Before that it makes a second
 * `Workflow` of the same data, which takes the mark away (`establishContextForPersistence` in its workflow-runner): what one
 * delivery notes would only be saved with the very first. So the mark is set again until n8n has answered, at growing intervals.
 */
async function remindUntilAnswered(isOpen: () => boolean, { remind }: Claim): Promise<void> {
	for (let pause = 0; isOpen() && pause < LONGEST_REMINDER; pause = 2 * pause + 1) {
		await sleep(pause);
		remind();
	}
}

/**
 * The bytes as they came; n8n reads them itself for the content types that it can parse. What cannot be read to its end
 * (too long, cut off, badly compressed) is the sender's fault: sent again it would be the same.
 */
async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer | Refusal> {
	const request = context.getRequestObject();
	if (!request.rawBody && request.contentType !== 'multipart/form-data') {
		try {
			await request.readRawBody();
		} catch {
			return new Refusal(
				400,
				'The body could not be read: it is too large, incomplete or incorrectly compressed',
			);
		}
	}
	return request.rawBody ?? Buffer.alloc(0);
}

function refuse(context: IWebhookFunctions, { status, reason }: Refusal): IWebhookResponseData {
	context.logger.warn(`${context.getNode().name} rejected a delivery (${status}): ${reason}`);
	const response = context.getResponseObject();
	response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
	response.end(JSON.stringify({ error: reason }));
	return { noWebhookResponse: true };
}
