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
		defaultContext: { formatDate, formatSize, formatTime },
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

/** Formats a time (ISO 8601) for display: "3 December 2026 at 20:05 UTC". */
function formatDate(iso: string): string {
	const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
	return `${new Date(iso).toLocaleString('en-GB', format)} UTC`;
}

/** Formats a time (ISO 8601) for lists, to the second: "3 Dec 2026, 20:05:12 UTC". */
function formatTime(iso: string): string {
	const format = { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' } as const;
	return `${new Date(iso).toLocaleString('en-GB', format)} UTC`;
}

/** Formats a size in bytes for display: "1.1 GB". */
export function formatSize(bytes: number): string {
	const units = ['B', 'KB', 'MB', 'GB'];
	let size = bytes;
	let unit = 0;
	for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
	return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
