import type {
	IHookFunctions,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { secretsOf } from '../http/secrets';
import { isJsonObject, type JsonRecord } from '../http/service';
import { type OutputItem, type OutputShape, toOutput } from '../node/output';
import {
	type Claim,
	claimDelivery,
	type DeliveryIdentity,
	freeTrigger,
	keyDigest,
} from './deduplication';
import type { DeduplicationState } from './deliveryRecords';
import { type SignatureScheme, verifySignature, WebhookRejection } from './signature';

/** Milliseconds; by then, every sender has timed out. */
const MAX_TOUCH_MS = 60_000;

/** A delivery parsed by the trigger of a service. */
export interface Delivery<T> extends DeliveryIdentity {
	content: T;
}

export interface WebhookHandler<T> {
	/** Authenticates the sender by the raw bytes, before anything else. */
	scheme: SignatureScheme;
	/** How the fields of the items are named. */
	output: OutputShape;
	/** Parses the verified bytes; undefined if the user did not select such a delivery. */
	read(raw: Buffer): Promise<Delivery<T> | WebhookRejection | undefined>;
	/** Returns the output items. May take long; duplicates that arrive meanwhile wait for the outcome. */
	prepare(content: T): Promise<OutputItem[] | WebhookRejection>;
	/** Called if n8n did not start the execution, so the sender will retry the delivery. */
	notStarted?(content: T): void;
}

/**
 * Handles one delivery: verifies, parses, claims and prepares it. Never throws, because n8n would record a failed
 * execution.
 */
export async function handleDelivery<T>(
	context: IWebhookFunctions,
	receiver: WebhookHandler<T>,
): Promise<IWebhookResponseData> {
	try {
		return await receive(context, receiver);
	} catch (error) {
		context.logger.error(`${context.getNode().name}: ${(error as Error).message}`);
		return reject(
			context,
			new WebhookRejection(503, 'The delivery could not be processed. Please send it again.'),
		);
	}
}

async function receive<T>(
	context: IWebhookFunctions,
	receiver: WebhookHandler<T>,
): Promise<IWebhookResponseData> {
	const raw = await rawBodyOf(context);
	if (raw instanceof WebhookRejection) return reject(context, raw);
	const rejection = await verifySignature(context, receiver.scheme, raw);
	if (rejection) return reject(context, rejection);

	const delivery = await receiver.read(raw);
	if (delivery instanceof WebhookRejection) return reject(context, delivery);
	if (delivery === undefined) return { webhookResponse: { received: true, ignored: true } };

	// A user who listens for a test event may send the same delivery several times.
	if (context.getMode() === 'manual') {
		const items = await prepare(context, receiver, delivery);
		return items instanceof WebhookRejection ? reject(context, items) : { workflowData: [items] };
	}
	return await receiveOnce(context, receiver, delivery);
}

const triggerOf = (context: IHookFunctions | IWebhookFunctions) =>
	`${context.getWorkflow().id}/${context.getNode().id}`;

/** Frees what the process keeps for a trigger, when its workflow is deactivated. */
export const freeDeliveries = (context: IHookFunctions): void =>
	freeTrigger(triggerOf(context), context.getWorkflowStaticData('node'));

async function receiveOnce<T>(
	context: IWebhookFunctions,
	receiver: WebhookHandler<T>,
	delivery: Delivery<T>,
): Promise<IWebhookResponseData> {
	const staticData: DeduplicationState = context.getWorkflowStaticData('node');
	const claimed = claimDelivery(triggerOf(context), delivery, staticData);
	if ('duplicateOf' in claimed) {
		if (claimed.isAssumed) {
			context.logger.warn(
				`${context.getNode().name} treats a delivery as a duplicate: it was signed before a delivery that is no longer recorded, because too many have arrived since`,
			);
		}
		return (await claimed.duplicateOf)
			? { webhookResponse: { received: true, repeated: true } }
			: reject(
					context,
					new WebhookRejection(
						503,
						'The first attempt to process this delivery failed. Please send it again.',
					),
				);
	}

	const { claim } = claimed;
	try {
		const items = await prepare(context, receiver, delivery);
		if (items instanceof WebhookRejection) {
			claim.resolve(false);
			return reject(context, items);
		}
		claim.markDispatched();
		const response = context.getResponseObject();
		settleOnResponse(response, touchUntilResponded(response, claim), (accepted) => {
			claim.resolve(accepted);
			if (!accepted) receiver.notStarted?.(delivery.content);
		});
		return { workflowData: [items] };
	} catch (error) {
		claim.resolve(false);
		context.logger.error(`${context.getNode().name}: ${(error as Error).message}`);
		return reject(
			context,
			new WebhookRejection(503, 'The delivery could not be processed. Please send it again.'),
		);
	}
}

/**
 * Returns the items, each with a key that is identical for all retries of the delivery, for use with n8n's own
 * deduplication.
 */
async function prepare<T>(
	context: IWebhookFunctions,
	receiver: WebhookHandler<T>,
	{ key, content }: Delivery<T>,
): Promise<INodeExecutionData[] | WebhookRejection> {
	const items = await receiver.prepare(content);
	if (items instanceof WebhookRejection) return items;
	const deliveryKey = keyDigest(key);
	return items.map(({ json, added, passedOn, ...more }) => {
		const output = toOutput(receiver.output, { json, added, passedOn });
		// The response of a service may contain the callback key that it was given.
		secretsOf(context).hideInBody(output);
		return { ...more, json: { ...output, deliveryKey } };
	});
}

type WebhookResponse = ReturnType<IWebhookFunctions['getResponseObject']>;

/**
 * Settles the claim when n8n has responded: the execution has started if n8n sent a 2xx, or has not responded in time. If the
 * sender hung up, n8n may still fail to start the execution, and the response does not emit its end.
 * @param responded resolves when n8n has responded or takes too long
 */
function settleOnResponse(
	response: WebhookResponse,
	responded: Promise<void>,
	settle: (accepted: boolean) => void,
): void {
	let open = true;
	const done = () => {
		if (open) settle(!response.writableEnded || response.statusCode < 400);
		open = false;
	};
	const closed = new Promise<void>((close) => {
		if (response.closed) close();
		else response.once('close', close);
	});
	response.once('finish', done);
	void Promise.all([responded, closed]).then(done);
}

/**
 * Workaround for n8n 2.41: `establishContextForPersistence` (in its workflow-runner) builds a second `Workflow` from
 * the same static data and thereby clears its “changed” flag before n8n saves it, so only the first delivery would be
 * recorded. Sets the flag repeatedly, at growing intervals, until n8n has responded.
 */
async function touchUntilResponded(
	response: WebhookResponse,
	{ touchStaticData }: Claim,
): Promise<void> {
	for (let pause = 0; !response.writableEnded && pause < MAX_TOUCH_MS; pause = 2 * pause + 1) {
		await sleep(pause);
		touchStaticData();
	}
}

/**
 * Returns the raw body, which n8n has already read for content types that it parses. Returns 400 if the body cannot be
 * read (too large, truncated, invalid compression), so that the sender does not retry.
 */
async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer | WebhookRejection> {
	const request = context.getRequestObject();
	if (!request.rawBody && request.contentType !== 'multipart/form-data') {
		try {
			await request.readRawBody();
		} catch {
			return new WebhookRejection(
				400,
				'The body could not be read: it is too large, incomplete or incorrectly compressed',
			);
		}
	}
	return request.rawBody ?? Buffer.alloc(0);
}

function reject(
	context: IWebhookFunctions,
	{ status, reason }: WebhookRejection,
): IWebhookResponseData {
	context.logger.warn(`${context.getNode().name} rejected a delivery (${status}): ${reason}`);
	const response = context.getResponseObject();
	response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
	response.end(JSON.stringify({ error: reason }));
	return { noWebhookResponse: true };
}

/** Maximum nesting of a body; n8n could not store an item that is nested much deeper. */
const MAX_DEPTH = 100;

/**
 * Parses a verified body; undefined if it is not a JSON object or is nested too deeply. Drops keys named `__proto__`,
 * because other nodes that copy the item would otherwise change its prototype.
 */
export function parseBodyObject(raw: Buffer): JsonRecord | undefined {
	try {
		const body: unknown = JSON.parse(raw.toString('utf8').replace(/^\uFEFF/, ''));
		return isJsonObject(body) && !isDeeper(body, MAX_DEPTH)
			? (withoutProtoKeys(body) as JsonRecord)
			: undefined;
	} catch {
		return undefined;
	}
}

function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

function withoutProtoKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutProtoKeys);
	if (!isJsonObject(value)) return value;
	const own = Object.entries(value).filter(([key]) => key !== '__proto__');
	return Object.fromEntries(own.map(([key, one]) => [key, withoutProtoKeys(one)]));
}

/**
 * Serializes a value so that equal content yields equal text. Ignores white space and the order of keys, because a
 * service may serialize a retry differently.
 */
export function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
	const members = Object.keys(value)
		.sort()
		.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
	return `{${members.join(',')}}`;
}
