import fastifyStatic from '@fastify/static';
import fastifyView from '@fastify/view';
import { Eta } from 'eta';
import type { FastifyInstance } from 'fastify';
import { fileURLToPath } from 'node:url';

const VIEWS = fileURLToPath(new URL('../views/', import.meta.url));
const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url));

/**
 * Content-Security-Policy: everything must come from this origin, except for images (a brand's logo); inline scripts
 * never run.
 */
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

/** Enables pages for an origin: `reply.viewAsync(template, data)`, which escapes by default, and their assets. */
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
