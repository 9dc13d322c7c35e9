import type { FastifyInstance } from 'fastify';
import type { FaultRule, NewFaultRule } from '../core/faults.mts';
import { NotFoundError } from '../core/sandboxError.mts';
import {
	changeClock,
	type ClockChange,
	requireDelivery,
	type PortalContext,
	readClock,
	requireService,
	maskDelivery,
	resolveMessage,
} from './viewModels.mts';
import { addRule } from './faultRules.mts';
import { clockSchema, faultSchema, settingsSchema } from './schemas.mts';

/** The JSON API under /api, for tests and the launcher. */
export function apiRoutes(app: FastifyInstance, context: PortalContext): void {
	app.get('/info', () => context.info);

	app.get('/clock', () => readClock(context));
	app.post<{ Body: ClockChange }>(
		'/clock',
		{ schema: { body: clockSchema } },
		async (request) => await changeClock(context, request.body),
	);

	app.get('/outbox', () => context.outbox.all().map((message) => resolveMessage(context, message)));

	app.get('/requests', () => context.requests.all());
	app.delete('/requests', async (_request, reply) => {
		context.requests.clear();
		return await reply.code(204).send();
	});

	deliveryRoutes(app, context);
	serviceRoutes(app, context);
	faultRoutes(app, context);
}

function deliveryRoutes(app: FastifyInstance, context: PortalContext): void {
	type Route = { Params: { id: string } };
	app.get('/deliveries', () => context.deliveries.all().map(maskDelivery));
	app.get<Route>('/deliveries/:id', (request) =>
		maskDelivery(requireDelivery(context, request.params.id)),
	);
	/** Responds after the receiver has responded, with the delivery; this attempt is the last one in it. */
	app.post<Route>('/deliveries/:id/redeliver', async (request) => {
		const delivery = requireDelivery(context, request.params.id);
		await context.deliveries.redeliver(delivery);
		return maskDelivery(delivery);
	});
}

function serviceRoutes(app: FastifyInstance, context: PortalContext): void {
	type Route = { Params: { service: string } };
	app.get<Route>('/services/:service/settings', (request) =>
		requireService(context, request.params.service).settings.all(),
	);
	app.patch<Route & { Body: Record<string, unknown> }>(
		'/services/:service/settings',
		{ schema: { body: settingsSchema } },
		async (request) => {
			const { settings } = requireService(context, request.params.service);
			await settings.change(request.body);
			return settings.all();
		},
	);
	app.get<{ Params: { service: string; origin: string } }>(
		'/services/:service/openapi/:origin',
		(request) => {
			const { service, origin } = request.params;
			const documents = requireService(context, service).documents();
			if (Object.hasOwn(documents, origin)) return documents[origin];
			throw new NotFoundError(`There is no origin "${origin}" in "${service}".`);
		},
	);
	app.get<{ Params: { service: string; collection: string } }>(
		'/services/:service/:collection',
		(request) => {
			const { service, collection } = request.params;
			const { collections } = requireService(context, service).open;
			if (Object.hasOwn(collections, collection)) return collections[collection]();
			throw new NotFoundError(`There is no list "${collection}" in "${service}".`);
		},
	);
	for (const [id, { open }] of context.running) {
		void app.register(
			(routes, _options, done) => {
				open.control?.(routes);
				done();
			},
			{ prefix: `/services/${id}` },
		);
	}
}

function faultRoutes(app: FastifyInstance, context: PortalContext): void {
	app.get('/faults', (): readonly FaultRule[] => context.faults.all());
	app.post<{ Body: NewFaultRule }>(
		'/faults',
		{ schema: { body: faultSchema } },
		async (request, reply) => await reply.code(201).send(addRule(context, request.body)),
	);
	app.delete('/faults', async (_request, reply) => {
		context.faults.clear();
		return await reply.code(204).send();
	});
	app.delete<{ Params: { id: string } }>('/faults/:id', async (request, reply) => {
		const { id } = request.params;
		if (!context.faults.remove(id)) throw new NotFoundError(`There is no fault rule "${id}".`);
		return await reply.code(204).send();
	});
}
