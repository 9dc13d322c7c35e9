import type { ServiceContext } from '../../core/service.mts';
import { Accounts } from './accounts.mts';
import { Packages } from './packages.mts';
import { Timestamps } from './timestamps.mts';
import { Webhooks } from './webhooks.mts';

/** The components of a self-hosted SpeedyFiles instance that its routes share. */
export interface Instance {
	context: ServiceContext;
	accounts: Accounts;
	packages: Packages;
	webhooks: Webhooks;
}

/** Reads the data of an earlier run, or creates a new instance that is set up. */
export async function openInstance(context: ServiceContext): Promise<Instance> {
	const stamps = new Timestamps(context.clock);
	return {
		context,
		accounts: await Accounts.open(context, stamps),
		packages: await Packages.getFor(context, stamps),
		webhooks: await Webhooks.open(context, stamps),
	};
}
