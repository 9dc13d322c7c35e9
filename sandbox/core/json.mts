import type { FastifyInstance } from 'fastify';

/**
 * Enables JSON bodies. Accepts an empty body, because some clients send Content-Type: application/json with a DELETE.
 */
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
