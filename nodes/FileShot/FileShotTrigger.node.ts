import {
	type IDataObject,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { FIRST_PAGE, type NumberedPosition } from '../shared/http/paging';
import { optionsField, simplifyField } from '../shared/node/fields';
import { matchesGlob } from '../shared/node/filters';
import { eventsSubtitle } from '../shared/node/operation';
import type { OutputItem } from '../shared/node/output';
import { optionalText, readParameters, triggerSource } from '../shared/node/parameters';
import { toProperty } from '../shared/node/schema';
import { expiryOccurrences, type ItemDates } from '../shared/polling/expiryEvents';
import {
	includeExistingOption,
	leadSeconds,
	type LeadTime,
	leadTimeFields,
	pollEventsField,
	runPoll,
} from '../shared/polling/poll';
import {
	describeEntries,
	entryKey,
	isListState,
	isUnreadable,
	type ListState,
	type PolledList,
	pollList,
	sampleItem,
	upgradeListState,
} from '../shared/polling/pollList';
import { globOption } from '../shared/webhook/events';
import { fileShotApiTest } from './credentialTest';
import { describeFile, fileDetails, outputFieldsOf, readLinkBase } from './describe';
import { fetchFilePage, MAX_PAGE_SIZE } from './file/getAll';
import { fileShot } from './service';

interface Settings extends LeadTime {
	events: string[];
	simplify: boolean;
	options: { fileName?: string; includeExisting?: boolean };
}

export class FileShotTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FileShot Trigger',
		name: 'fileShotTrigger',
		icon: { light: 'file:fileShot.svg', dark: 'file:fileShot.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: eventsSubtitle(pollingProperties),
		description: 'Starts the workflow when a file is added, is about to expire or has expired',
		builderHint: {
			searchHint: 'Polls the list of files for files that were added, expire soon or have expired.',
		},
		defaults: { name: 'FileShot Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fileShotApi', required: true, testedBy: 'fileShotApiTest' }],
		polling: true,
		properties: pollingProperties.map(toProperty),
	};

	methods = { credentialTest: { fileShotApiTest } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const settings = readParameters(triggerSource(this), pollingProperties) as unknown as Settings;
		const { includeExisting = false } = settings.options;
		const fileName = optionalText(settings.options.fileName);
		const listOf = async (context: IPollFunctions) =>
			await watchedFiles(context, {
				events: settings.events,
				includeExisting,
				leadTime: leadSeconds(settings),
				fileName,
			});
		return await runPoll<ListState<NumberedPosition>>(this, {
			service: fileShot,
			output: fileDetails,
			simplify: settings.simplify,
			settings: [fileName, includeExisting],
			upgradeState: upgradeListState(upgradeFile),
			isState: isListState,
			sample: async () => await sampleItem(await listOf(this)),
			poll: async (last, deadline, context) =>
				await pollList(this.getNode(), await listOf(context), last, deadline),
		});
	}
}

const EVENTS = {
	added: 'file.added',
	expiringSoon: 'file.expiring_soon',
	expired: 'file.expired',
};

interface WatchedFiles {
	events: string[];
	includeExisting: boolean;
	/** Seconds. */
	leadTime: number;
	/** A pattern for the file's name. */
	fileName?: string;
}

/** The account's files. FileShot documents neither the order of its list nor whether expired files stay in it. */
async function watchedFiles(
	context: IPollFunctions,
	{ events, includeExisting, leadTime, fileName }: WatchedFiles,
): Promise<PolledList<NumberedPosition>> {
	const linkBase = await readLinkBase(context);
	return {
		events,
		includeExisting,
		first: FIRST_PAGE,
		fetchPage: async (position) => {
			const { items, next, now } = await fetchFilePage(context, position, MAX_PAGE_SIZE);
			return {
				items: describeEntries(items, (one) => describeFile(one, { linkBase, now })),
				next,
				now,
			};
		},
		idOf,
		occurrencesOf: (file, now) => expiryOccurrences(lifetimeOf(file), EVENTS, now, leadTime),
		isWanted: (file) => isUnreadable(file) || matchesGlob(fileName, outputFieldsOf(file).name),
		expiry: events.includes(EVENTS.expired) ? { event: EVENTS.expired, endOf, ended } : undefined,
	};
}

/** Converts a file that version 0.1.0 of the package stored, so that it is recognized. */
const upgradeFile = (output: IDataObject): OutputItem => ({
	json: output,
	added: { fileId: output.fileId, link: output.downloadUrl, status: output.effectiveStatus },
});

const idOf = (file: OutputItem) => entryKey(file.added?.fileId, file);

function lifetimeOf(file: OutputItem): ItemDates {
	const { createdAt, expiresAt, status } = outputFieldsOf(file);
	return { id: idOf(file), createdAt, expiresAt, status };
}

function endOf(file: OutputItem): number | undefined {
	const { status, expiresAt } = outputFieldsOf(file);
	const end = status === 'active' ? epochOf(expiresAt) : undefined;
	return end && Math.floor(end / 1000);
}

const ended = (file: OutputItem): OutputItem => ({
	...file,
	added: { ...file.added, status: 'expired' },
});

const pollingProperties: INodeProperties[] = [
	pollEventsField(
		[
			{
				name: 'File Added',
				value: EVENTS.added,
				description: 'A file was uploaded, through any app or the API',
			},
			{
				name: 'File Expired',
				value: EVENTS.expired,
				description: 'A file’s link has expired',
			},
			{
				name: 'File Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'A file will expire within the lead time',
			},
		],
		[EVENTS.added],
	),
	...leadTimeFields(EVENTS.expiringSoon, 'a file'),
	simplifyField,
	optionsField([
		globOption('File Name', 'fileName', 'e.g. *.pdf', 'files with a matching name'),
		includeExistingOption('files'),
	]),
];
