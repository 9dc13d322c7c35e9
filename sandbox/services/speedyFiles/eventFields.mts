import type { Package } from './packages.mts';
import { shown } from './timestamps.mts';

/** What events tell of a package, in the order of the source (SpeedyFiles source, app/routes/api.py). */

export function addressee({ title, recipientEmail }: Package) {
	return { title, recipient_email: recipientEmail };
}

export function summary(about: Package) {
	return { ...addressee(about), owner_user_id: Number(about.ownerUserId) };
}

export function period({ expiresAt }: Package) {
	return { expires_at: shown(expiresAt) };
}

/** How much there is in it. */
export function bulk({ files }: Package) {
	return { file_count: files.length, total_bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
