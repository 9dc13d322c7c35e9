import fastifyStatic from '@fastify/static';
import fastifyView from '@fastify/view';
import { Eta } from 'eta';
import type { FastifyInstance } from 'fastify';
import { fileURLToPath } from 'node:url';

const VIEWS = fileURLToPath(new URL('../views/', import.meta.url));
const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url));

/** Everything comes from this origin but pictures (a brand's logo); no inline script runs, wherever it came from. */
const POLICY = [
	"default-src 'none'",
	"style-src 'self'",
	"script-src 'self'",
	"connect-src 'self'",
	'img-src http: https: data:',
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join('; ');

/** Lets an origin answer with pages: `reply.viewAsync(template, data)`, escaped by default, and its assets. */
export async function addPages(app: FastifyInstance): Promise<void> {
	await app.register(fastifyView, {
		engine: { eta: new Eta({ views: VIEWS, autoEscape: true, cache: true }) },
		root: VIEWS,
		viewExt: 'eta',
	});
	await app.register(fastifyStatic, { root: PUBLIC, prefix: '/assets/' });
	app.addHook('onSend', async (_request, reply, payload) => {
		if (String(reply.getHeader('content-type')).startsWith('text/html')) {
			reply.header('content-security-policy', POLICY);
			reply.header('referrer-policy', 'no-referrer');
			reply.header('cache-control', 'no-store');
		}
		return Promise.resolve(payload);
	});
}
