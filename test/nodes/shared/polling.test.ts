import type { IDataObject, INodeProperties, INodeType, IPollFunctions } from 'n8n-workflow';

import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FileShotTrigger } from '../../../nodes/FileShot/FileShotTrigger.node';
import { fileShot } from '../../../nodes/FileShot/service';
import { type Poller, runPoll } from '../../../nodes/shared/polling/poll';
import { ActivePoller } from '../../support/polling';

interface Counted {
	polls: number;
}

const BASE = 'http://127.0.0.1:9';
const FILTER: INodeProperties = {
	displayName: 'Filter',
	name: 'filter',
	type: 'string',
	default: '',
};

/** An active trigger with the given poll function. */
function pollerOf(poll: Poller<Counted>['poll']): ActivePoller {
	const { description } = new FileShotTrigger();
	const node: INodeType = {
		description: { ...description, properties: [FILTER] },
		poll(this: IPollFunctions) {
			const settings = [this.getNodeParameter('filter')];
			return runPoll(this, {
				service: fileShot,
				output: {},
				settings,
				isState,
				sample: never,
				poll,
			});
		},
	};
	const credentials = { apiKey: 'key', baseUrl: BASE };
	return new ActivePoller({ node, credentialType: new FileShotApi(), credentials, parameters: {} });
}

const isState = (value: unknown): value is Counted =>
	typeof (value as Counted | null)?.polls === 'number';
const never = () => Promise.reject(new Error('No sample is wanted'));

/** A poll that counts the polls since its state was created. */
const counting: Poller<Counted>['poll'] = (state = { polls: 0 }) => {
	state.polls++;
	return Promise.resolve({ found: [{ json: { ...state } }], state });
};

const lastOf = ({ runs }: ActivePoller): IDataObject => runs.at(-1)![0].json;

describe('the state of a poll', () => {
	it('is passed to the next poll, also after a restart', async () => {
		const trigger = pollerOf(counting);
		await trigger.activate();
		expect(await trigger.poll()).toEqual([{ polls: 2 }]);
		await trigger.restart();
		expect(lastOf(trigger)).toEqual({ polls: 3 });
	});

	it('is not changed by a failed poll that has modified it', async () => {
		let fails = false;
		const trigger = pollerOf(async (...poll) => {
			const polled = await counting(...poll);
			if (fails) throw new Error('The second half failed');
			return polled;
		});
		await trigger.activate();
		fails = true;
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toHaveLength(1);
		fails = false;
		expect(await trigger.poll()).toEqual([{ polls: 2 }]);
	});

	it.each([
		['another server', { credentials: { apiKey: 'key', baseUrl: 'http://127.0.0.1:10' } }],
		['another filter', { parameters: { filter: 'pdf' } }],
		['another credential', { settings: { credentials: { fileShotApi: { id: '2', name: 'B' } } } }],
	])('starts again for %s', async (_, change) => {
		const trigger = pollerOf(counting);
		await trigger.activate();
		await trigger.activate(change);
		expect(lastOf(trigger)).toEqual({ polls: 1 });
	});

	it('is discarded if it has the format of a later version', async () => {
		const trigger = pollerOf(counting);
		await trigger.activate();
		trigger.savedStaticData = trigger.savedStaticData.replace('"version":2', '"version":3');
		expect(trigger.savedStaticData).toContain('"version":3');
		await trigger.restart();
		expect(lastOf(trigger)).toEqual({ polls: 1 });
	});
});

describe('the time limit of a poll', () => {
	afterEach(() => void jest.restoreAllMocks());

	it.each([
		['half of n8n’s limit', 60_000, 30_000],
		['two minutes, if n8n allows an hour', 3_600_000, 120_000],
		['two minutes, if n8n reports no limit', undefined, 120_000],
	])('is %s', async (_, budget, expected) => {
		const allowed: number[] = [];
		const trigger = pollerOf(async (state = { polls: 0 }, deadline) => {
			allowed.push(Math.round(deadline - performance.now()));
			return await Promise.resolve({ found: [], state });
		});
		trigger.budgetMs = budget;
		// The clock stands still, so that the test measures no time.
		const now = performance.now();
		jest.spyOn(performance, 'now').mockReturnValue(now);
		await trigger.activate();
		expect(allowed).toEqual([expected]);
	});
});
