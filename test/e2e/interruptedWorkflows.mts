import type { WorkflowNode } from '../../sandbox/n8n/workflows.mts';
import { credentialsFor, node, type TestSystem } from './harness.mts';

/** Every five seconds; n8n rejects cron expressions with intervals below one minute. */
const OFTEN = {
	item: Array.from({ length: 12 }, (_, index) => ({
		mode: 'custom',
		cronExpression: `${index * 5} * * * * *`,
	})),
};

/** What n8n is killed in: a transfer, a poll, or the execution that a poll has started. */
export type Interrupted = 'upload' | 'download' | 'poll' | 'polled';

/** Starts a workflow with a request to this path. */
const webhookNode = (path: string) =>
	node(
		'Start',
		'n8n-nodes-base.webhook',
		{ httpMethod: 'POST', path },
		{ typeVersion: 2, webhookId: crypto.randomUUID() },
	);

/** A node that waits for the response of this URL. */
export const callOf = (url: string) =>
	node('After', 'n8n-nodes-base.httpRequest', { url, options: {} }, { typeVersion: 4.2 });

/**
 * Returns the nodes of the workflows, each in a row.
 * @param hostUrl the address of the stuck host
 * @param fileId the file at Files App to upload again
 */
export function workflowsFor(
	environment: TestSystem,
	hostUrl: string,
	fileId: object,
): Array<[name: Interrupted, nodes: WorkflowNode[]]> {
	const ofPackage = (name: string, type: string, parameters: object, service: string) =>
		node(
			name,
			`n8n-nodes-file-delivery.${type}`,
			{ ...parameters },
			{ credentials: credentialsFor(environment, service) },
		);
	const fileNode = (name: string, service: string, parameters: object) =>
		ofPackage(name, service, { resource: 'file', ...parameters }, service);
	const polls = (type: string, event: string, service: string) =>
		ofPackage('Start', type, { pollTimes: OFTEN, events: [event], options: {} }, service);
	return [
		[
			'upload',
			[
				webhookNode('upload'),
				fileNode('Download', 'filesApp', { operation: 'download', fileId }),
				fileNode('Upload', 'filesApp', {
					...{ operation: 'upload', binaryPropertyName: 'data' },
					options: { thresholdMb: 5, partsAtOnce: 1, fileName: 'copy.bin' },
				}),
			],
		],
		[
			'download',
			[
				webhookNode('download'),
				fileNode('Download', 'fileCourier', {
					operation: 'download',
					url: `${hostUrl}/file.bin`,
				}),
			],
		],
		[
			'poll',
			[polls('fileShotTrigger', 'file.added', 'fileShot'), node('After', 'n8n-nodes-base.noOp')],
		],
		['polled', [polls('filesAppTrigger', 'created', 'filesApp'), callOf(`${hostUrl}/polled`)]],
	];
}
