import type { FastifyInstance } from 'fastify';

/** JSON bodies; an empty one is none, since clients announce JSON on a DELETE that carries nothing. */
export function parseJson(app: FastifyInstance): void {
	const parse = app.getDefaultJsonParser('error', 'error');
	app.removeContentTypeParser('application/json');
	app.addContentTypeParser<string>(
		'application/json',
		{ parseAs: 'string' },
		(request, body, done) => {
			if (body === '') done(null, undefined);
			else void parse(request, body, done);
		},
	);
}
