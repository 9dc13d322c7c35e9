import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../sandbox/n8n/json.mts';
import {
	activateWorkflow,
	createWorkflow,
	type SavedWorkflow,
	waitForWebhook,
	type WorkflowNode,
} from '../../sandbox/n8n/workflows.mts';
import type { Bench } from '../case.mts';
import { ours, step } from '../runs.mts';

/** The workflows that the test starts, each with the name of its webhook. */
export const STARTED = [
	'filesApp',
	'fileShot',
	'filestack',
	'speedyFiles',
	'session',
	'wait',
	'cleanUp',
] as const;
export type Started = (typeof STARTED)[number];

/** What a workflow is started with. */
export interface Order {
	/** The name of the file, unique. */
	name: string;
	/** Where the workflow gets the file from. */
	url: string;
}

/** Seconds between two polls of a trigger. */
const POLL_SECONDS = 10;

/** A pattern for the names of the test's own files, so that others start no execution. */
const NAMES = 'm*';

/** Minutes for which deliveries are recorded, so that records are added and removed all the time. */
const REPEAT_WINDOW = 5;

/** n8n rejects cron expressions with intervals below one minute, so there is one schedule for each second of a minute. */
const pollTimes = {
	item: Array.from({ length: 60 / POLL_SECONDS }, (_, n) => ({
		mode: 'custom',
		cronExpression: `${n * POLL_SECONDS} * * * * *`,
	})),
};

const given = (field: string) => `={{ $('Start').first().json.body.${field} }}`;
const byId = (expression: string) => ({ __rl: true, mode: 'id', value: `={{ ${expression} }}` });
const LOCAL = { allowedHosts: '127.0.0.1' };

/** Creates and activates the workflows. */
export class Flows {
	readonly workflows: SavedWorkflow[] = [];
	/** The production URLs of the triggers that receive deliveries. */
	readonly triggers: Record<'fileCourier' | 'speedyFiles' | 'filestack', string> = {
		fileCourier: '',
		speedyFiles: '',
		filestack: '',
	};

	constructor(
		private readonly bench: Bench,
		/** Where the last nodes report to. */
		private readonly reportUrl: string,
	) {}

	async create(): Promise<void> {
		await this.createPolling();
		await this.createReceiving();
		await this.createTransfers();
		await this.createCleanUp();
	}

	private async createPolling(): Promise<void> {
		const { bench } = this;
		const poll = (type: string, event: string, options: JsonObject) => ({
			...ours(bench, 'Start', type, { pollTimes, events: [event], options }),
			typeVersion: 1,
		});
		await this.add('filesApp polled', [
			poll('filesAppTrigger', 'created', {}),
			this.report(`'filesApp.polled ' + $json.name`),
		]);
		await this.add('fileShot polled', [
			poll('fileShotTrigger', 'file.added', { fileName: NAMES }),
			this.report(`'fileShot.polled ' + $json.name`),
		]);
		await this.add('speedyFiles polled', [
			poll('speedyFilesPollingTrigger', 'package.created', { title: NAMES }),
			this.report(`'speedyFiles.polled ' + $json.title`),
		]);
	}

	private async createReceiving(): Promise<void> {
		const { bench } = this;
		const options = { repeatWindow: REPEAT_WINDOW };
		const receive = async (
			service: keyof Flows['triggers'],
			parameters: JsonObject,
			...report: [key: string, value?: string]
		) => {
			const webhookId = randomUUID();
			const trigger = ours(bench, 'Start', `${service}Trigger`, { events: ['*'], ...parameters });
			await this.add(`${service} delivered`, [{ ...trigger, webhookId }, this.report(...report)]);
			const url = `${bench.environment.n8n.url}/webhook/${webhookId}/webhook`;
			await waitForWebhook(url);
			this.triggers[service] = url;
		};
		await receive(
			'fileCourier',
			{ output: 'file', download: true, binaryPropertyName: 'data', options },
			`'session.delivered ' + $json.referenceId`,
			'$json.file?.sha256',
		);
		await receive('speedyFiles', { options }, `'speedyFiles.delivered ' + $json.title`);
		await receive('filestack', { options }, `'filestack.delivered ' + $json.name`);
	}

