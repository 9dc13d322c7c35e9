import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { body, html, inPath, open, OPTIONAL_BODY, redirect, text } from '../../core/openapi.mts';
import { NotFoundError, SandboxError } from '../../core/sandboxError.mts';
import { visibleHook } from './control.mts';
import type { Instance } from './instance.mts';
import { EVENTS } from './events.mts';

const PAGE = '/admin/webhooks';

type Form = Record<string, string | string[] | undefined>;
/** The buttons of a subscription. */
const ACTIONS = {
	url: 'Change the URL of a webhook',
	toggle: 'Turn a webhook on or off',
	test: 'Send a test event to a webhook',
	delete: 'Delete a webhook',
};

const FORM = 'application/x-www-form-urlencoded';

const pageSchema = {
	summary: 'The webhooks of the instance',
	response: { 200: html('All webhooks') },
};
const createSchema = {
	summary: 'Create a webhook',
	...body({
		[FORM]: open({ url: text, description: text, events: text }, ['description', 'events']),
	}),
	response: { 200: html('The webhook with its secret'), 400: html('The reason') },
};
const actionSchema = (summary: string) => ({
	summary,
	...inPath({ id: 'The number of the webhook' }),
	...body({ [FORM]: open({ url: text }, ['url']) }),
	...OPTIONAL_BODY,
	response: { 303: redirect('The page'), 400: html('The reason'), 404: html('Unknown webhook') },
});

type Route = { Params: { id: string }; Body?: Form };

/**
 * SpeedyFiles docs, Webhooks: the administrator's page under Settings. It requires no sign-in here. URLs can be set
 * later, because the subscription that exists from the start has none.
 */
export async function webhookPages(app: FastifyInstance, instance: Instance): Promise<void> {
	const { accounts, webhooks } = instance;
	await app.register(formbody);
	app.setErrorHandler(async (error, _request, reply) => {
		if (!(error instanceof SandboxError)) throw error;
		return await page(reply.code(error instanceof NotFoundError ? 404 : 400), {
			problem: error.message,
		});
	});

	async function page(
		reply: FastifyReply,
		notice: { problem?: string; secret?: string } = {},
	): Promise<string> {
		const hooks = webhooks.all().map(visibleHook).reverse();
		return await reply.viewAsync('speedyFiles/webhooks', { hooks, events: EVENTS, ...notice });
	}

	app.get(PAGE, { schema: pageSchema }, async (_request, reply) => await page(reply));
	app.post<{ Body?: Form }>(PAGE, { schema: createSchema }, async (request, reply) => {
		const { url, description, events } = request.body ?? {};
		const hook = await webhooks.create({
			url: one(url),
			description: one(description),
			events: [events ?? []].flat(),
		});
		return await page(reply, { secret: hook.secret });
	});

	/** The actions of a subscription's buttons. */
	const actions: Record<keyof typeof ACTIONS, (route: Route) => Promise<void>> = {
		url: async ({ Params, Body }) =>
			await webhooks.change(webhooks.get(Params.id), { url: one(Body?.url) }),
		toggle: async ({ Params }) => {
			const hook = webhooks.get(Params.id);
			await webhooks.change(hook, { is_active: !hook.isActive });
		},
		test: async ({ Params }) =>
			await webhooks.test(webhooks.get(Params.id), accounts.users()[0].email),
		delete: async ({ Params }) => await webhooks.remove(webhooks.get(Params.id)),
	};
	for (const [action, act] of Object.entries(actions)) {
		const schema = actionSchema(ACTIONS[action as keyof typeof ACTIONS]);
		app.post<Route>(`${PAGE}/:id/${action}`, { schema }, async ({ params, body }, reply) => {
			await act({ Params: params, Body: body });
			return await reply.redirect(PAGE, 303);
		});
	}
}

function one(field: string | string[] | undefined): string {
	return [field ?? ''].flat()[0] ?? '';
}
