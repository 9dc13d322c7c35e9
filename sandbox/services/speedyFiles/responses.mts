import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reportedHash, reportedSize } from '../../core/faultyValues.mts';
import type { Token, User } from './accounts.mts';
import type { Package, PackageFile } from './packages.mts';
import { formatTimestamp } from './timestamps.mts';

/** Sends JSON as Starlette does: without a charset in the Content-Type. */
export function sendPlainJsonType(app: FastifyInstance): void {
	app.addHook('onSend', async (_request, reply, payload) => {
		const type = String(reply.getHeader('content-type'));
		if (type.startsWith('application/json')) reply.header('content-type', 'application/json');
		return Promise.resolve(payload);
	});
}

/** Sends a 204, which has the Content-Type of FastAPI's default response. */
export async function noContent(reply: FastifyReply): Promise<FastifyReply> {
	return await reply.code(204).header('content-type', 'application/json').send();
}

/** The API's responses (SpeedyFiles source, app/routes/api.py, schemas). The keys are in its order. */

const when = (stamp: string | null) => (stamp === null ? null : formatTimestamp(stamp));

export function meOut({ id, email, displayName, role }: User) {
	return { id: Number(id), email, display_name: displayName, role };
}

export function tokenInfo(token: Token) {
	return {
		id: Number(token.id),
		name: token.name,
		prefix: token.prefix,
		expires_at: when(token.expiresAt),
		last_used_at: when(token.lastUsedAt),
		revoked_at: when(token.revokedAt),
		created_at: formatTimestamp(token.createdAt),
	};
}

export function fileOut(file: PackageFile, request: FastifyRequest) {
	return {
		id: file.id,
		original_name: file.name,
		size_bytes: reportedSize(request, file.size),
		sha256: reportedHash(request, file.sha256),
		content_type: file.type,
		state: 'complete',
		duration_ms: file.durationMs,
		uploaded_at: formatTimestamp(file.uploadedAt),
		created_at: formatTimestamp(file.createdAt),
	};
}

export function packageOut(one: Package, request: FastifyRequest) {
	return {
		id: one.id,
		owner_user_id: Number(one.ownerUserId),
		direction: one.direction,
		title: one.title,
		note: one.note,
		recipient_email: one.recipientEmail,
		recipient_name: one.recipientName,
		storage_backend: one.storage,
		transport_mode: 'http',
		status: one.status,
		expires_at: formatTimestamp(one.expiresAt),
		created_at: formatTimestamp(one.createdAt),
		files: one.files.map((file) => fileOut(file, request)),
	};
}
