import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { NotFoundError, SandboxError } from '../../core/sandboxError.mts';
import { visibleHook } from './control.mts';
import type { Instance } from './instance.mts';
import { EVENTS } from './events.mts';

const PAGE = '/admin/webhooks';

type Form = Record<string, string | string[] | undefined>;
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

	app.get(PAGE, async (_request, reply) => await page(reply));
	app.post<{ Body?: Form }>(PAGE, async (request, reply) => {
		const { url, description, events } = request.body ?? {};
		const hook = await webhooks.create({
			url: one(url),
			description: one(description),
			events: [events ?? []].flat(),
		});
		return await page(reply, { secret: hook.secret });
	});

	/** The actions of a subscription's buttons. */
	const actions: Record<string, (route: Route) => Promise<void>> = {
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
		app.post<Route>(`${PAGE}/:id/${action}`, async ({ params, body }, reply) => {
			await act({ Params: params, Body: body });
			return await reply.redirect(PAGE, 303);
		});
	}
}

function one(field: string | string[] | undefined): string {
	return [field ?? ''].flat()[0] ?? '';
}
