import type { FastifyInstance } from 'fastify';
import { Fields, required } from '../../core/fields.mts';
import {
	body,
	each,
	exactly,
	flag,
	isoSecond,
	json,
	link,
	open,
	orNull,
	text,
} from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import { isoSeconds } from '../../core/time.mts';
import type { Account } from './account.mts';
import { errorBody } from './error.mts';
import { CREATED, errors, fileId, positive } from './schemas.mts';

/** Ten years; the docs give no limit. */
const MAX_HOURS = 87_600;

const schema = {
	summary: 'Create a share link',
	...body({
		'application/json': open(
			{
				file_id: fileId,
				password: text,
				expires_in: { ...positive, description: 'Hours' },
				allow_download: flag,
			},
			['password', 'expires_in', 'allow_download'],
		),
	}),
	response: {
		...errors,
		...each(
			CREATED,
			json(
				exactly({
					id: { type: 'string', pattern: '^share_' },
					url: link,
					password_protected: flag,
					expires_at: orNull(isoSecond),
					allow_download: flag,
				}),
				'The link',
			),
		),
	},
};

/** Files App docs, Create Share Link. */
export function shareRoutes(app: FastifyInstance, context: ServiceContext, account: Account): void {
	rejectOtherMethods(app, errorBody, '/share', ['POST']);
	app.post('/share', { schema }, async (request, reply) => {
		const fields = Fields.ofJson(request.body);
		const file = account.files.get(required('file_id', fields.string('file_id')));
		const hours = fields.integer('expires_in', 1, MAX_HOURS);
		const now = context.clock.now().getTime();
		const expiresAt = hours === undefined ? undefined : new Date(now + hours * 3_600_000);
		const share = await account.shares.create({
			fileId: file.id,
			password: fields.string('password') || undefined,
			expiresAt: expiresAt?.toISOString(),
			allowDownload: fields.boolean('allow_download') ?? true,
		});
		reply.code(Number(context.settings.get('createdStatus')));
		return {
			id: share.id,
			url: account.shares.url(share),
			password_protected: share.password !== undefined,
			expires_at: expiresAt === undefined ? null : isoSeconds(expiresAt),
			allow_download: share.allowDownload,
		};
	});
}
