import type { Package } from './packages.mts';
import { formatTimestamp } from './timestamps.mts';

/** The fields of events, in the order of the source (SpeedyFiles source, app/routes/api.py). */

export function recipientFields({ title, recipientEmail }: Package) {
	return { title, recipient_email: recipientEmail };
}

export function packageFields(about: Package) {
	return { ...recipientFields(about), owner_user_id: Number(about.ownerUserId) };
}

export function expiryFields({ expiresAt }: Package) {
	return { expires_at: formatTimestamp(expiresAt) };
}

/** The number and total size of the files. */
export function totals({ files }: Package) {
	return { file_count: files.length, total_bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
