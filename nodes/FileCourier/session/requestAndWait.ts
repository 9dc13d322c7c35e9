import {
	type IDataObject,
	type IExecuteFunctions,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeOperationError,
} from 'n8n-workflow';

import { DAY, epochOf } from '../../shared/dates';
import { durationFields } from '../../shared/node/duration';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { type OutputItem, toOutput } from '../../shared/node/output';
import { readParameters, triggerSource } from '../../shared/node/parameters';
import type { Field } from '../../shared/node/schema';
import { textOf } from '../../shared/http/service';
import { parseHttpUrl } from '../../shared/text';
import { ACCEPTED, requireSecret } from '../../shared/webhook/activation';
import { type DownloadSettings, FILES_DELIVERED, receiveFiles } from '../delivery';
import { deliveryFields, deliveryOptions } from '../triggerFields';
import { fileCourier, ID_FIELDS, idValuesOf, sessionOutput, shareId } from '../service';
import { createFields, createOptions, createSession } from './create';
/** Milliseconds to wait after the expiry for the delivery of an upload that was made just before it. */
const GRACE_PERIOD = 5 * 60_000;
/** Milliseconds; FileCourier's default (parameter table of Create), for a response without an expiry. */
const DEFAULT_EXPIRY = 7 * DAY;

/** The resume webhook of a waiting execution. The editor hides its URL, because the node sends it to FileCourier. */
export const resumeWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		responseData: ACCEPTED,
		path: '',
		restartWebhook: true,
		ndvHideUrl: true,
		ndvHideMethod: true,
	},
];

const maximumWait = durationFields({
	displayName: 'Maximum Wait',
	name: 'waitHours',
	unitName: 'waitUnit',
	units: ['minutes', 'hours', 'days', 'weeks'],
	initial: [24, 'hours'],
	max: 36_500 * DAY,
	fraction: { min: 0.02, decimals: 2 },
	description:
		'How long to wait before continuing without files. By default, the workflow waits until the upload link expires.',
});

export const requestAndWait: Operation = {
	value: 'requestAndWait',
	name: 'Request and Wait',
	action: 'Request documents and wait',
	description:
		'Request documents and pause the workflow until they are uploaded. Works with one input item.',
	fields: [
		{
			displayName:
				'Add an If node after this one to check <b>delivered</b>. It is true if the files arrived, and false if the link expired or the wait limit was reached.',
			name: 'waitNotice',
			type: 'notice',
			default: '',
		},
		...createFields.filter(({ name }) => name !== 'callbackUrl'),
		...deliveryFields,
	],
	oneByOne: true,
	insteadForAgents:
		'The agent would continue immediately and never receive the documents. Use Session → Create instead, and receive the documents with a FileCourier Trigger in a separate workflow.',
	output: sessionOutput,
	options: [maximumWait.count, maximumWait.unit, ...createOptions, ...deliveryOptions],
	async execute(item) {
		const { functions } = item;
		if (functions.getInputData().length > 1) {
			throw new NodeOperationError(
				functions.getNode(),
				'Request and Wait can only process one input item at a time',
				{
					description:
						'Move this node to a sub-workflow, and call it once per item with Loop Over Items and Execute Sub-workflow. Turn off “Wait For Sub-Workflow Completion” under Options, so that the next item does not wait for the documents of the previous one.',
				},
			);
		}
		await requireSecret(functions, fileCourier);
		const session = await createSession(item, resumeUrlOf(item));
		const input = inputItemOf(item);
		const added = { ...session.added, delivered: false };
		const result: OutputItem = { ...input, ...session, added, passedOn: input.json };
		const json = toOutput(sessionOutput, result);
		// When the wait times out, n8n outputs the input of this node without running it again.
		functions.getExecuteData().data = { main: [[{ ...input, json }]] };
		showUploadLink(functions, json);
		await functions.putExecutionToWait(waitUntil(json, maximumWait.readOption(item)));
		return result;
	},
};

/**
 * Passes the upload link to {@link waitingTooltip}. Its expression can read nothing of the execution but this metadata,
 * which n8n uses for nothing else; n8n before 2.0 does not pass it on.
 */
function showUploadLink(functions: IExecuteFunctions, { link }: IDataObject): void {
	const url = parseHttpUrl(link);
	if (url) functions.setMetadata({ resumeUrl: url.href });
}

/** Builds the HTML that the editor shows while the execution waits; without metadata, the URL is n8n's and has the ID. */
const tooltip = `(url, id) => {
	const start = 'Waiting for the recipient to upload the documents';
	if (typeof url !== 'string' || url.split('?')[0].endsWith('/' + id)) {
		return start + '. FileCourier has sent them the upload link.';
	}
	const escaped = url.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
	return start + ' at <a href="' + escaped + '" target="_blank">' + escaped + '</a>';
}`;

export const waitingTooltip = `={{ (${tooltip})($execution.resumeUrl, $execution.id) }}`;

/** The fields that are read when a delivery arrives; the others were read when the session was created. */
const downloadFields: Field[] = [
	...deliveryFields,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		default: {},
		options: deliveryOptions,
	},
];

/** Resumes the execution with a delivery at its resume URL, if the delivery belongs to the session it waits for. */
export async function resumeWithDelivery(
	context: IWebhookFunctions,
): Promise<IWebhookResponseData> {
	// A response may contain several IDs, of which a delivery contains only one.
	const fields = ID_FIELDS.map((field) => `$json.${field}`).join(', ');
	const ids = context.evaluateExpression(`{{ [${fields}] }}`) as unknown[];
	return await receiveFiles(context, () => ({
		filter: {
			events: [FILES_DELIVERED],
			isOfSession: (data) => shareId(ids, idValuesOf(data)),
		},
		downloads: readParameters(
			triggerSource(context),
			downloadFields,
		) as unknown as DownloadSettings,
		finish: (items) =>
			items.map((item) => ({
				...item,
				added: { ...item.added, delivered: true },
				pairedItem: { item: 0 },
			})),
	}));
}

const inputItemOf = ({ functions }: ItemContext) => functions.getInputData()[0];

/**
 * Returns n8n's URL that resumes this execution; newer versions of n8n add a signature to it.
 * @throws NodeOperationError if n8n provides no usable URL, because the execution could never be resumed
 */
function resumeUrlOf({ functions }: ItemContext): string {
	const { $execution } = functions.getWorkflowDataProxy(0) as unknown as {
		$execution?: { resumeUrl?: unknown };
	};
	const url = textOf($execution?.resumeUrl);
	const isUsable = url && parseHttpUrl(url) && !url.includes(UNSAVED_EXECUTION_ID);
	if (isUsable && functions.getExecutionId()) return url;
	throw new NodeOperationError(functions.getNode(), 'n8n cannot pause this execution', {
		description:
			'n8n did not provide a resume URL, so FileCourier could not deliver the files to this execution. No documents were requested. Run the whole workflow, and check n8n’s environment variable N8N_WEBHOOK_URL (n8n 1.x: WEBHOOK_URL).',
	});
}

/** The placeholder that n8n uses as the ID of an execution that it does not save. */
const UNSAVED_EXECUTION_ID = '__UNKNOWN__';

/** @param most milliseconds; undefined for no limit */
function waitUntil(session: IDataObject, most: number | undefined): Date {
	const expires = (epochOf(session.expiresAt) ?? Date.now() + DEFAULT_EXPIRY) + GRACE_PERIOD;
	const limit = most === undefined ? Infinity : Date.now() + most;
	return new Date(Math.min(expires, limit));
}
