import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HIDDEN } from '../../core/describeRoutes.mts';
import { html, redirect } from '../../core/openapi.mts';
import { errorBody } from './error.mts';
import type { Instance } from './instance.mts';
import { API } from './paths.mts';

/**
 * Known paths with their `Allow` header. FastAPI creates one route per method, and its 405 names the method of the
 * first route that matches the path.
 */
const ROUTES: readonly [path: RegExp, allow: string][] = [
	[
		/^\/api\/v1\/(?:health|me|me\/tokens|packages|packages\/[^/]+|docs|redoc|openapi\.json)$/,
		'GET',
	],
	[/^\/api\/v1\/me\/tokens\/[^/]+$/, 'DELETE'],
	[/^\/api\/v1\/packages\/[^/]+\/(?:files|finalize|revoke)$/, 'POST'],
	[/^\/p\/[^/]+(?:\/zip|\/file\/[^/]+)?$/, 'GET'],
	[/^\/p\/[^/]+\/upload$/, 'POST'],
	[/^\/(?:setup|login|healthz|dash|admin\/webhooks)?$/, 'GET'],
];

/**
 * Paths that an instance serves before it is set up (SpeedyFiles source, app/routes/setup.py), including the pages'
 * styles.
 */
const BEFORE_SETUP = /^\/(?:setup|static\/|assets\/|healthz|favicon\.ico)/;

/**
 * Decodes the path of a URL as uvicorn does before it is routed: an encoded slash separates segments, and bytes that are not
 * UTF-8 are replaced.
 */
export function decodePath(url: string): string {
	const [path, query] = splitUrl(url);
	if (!path.includes('%')) return url;
	const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
		String.fromCharCode(parseInt(code, 16)),
	);
	const segments = Buffer.from(bytes, 'latin1').toString('utf8').split('/');
	return segments.map(encodeURIComponent).join('/') + query;
}

/** Redirects everything to the setup page until the instance is set up, including the API. */
export function redirectToSetup(app: FastifyInstance, { context }: Instance): void {
	app.addHook('onRequest', async (request, reply) => {
		if (context.settings.get('instance') === 'ready' || BEFORE_SETUP.test(request.url)) return;
		return await reply.redirect('/setup', 303);
	});
}

/** Responds to all requests without a route like Starlette, without reading the body. */
export function fallback(app: FastifyInstance): void {
	app.addHook('onRequest', async (request, reply) => {
		// Fastify would treat the slash as the start of an empty ID.
		const [path] = splitUrl(request.url);
		return path !== '/' && path.endsWith('/') ? await respond(request, reply) : undefined;
	});
	app.all('/*', { ...HIDDEN, onRequest: respond }, () => errorBody(404));
}

async function respond(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
	const [path, query] = splitUrl(request.url);
	const allow = allowedMethods(path);
	if (allow !== undefined) return await reply.code(405).header('allow', allow).send(errorBody(405));
	// Starlette, redirect_slashes: the same path with or without a trailing slash.
	const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
	if (path === API || (path !== '/' && allowedMethods(other) !== undefined)) {
		return await reply.redirect(`http://${request.host}${other}${query}`, 307);
	}
	return await reply.code(404).send(errorBody(404));
}

function allowedMethods(path: string): string | undefined {
	return ROUTES.find(([known]) => known.test(path))?.[1];
}

function splitUrl(url: string): [path: string, query: string] {
	const at = url.indexOf('?');
	return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at)];
}

const healthSchema = {
	summary: 'Whether the instance runs',
	response: {
		200: { description: 'ok', content: { 'text/plain': { schema: { type: 'string' } } } },
	},
};
const redirectSchema = {
	summary: 'The dashboard, which requires a sign-in',
	response: { 303: redirect('The page for signing in') },
};
const loginSchema = {
	summary: 'The page for signing in',
	response: { 200: html('A message, because signing in is not simulated') },
};
const setupSchema = {
	summary: 'The page for setting up the instance',
	response: { 200: html('The instance is not set up'), 303: redirect('The instance is set up') },
};

/** The rest of the instance's website, as seen by a user who is not signed in. */
export function siteRoutes(app: FastifyInstance, { context }: Instance): void {
	const title = 'Sign-in is not available';
	const text = `The sandbox only provides the API under ${API}, the recipients' pages and the webhooks page.`;
	app.get(
		'/healthz',
		{ schema: healthSchema },
		async (_request, reply) => await reply.type('text/plain').send('ok'),
	);
	app.get('/', { schema: redirectSchema }, async (_request, reply) => {
		return await reply.redirect('/dash', 303);
	});
	for (const path of ['/dash', '/dash/*']) {
		app.get(path, { schema: redirectSchema }, async (_request, reply) => {
			return await reply.redirect('/login', 303);
		});
	}
	app.get(
		'/login',
		{ schema: loginSchema },
		async (_request, reply) => await reply.viewAsync('speedyFiles/message', { title, text }),
	);
	app.get('/setup', { schema: setupSchema }, async (_request, reply) => {
		if (context.settings.get('instance') === 'ready') return await reply.redirect('/login', 303);
		return await reply.viewAsync('speedyFiles/message', {
			title: 'Set up this instance',
			text: 'This instance has not been set up yet. In the sandbox, change “Instance” on the control page.',
		});
	});
}
