import { SpeedyFilesApi } from '../../credentials/SpeedyFilesApi.credentials';
import { SpeedyFiles } from '../../nodes/SpeedyFiles/SpeedyFiles.node';
import { SpeedyFilesPollingTrigger } from '../../nodes/SpeedyFiles/SpeedyFilesPollingTrigger/SpeedyFilesPollingTrigger.node';
import { SpeedyFilesTrigger } from '../../nodes/SpeedyFiles/SpeedyFilesTrigger.node';
import { byId } from '../support/locators';
import { PACKAGE } from '../support/speedyFiles';
import { REPORT } from './files';
import type { Account, OperationStep, Seen, ServiceSteps } from './steps';

const created = ({ last }: Seen) => ({ packageId: byId(last('package.create').packageId) });

/** What leads to every event of a package. */
const LIFE: OperationStep[] = [
	{ does: 'package.send', parameters: PACKAGE, files: { data: REPORT } },
	{
		does: 'file.download',
		parameters: ({ last }) => ({ magicLink: last('package.send').link, scope: 'all' }),
	},
	{
		does: 'package.revoke',
		parameters: ({ last }) => ({ packageId: byId(last('package.send').packageId) }),
	},
];

async function eventsOf(account: Account, seen: Seen) {
	const subscribe = async (url: string) => {
		await account.sandbox.control.patch('/services/speedyFiles/webhooks/1', { url });
		const steps = new Map<string, object>();
		const own = { last: (name: string) => (steps.get(name) ?? seen.last(name)) as never };
		for (const step of LIFE) {
			const items = await account.run(new SpeedyFiles(), step, own);
			steps.set(step.does, items.at(-1)!);
		}
	};
	const parameters = { events: ['*'] };
	return await account.received(new SpeedyFilesTrigger(), parameters, subscribe, LIFE.length);
}

export const speedyFiles: ServiceSteps = {
	Node: SpeedyFiles,
	Credential: SpeedyFilesApi,
	steps: [
		{ does: 'package.send', parameters: PACKAGE, files: { data: REPORT } },
		{ does: 'package.create', parameters: PACKAGE },
		{ does: 'package.uploadFile', parameters: created, files: { data: REPORT } },
		{ does: 'package.finalize', parameters: created },
		{ does: 'package.get', parameters: created },
		{ does: 'package.getAll' },
		{ does: 'package.cleanUp', parameters: { output: 'each' } },
		{
			does: 'file.download',
			parameters: ({ last }) => ({ magicLink: last('package.finalize').link, scope: 'all' }),
		},
		{ trigger: 'SpeedyFilesTrigger', items: eventsOf },
		{
			trigger: 'SpeedyFilesPollingTrigger',
			items: async (account) =>
				await account.sampleOf(new SpeedyFilesPollingTrigger(), { events: ['package.created'] }),
		},
		{ does: 'package.revoke', parameters: created },
		{ does: 'package.delete', parameters: created },
		{
			does: 'token.create',
			parameters: { name: 'Nightly reports', options: { expiresInDays: 90 } },
		},
		{ does: 'token.getAll' },
		{
			does: 'token.revoke',
			parameters: ({ last }) => ({ tokenId: byId(last('token.create').tokenId) }),
		},
		{ does: 'account.get' },
		{ does: 'instance.health' },
	],
};
