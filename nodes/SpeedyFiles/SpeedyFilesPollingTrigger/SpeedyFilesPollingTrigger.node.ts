import {
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { optionsField, simplifyField } from '../../shared/node/fields';
import { matchesGlob } from '../../shared/node/filters';
import { eventsSubtitle } from '../../shared/node/operation';
import type { OutputItem } from '../../shared/node/output';
import { optionalText, readParameters, triggerSource } from '../../shared/node/parameters';
import { toProperty } from '../../shared/node/schema';
import { expiryOccurrences } from '../../shared/polling/expiryEvents';
import {
	includeExistingOption,
	leadSeconds,
	type LeadTime,
	leadTimeFields,
	pollEventsField,
	runPoll,
} from '../../shared/polling/poll';
import {
	entryKey,
	isListState,
	isUnreadable,
	type ListState,
	type PolledList,
	pollList,
	sampleItem,
	upgradeListState,
} from '../../shared/polling/pollList';
import { globOption } from '../../shared/webhook/events';
import { packageOutput } from '../describe';
import { directionOption } from '../package/fields';
import { fetchPackages, FIRST_PAGE, MAX_PAGE_SIZE, type PackagePosition } from '../packagePages';
import { speedyFiles, speedyFilesApiTest } from '../service';

interface Settings extends LeadTime {
	events: string[];
	simplify: boolean;
	options: PackageFilters & { includeExisting?: boolean };
}

// In a separate folder, because n8n finds the schema preview of a trigger by its folder and version only.
export class SpeedyFilesPollingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SpeedyFiles Expiry Trigger',
		name: 'speedyFilesPollingTrigger',
		icon: { light: 'file:../speedyFiles.svg', dark: 'file:../speedyFiles.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: eventsSubtitle(pollingProperties),
		description: 'Starts the workflow when a package is created, is about to expire or has expired',
		builderHint: {
			searchHint:
				'Polls the packages for ones that were created, expire soon or have expired. For downloads and uploads, use the SpeedyFiles Trigger.',
		},
		defaults: { name: 'SpeedyFiles Expiry Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'speedyFilesApi', required: true, testedBy: 'speedyFilesApiTest' }],
		polling: true,
		properties: pollingProperties.map(toProperty),
	};

	methods = { credentialTest: { speedyFilesApiTest } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const settings = readParameters(triggerSource(this), pollingProperties) as unknown as Settings;
		const { includeExisting = false, direction } = settings.options;
		const recipient = optionalText(settings.options.recipient);
		const title = optionalText(settings.options.title);
		const listOf = (context: IPollFunctions) =>
			watchedPackages(context, {
				events: settings.events,
				includeExisting,
				leadTime: leadSeconds(settings),
				filters: { direction, recipient, title },
			});
		return await runPoll<ListState<PackagePosition>>(this, {
			service: speedyFiles,
			output: packageOutput,
			simplify: settings.simplify,
			settings: [direction, recipient, title, includeExisting],
			upgradeState: upgradeListState(),
			isState: isListState,
			sample: async () => await sampleItem(listOf(this)),
			poll: async (last, deadline, context) =>
				await pollList(this.getNode(), listOf(context), last, deadline),
		});
	}
}

/** Named like the webhook events (SpeedyFiles docs, Webhooks), which do not include `expiring_soon`. */
const EVENTS = {
	added: 'package.created',
	expiringSoon: 'package.expiring_soon',
	expired: 'package.expired',
};

interface WatchedPackages {
	events: string[];
	includeExisting: boolean;
	/** Seconds. */
	leadTime: number;
	filters: PackageFilters;
}

/** The direction, and patterns for the title and the recipient. */
interface PackageFilters {
	direction?: string;
	recipient?: string;
	title?: string;
}

/** The packages that the token can access, newest first. */
function watchedPackages(
	context: IPollFunctions,
	{ events, includeExisting, leadTime, filters }: WatchedPackages,
): PolledList<PackagePosition> {
	const { direction, recipient, title } = filters;
	return {
		events,
		includeExisting,
		first: FIRST_PAGE,
		fetchPage: async (position) => await fetchPackages(context, position, MAX_PAGE_SIZE),
		idOf,
		occurrencesOf: (one, now) => {
			const { created_at: createdAt, expires_at: expiresAt } = one.json;
			const lifetime = { id: idOf(one), createdAt, expiresAt, status: one.added?.status };
			return expiryOccurrences(lifetime, EVENTS, now, leadTime);
		},
		isWanted: (one) =>
			isUnreadable(one) ||
			((!direction || one.json.direction === direction) &&
				matchesGlob(recipient, one.json.recipient_email) &&
				matchesGlob(title, one.json.title)),
		endsWithoutNews: events.every((event) => event === EVENTS.added),
	};
}

const idOf = (one: OutputItem) => entryKey(one.json.id, one);

const pollingProperties: INodeProperties[] = [
	{
		displayName:
			'Use this trigger for events that SpeedyFiles does not send by webhook. For downloads, uploads, revocations and deletions, use the <b>SpeedyFiles Trigger</b>, which reacts immediately.',
		name: 'pollingNotice',
		type: 'notice',
		default: '',
	},
	pollEventsField(
		[
			{ name: 'Package Created', value: EVENTS.added, description: 'Including drafts' },
			{
				name: 'Package Expired',
				value: EVENTS.expired,
				description: 'An active package has expired',
			},
			{
				name: 'Package Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'An active package will expire within the lead time',
			},
		],
		[EVENTS.expired],
	),
	...leadTimeFields(EVENTS.expiringSoon, 'a package'),
	simplifyField,
	optionsField([
		globOption('Title', 'title', 'e.g. *invoice*', 'packages with a matching title'),
		globOption(
			'Recipient Email',
			'recipient',
			'e.g. *@acme.com',
			'packages for a matching address',
		),
		directionOption('Only trigger on packages sent in this direction'),
		includeExistingOption('packages'),
	]),
];
