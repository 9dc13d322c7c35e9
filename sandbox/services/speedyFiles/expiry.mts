import { expiryFields, packageFields } from './eventFields.mts';
import type { Instance } from './instance.mts';
import type { Package } from './packages.mts';
import { toDate } from './timestamps.mts';

/**
 * Follows the packages to their end. The source fires nothing when one expires; the docs list package.expired, which a
 * setting lets happen.
 */
export function watchExpiry(instance: Instance, watched: Package): void {
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
