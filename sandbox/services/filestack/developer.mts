import formbody from '@fastify/formbody';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { HIDDEN } from '../../core/describeRoutes.mts';
import { body, html, inPath, listOf, open, redirect, text } from '../../core/openapi.mts';
import { addPages } from '../../core/pages.mts';
import { NotFoundError, SandboxError } from '../../core/sandboxError.mts';
import type { Instance } from './instance.mts';
import { policySignature } from './policy.mts';
import { EVENTS, type NewWebhook, type Webhooks } from './webhooks.mts';

const webhookSchema = {
	type: 'object',
	required: ['url'],
	additionalProperties: false,
	properties: {
		url: { type: 'string', maxLength: 2048 },
		events: { type: 'array', items: { type: 'string' } },
		secret: { type: 'string', maxLength: 200 },
	},
} as const;

/**
 * Adds the Developer Portal's webhook functions to the control API; Filestack has no API for them (Filestack docs,
 * Webhooks).
 */
export function consoleCalls(app: FastifyInstance, webhooks: Webhooks): void {
	app.post<{ Body: NewWebhook }>(
		'/webhooks',
		{ schema: { body: webhookSchema } },
		async (request, reply) => await reply.code(201).send(await webhooks.add(request.body)),
	);
	app.delete<{ Params: { id: string } }>('/webhooks/:id', async (request, reply) => {
		const { id } = request.params;
		if (!(await webhooks.remove(id))) throw new NotFoundError(`There is no webhook "${id}".`);
		return await reply.code(204).send();
	});
}

/** Lifetime of the page's links to files. */
const LINK_SECONDS = 600;

const schemas = {
	portal: {
		summary: 'The keys, webhooks and files of the app',
		response: { 200: html('The page') },
	},
	add: {
		summary: 'Add a webhook',
		...body({
			'application/x-www-form-urlencoded': open({ url: text, events: listOf(text) }, ['events']),
		}),
		response: { 303: redirect('The webhooks'), 400: html('The reason') },
	},
	remove: {
		summary: 'Remove a webhook',
		...inPath({ id: 'The ID of the webhook' }),
		response: { 303: redirect('The webhooks') },
	},
};

interface Form {
	url?: string;
	events?: string | string[];
}

/** The simulated part of the Developer Portal: the app's keys, its webhooks and its stored files. */
export async function developerRoutes(app: FastifyInstance, instance: Instance): Promise<void> {
	const { context, files, webhooks } = instance;
	/** Returns a temporary link that works with security turned on or off. */
	const signedLink = (handle: string): string => {
		const expiry = Math.floor(context.clock.now().getTime() / 1000) + LINK_SECONDS;
		const json = JSON.stringify({ expiry, call: ['read'], handle });
		const policy = Buffer.from(json).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
		const signature = policySignature(policy, context.secrets.appSecret);
		return `${context.origins.cdn}/security=p:${policy},s:${signature}/${handle}`;
	};
	await addPages(app);
	await app.register(formbody);
	app.setErrorHandler(async (error: FastifyError, _request, reply) => {
		const status = error.statusCode ?? (error instanceof SandboxError ? 400 : 500);
		if (status >= 500) throw error;
		return await message(reply, status, 'Something went wrong', error.message);
	});
	app.all('*', HIDDEN, (_request, reply) =>
		message(reply, 404, 'Page not found', 'The portal has no page at this URL.'),
	);

	app.get('/', { schema: schemas.portal }, async (_request, reply) => {
		const stored = files.all().toReversed();
		const { apiKey, appSecret } = context.secrets;
		const shown = stored.slice(0, 100).map((file) => ({ ...file, url: signedLink(file.id) }));
		const left = new Set(stored.map(({ object }) => object));
		return await reply.viewAsync('filestack/portal', {
			...{ apiKey, appSecret, events: EVENTS, webhooks: webhooks.all() },
			files: shown,
			count: stored.length,
			orphans: files.objects().filter(({ id }) => !left.has(id)),
		});
	});
	app.post<{ Body?: Form }>('/webhooks', { schema: schemas.add }, async (request, reply) => {
		const { url = '', events = [] } = request.body ?? {};
		await webhooks.add({ url, events: [events].flat() });
		return await reply.redirect('/#webhooks', 303);
	});
	type Route = { Params: { id: string } };
	app.post<Route>('/webhooks/:id/remove', { schema: schemas.remove }, async (request, reply) => {
		await webhooks.remove(request.params.id);
		return await reply.redirect('/#webhooks', 303);
	});
}

async function message(
	reply: FastifyReply,
	status: number,
	title: string,
	text: string,
): Promise<string> {
	return await reply.code(status).viewAsync('filestack/message', { title, text });
}
