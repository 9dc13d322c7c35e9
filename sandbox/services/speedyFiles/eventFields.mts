import type { Package } from './packages.mts';
import { formatTimestamp } from './timestamps.mts';

/** What events tell of a package, in the order of the source (SpeedyFiles source, app/routes/api.py). */

export function recipientFields({ title, recipientEmail }: Package) {
	return { title, recipient_email: recipientEmail };
}

export function packageFields(about: Package) {
	return { ...recipientFields(about), owner_user_id: Number(about.ownerUserId) };
}

export function expiryFields({ expiresAt }: Package) {
	return { expires_at: formatTimestamp(expiresAt) };
}

/** How much there is in it. */
export function totals({ files }: Package) {
	return { file_count: files.length, total_bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