	private async createTransfers(): Promise<void> {
		const fetch = this.node('Fetch', 'fileCourier', 'file.download', { url: given('url') }, LOCAL);
		const reportTransfer = (flow: Started) =>
			this.report(
				`'${flow}.transferred ' + $('Start').first().json.body.name`,
				`$('Download').first().json.sha256`,
			);
		await this.addStarted('filesApp', [
			fetch,
			this.node('Upload', 'filesApp', 'file.upload', {}, { thresholdMb: 5 }),
			this.node('Download', 'filesApp', 'file.download', { fileId: byId('$json.fileId') }),
			reportTransfer('filesApp'),
		]);
		await this.addStarted('fileShot', [
			this.node(
				'Upload',
				'fileShot',
				'file.upload',
				{ source: 'url', url: given('url'), expires: true, expiryDays: 1 },
				{ ...LOCAL, thresholdMb: 2, partSizeMb: 1 },
			),
			this.node('Download', 'fileShot', 'file.download', { fileId: byId('$json.fileId') }),
			reportTransfer('fileShot'),
		]);
		await this.addStarted('filestack', [
			fetch,
			this.node(
				'Store',
				'filestack',
				'file.store',
				{ source: 'binary', storage: 'S3' },
				{ thresholdMb: 5, partSizeMb: 5 },
			),
			this.node('Download', 'filestack', 'file.download', { file: byId('$json.handle') }),
			this.node('Delete', 'filestack', 'file.delete', {
				file: byId(`$('Store').first().json.handle`),
			}),
			reportTransfer('filestack'),
		]);
		await this.addStarted('speedyFiles', [
			fetch,
			this.node('Send', 'speedyFiles', 'package.send', {
				title: given('name'),
				recipientEmail: 'cfo@example.com',
				recipientName: 'CFO',
				ttlDays: 1,
			}),
			this.node('Download', 'speedyFiles', 'file.download', {
				magicLink: '={{ $json.link }}',
				scope: 'one',
				fileId: byId('$json.files[0].fileId'),
			}),
			reportTransfer('speedyFiles'),
		]);
		const request = {
			recipientEmail: 'customer@example.com',
			requestorName: 'Soak test',
			requestorEmail: 'onboarding@example.com',
			subject: 'Your document',
			message: 'Please upload it.',
		};
		const reference = { referenceId: given('name') };
		await this.addStarted('session', [
			this.node(
				'Create',
				'fileCourier',
				'session.create',
				{ ...request, callbackUrl: this.triggers.fileCourier },
				reference,
			),
		]);
		await this.addStarted('wait', [
			this.node('Wait', 'fileCourier', 'session.requestAndWait', request, reference),
			this.report(`'wait.delivered ' + $json.referenceId`, '$json.file.sha256'),
		]);
	}

	/** Deletes what was uploaded in a past minute, whose name the order contains. */
	private async createCleanUp(): Promise<void> {
		const cleanUp = {
			selection: 'expiring',
			expiresWithin: 2,
			unit: 'days',
			dryRun: false,
			maxDeletions: 1000,
			output: 'summary',
		};
		const named = { nameContains: given('name') };
		const once = { executeOnce: true };
		await this.addStarted('cleanUp', [
			this.node('FileShot', 'fileShot', 'file.cleanUp', cleanUp, named),
			this.node('SpeedyFiles', 'speedyFiles', 'package.cleanUp', cleanUp, {
				titleContains: given('name'),
			}),
			this.report(
				`'cleanUp ' + $('Start').first().json.body.name`,
				`$('FileShot').first().json.deleted + ' ' + $('SpeedyFiles').first().json.deleted`,
			),
			{
				...this.node('Old', 'filesApp', 'file.getAll', { returnAll: true }, named),
				...once,
			},
			this.node('Delete', 'filesApp', 'file.delete', { fileId: byId('$json.fileId') }),
			{
				...this.node('Older', 'filesApp', 'file.cleanUp', {
					olderThan: 1,
					unit: 'hours',
					dryRun: false,
					output: 'summary',
				}),
				...once,
			},
		]);
	}

	/** An operation of this package. */
	private node(
		name: string,
		service: string,
		operation: string,
		parameters: JsonObject,
		options: JsonObject = {},
	): WorkflowNode {
		const [resource, of] = operation.split('.');
		return ours(this.bench, name, service, { resource, operation: of, ...parameters, options });
	}

	/** A node that reports what arrived; both are JavaScript expressions. */
	private report(key: string, value = 'undefined'): WorkflowNode {
		return step('Report', 'n8n-nodes-base.httpRequest', 4.2, {
			method: 'POST',
			url: this.reportUrl,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: `={{ JSON.stringify({ key: ${key}, value: ${value} }) }}`,
			options: {},
		});
	}

	private async addStarted(name: Started, nodes: WorkflowNode[]): Promise<void> {
		const start = step(
			'Start',
			'n8n-nodes-base.webhook',
			2,
			{ httpMethod: 'POST', path: `soak-${name}`, options: {} },
			{ webhookId: randomUUID() },
		);
		await this.add(name, [start, ...nodes]);
		await waitForWebhook(startUrl(this.bench, name));
	}

	private async add(name: string, nodes: WorkflowNode[]): Promise<void> {
		const { rest } = this.bench.environment;
		const connections = Object.fromEntries(
			nodes
				.slice(1)
				.map((next, n) => [
					nodes[n].name,
					{ main: [[{ node: next.name, type: 'main', index: 0 }]] },
				]),
		);
		const workflow = await createWorkflow(rest, { name: `Soak: ${name}`, nodes, connections });
		await activateWorkflow(rest, workflow);
		this.workflows.push(workflow);
	}
}

export const startUrl = ({ environment }: Bench, name: Started) =>
	`${environment.n8n.url}/webhook/soak-${name}`;
