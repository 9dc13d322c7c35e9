import type { FastifyInstance } from 'fastify';
import { download } from '../../core/download.mts';
import { bytes, inPath, query, text } from '../../core/openapi.mts';
import { rejectOtherMethods } from '../../core/origin.mts';
import type { ServiceContext } from '../../core/service.mts';
import { errorBody } from './error.mts';
import { error } from './schemas.mts';
import type { Sessions } from './sessions.mts';

const FILE = '/:token/:name';

const schema = {
	summary: 'Download a delivered file',
	...inPath({ token: 'The token of the session’s link', name: 'The file’s name' }),
	...query({ file: text }),
	response: {
		200: bytes('The file'),
		206: bytes('A part of the file'),
		400: error('The request has an Authorization header'),
		403: error('The signature is wrong or has expired'),
		404: error('The file does not exist'),
		405: error('Only GET is allowed'),
		416: error('The file has no such range'),
	},
};

/** The presigned downloads in webhooks: anyone who has the URL can download the file until the URL expires. */
export function fileRoutes(
	app: FastifyInstance,
	context: ServiceContext,
	sessions: Sessions,
): void {
	rejectOtherMethods(app, errorBody, FILE, ['GET']);
	type Route = { Params: { token: string }; Querystring: { file?: string } };

	app.get<Route>(FILE, { schema }, async (request, reply) => {
		const permission = context.presigner.check(request.url, context.clock.now());
		if (permission === 'forged') {
			return await reply.code(403).send(errorBody(403, 'The signature does not match this URL'));
		}
		if (permission === 'expired') {
			return await reply.code(403).send(errorBody(403, 'This URL has expired'));
		}
		const session = sessions.byToken(request.params.token);
		const file = session?.files.find(({ id }) => id === request.query.file);
		if (!file) return await reply.code(404).send(errorBody(404, 'File not found'));
		return await download(reply, context, file);
	});
}
