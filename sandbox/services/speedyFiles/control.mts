import type { FastifyInstance } from 'fastify';
import { NotFoundError } from '../../core/sandboxError.mts';
import type { Instance } from './instance.mts';
import { linkUrl } from './magicLinkEmail.mts';
import type { TokenCreate } from './requests.mts';
import { meOut, tokenInfo } from './responses.mts';
import { formatTimestamp } from './timestamps.mts';
import type { Subscription, SubscriptionChange } from './webhooks.mts';

const text = { type: 'string', maxLength: 2048 };
const closed = (properties: object, required: string[] = []) => ({
	type: 'object',
	additionalProperties: false,
	required,
	properties,
});

const subscription = {
	url: text,
	events: { type: 'array', items: text },
	description: text,
};

/** Returns a subscription without its secret, which is only shown when it is created. */
export function visibleHook({ id, url, events, description, ...hook }: Subscription) {
	return {
		id: Number(id),
		url,
		events,
		description,
		is_active: hook.isActive,
		failure_count: hook.failureCount,
		last_status: hook.lastStatus,
		last_fired_at: hook.lastFiredAt === null ? null : formatTimestamp(hook.lastFiredAt),
		created_at: formatTimestamp(hook.createdAt),
	};
}

/** Lists for tests and the portal. Only `links` contains the link of an inbound package. */
export function collections({ context, accounts, packages, webhooks }: Instance) {
	return {
		webhooks: () => webhooks.all().map(visibleHook),
		users: () => accounts.users().map((user) => ({ ...meOut(user), is_active: user.isActive })),
		links: () =>
			packages.all().flatMap(({ id, direction, recipientEmail, links }) =>
				links.map((link) => ({
					package_id: id,
					direction,
					recipient_email: recipientEmail,
					purpose: link.purpose,
					magic_link: linkUrl(context, link),
					expires_at: formatTimestamp(link.expiresAt),
					revoked_at: link.revokedAt === null ? null : formatTimestamp(link.revokedAt),
					use_count: link.useCount,
				})),
			),
	};
}

type Route = { Params: { id: string } };

/** Functions of the instance's own website that its API does not have (SpeedyFiles docs, Webhooks, Users). */
export function controlRoutes(app: FastifyInstance, instance: Instance): void {
	const { accounts, webhooks } = instance;

	app.post<{ Body: SubscriptionChange }>(
		'/webhooks',
		{ schema: { body: closed(subscription, ['url', 'events']) } },
		async (request, reply) => {
			const hook = await webhooks.create(request.body);
			return await reply.code(201).send({ ...visibleHook(hook), secret: hook.secret });
		},
	);
	app.patch<Route & { Body: SubscriptionChange }>(
		'/webhooks/:id',
		{ schema: { body: closed({ ...subscription, is_active: { type: 'boolean' } }) } },
		async (request) => {
			const hook = webhooks.get(request.params.id);
			await webhooks.change(hook, request.body);
			return visibleHook(hook);
		},
	);
	app.delete<Route>('/webhooks/:id', async (request, reply) => {
		await webhooks.remove(webhooks.get(request.params.id));
		return await reply.code(204).send();
	});
	/** Responds after the receiver has responded. */
	app.post<Route>('/webhooks/:id/test', async (request) => {
		const hook = webhooks.get(request.params.id);
		await webhooks.test(hook, accounts.users()[0].email);
		return visibleHook(hook);
	});

	app.patch<Route & { Body: { is_active: boolean } }>(
		'/users/:id',
		{ schema: { body: closed({ is_active: { type: 'boolean' } }, ['is_active']) } },
		async (request) => {
			const user = userOf(instance, request.params.id);
			await accounts.setActive(user, request.body.is_active);
			return { ...meOut(user), is_active: user.isActive };
		},
	);
	/** Creates a token for any user, as on their account page. */
	app.post<Route & { Body: Partial<TokenCreate> & { name: string } }>(
		'/users/:id/tokens',
		{
			schema: {
				body: closed(
					{ name: { ...text, minLength: 1 }, expires_in_days: { type: 'integer', minimum: 1 } },
					['name'],
				),
			},
		},
		async (request, reply) => {
			const user = userOf(instance, request.params.id);
			const wanted = { expires_in_days: null, ...request.body };
			const { token, raw } = await accounts.createToken(user, wanted);
			return await reply.code(201).send({ ...tokenInfo(token), token: raw });
		},
	);
	fileRoute(app, instance);
}

/** Only the website can delete a single file, which fires package.file_deleted. */
function fileRoute(app: FastifyInstance, { packages, webhooks }: Instance): void {
	app.delete<{ Params: { id: string; file: string } }>(
		'/packages/:id/files/:file',
		async (request, reply) => {
			const { id, file: fileId } = request.params;
			const from = packages.get(id);
			const file = from?.files.find((known) => known.id === fileId);
			if (!from || !file)
				throw new NotFoundError(`There is no file "${fileId}" in a package "${id}".`);
			await packages.removeFile(from, file);
			await webhooks.fire('package.file_deleted', id, {
				file_id: file.id,
				original_name: file.name,
				size_bytes: file.size,
			});
			return await reply.code(204).send();
		},
	);
}

function userOf({ accounts }: Instance, id: string) {
	const user = accounts.user(id);
	if (!user) throw new NotFoundError(`There is no user "${id}".`);
	return user;
}
