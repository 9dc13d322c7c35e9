import type { FastifyInstance } from 'fastify';
import { InvalidField, Fields, required } from '../../core/fields.mts';
import { exactly, flag, isoSecond, json, listOf, query, text } from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Account } from './account.mts';
import { errorBody } from './error.mts';
import { errors, fileId } from './schemas.mts';

const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

const schema = {
	summary: 'Get the changes since a time',
	...query({ since: { ...text, description: 'ISO 8601' }, folder_id: text, cursor: text }, [
		'since',
	]),
	response: {
		...errors,
		200: json(
			exactly({
				changes: listOf(
					exactly({
						id: fileId,
						action: { type: 'string', enum: ['created', 'modified', 'deleted'] },
						timestamp: isoSecond,
					}),
				),
				cursor: { type: 'string', pattern: '^cur_' },
				has_more: flag,
			}),
			'Changes, oldest first',
		),
	},
};

/**
 * Files App docs, Sync. The response contains a cursor, but the docs name no parameter for it; `cursor` is accepted by
 * default.
 */
export function syncRoutes(
	app: FastifyInstance,
	{ settings }: ServiceContext,
	{ changes }: Account,
): void {
	rejectOtherMethods(app, errorBody, '/sync', ['GET']);
	app.get('/sync', { schema }, (request) => {
		const fields = Fields.ofQuery(request.query);
		const since = required('since', fields.string('since'));
		const time = new Date(since);
		if (!ISO_8601.test(since) || Number.isNaN(time.getTime())) {
			throw new InvalidField('since must be an ISO 8601 timestamp');
		}
		const cursor = fields.string('cursor');
		const use = settings.get('syncCursor');
		if (cursor !== undefined && use === 'refused') {
			throw new InvalidField('cursor is not a parameter of sync');
		}
		return changes.page({
			since: time,
			folderId: fields.string('folder_id', 100),
			...(use === 'taken' && { cursor }),
		});
	});
}
