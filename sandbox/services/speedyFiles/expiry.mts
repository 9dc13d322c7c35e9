import { expiryFields, packageFields } from './eventFields.mts';
import type { Instance } from './instance.mts';
import type { Package } from './packages.mts';
import { toDate } from './timestamps.mts';

/**
 * Handles a package's expiry. The source sends no event for it; the docs list package.expired, which a setting turns
 * on.
 */
export function scheduleExpiry(instance: Instance, watched: Package): void {
	const { context, packages, webhooks } = instance;
	if (watched.expiryPassed) return;
	context.clock.at(toDate(watched.expiresAt), async () => {
		const current = packages.get(watched.id);
		if (!current) return;
		await packages.markExpiryHandled(current);
		const isTold = context.settings.get('events') === 'documented' && current.status === 'active';
		if (isTold) {
			const payload = { ...packageFields(current), ...expiryFields(current) };
			await webhooks.fire('package.expired', current.id, payload);
		}
	});
}
