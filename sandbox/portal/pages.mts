import type { FastifyInstance } from 'fastify';
import type { NewFaultRule } from '../core/faults.mts';
import { SandboxError } from '../core/sandboxError.mts';
import { faultFromForm } from './faultForm.mts';
import {
	changeClock,
	requireDelivery,
	type PortalContext,
	readClock,
	requireService,
	maskDelivery,
	resolveMessage,
} from './viewModels.mts';
import { addRule } from './faultRules.mts';

type Form = Record<string, string | undefined>;

/** The web pages. They work without JavaScript: each button submits a form whose response redirects back. */
export function pageRoutes(app: FastifyInstance, context: PortalContext): void {
	app.get('/', async (_request, reply) => {
		const running = [...context.running.values()].map(({ service, ...rest }) => ({
			...rest.info(),
			labels: Object.fromEntries(
				Object.entries(service.origins).map(([id, { label }]) => [id, label]),
			),
			pages: (service.pages ?? []).map(({ label, origin, path }) => ({
				label,
				url: rest.origins[origin] + path,
			})),
		}));
		return await reply.viewAsync('home', { here: '/', running, credentialLabel });
	});

	app.get('/outbox', async (_request, reply) => {
		const messages = context.outbox.all().map((message) => ({
			...resolveMessage(context, message),
			serviceName: nameOf(context, message.service),
		}));
		return await reply.viewAsync('outbox', { here: '/outbox', messages });
	});

	app.get('/deliveries', async (_request, reply) => {
		const deliveries = context.deliveries.all().map((delivery) => ({
			...maskDelivery(delivery),
			serviceName: nameOf(context, delivery.service),
			prettyBody: pretty(delivery.body),
		}));
		return await reply.viewAsync('deliveries', { here: '/deliveries', deliveries });
	});
	app.post<{ Params: { id: string } }>('/deliveries/:id/redeliver', async (request, reply) => {
		const delivery = requireDelivery(context, request.params.id);
		await context.deliveries.redeliver(delivery);
		return await reply.redirect(`/deliveries#${delivery.id}`, 303);
	});

	app.get('/control', async (_request, reply) => {
		const running = [...context.running].map(([id, { service, settings }]) => ({
			id,
			name: service.name,
			origins: Object.keys(service.origins),
			declarations: service.settings,
			chosen: settings.all(),
		}));
		const faults = context.faults
			.all()
			.map((rule) => ({ ...rule, serviceName: nameOf(context, rule.service) }));
		const clock = readClock(context);
		const ahead = duration(clock.aheadSeconds);
		return await reply.viewAsync('control', { here: '/control', clock, ahead, running, faults });
	});
	controlForms(app, context);
}

function controlForms(app: FastifyInstance, context: PortalContext): void {
	app.post<{ Body?: Form }>('/control/clock', async (request, reply) => {
		const { advance, speed, reset } = request.body ?? {};
		await changeClock(context, {
			advance: amount(advance, 'advance'),
			speed: amount(speed, 'speed'),
			reset: reset !== undefined,
		});
		return await reply.redirect('/control', 303);
	});
	app.post<{ Body?: Form; Params: { service: string } }>(
		'/control/settings/:service',
		async (request, reply) => {
			const { service } = request.params;
			await requireService(context, service).settings.changeByForm(request.body ?? {});
			return await reply.redirect(`/control#settings-${encodeURIComponent(service)}`, 303);
		},
	);
	app.post<{ Body?: Form }>('/control/faults', async (request, reply) => {
		const rule: NewFaultRule = faultFromForm(request.body ?? {});
		addRule(context, rule);
		return await reply.redirect('/control#faults', 303);
	});
	app.post<{ Body?: Form }>('/control/faults/remove', async (request, reply) => {
		const { id } = request.body ?? {};
		if (id === undefined) context.faults.clear();
		else context.faults.remove(id);
		return await reply.redirect('/control#faults', 303);
	});
}

/** Reads a number of seconds or a speed from a form field; `undefined` if it is empty. */
function amount(text: string | undefined, field: string): number | undefined {
	if (text === undefined || text.trim() === '') return undefined;
	const value = Number(text);
	if (value >= 0 && value <= 315_360_000) return value;
	throw new SandboxError(`"${field}" must be a number of at least 0, not "${text}".`);
}

function nameOf(context: PortalContext, id: string): string {
	return context.running.get(id)?.service.name ?? id;
}

/** Returns the label of a credential field in n8n: "clientId" becomes "Client ID". */
function credentialLabel(name: string): string {
	const words = name.replace(/[A-Z]/g, (letter) => ` ${letter}`);
	const label = words.charAt(0).toUpperCase() + words.slice(1);
	return label.replace(/\b(Api|Cdn|Id|Url)\b/g, (word) => word.toUpperCase());
}

/** Formats seconds for display: "2 days 3 hours". */
function duration(seconds: number): string {
	const units = [
		['day', 86_400],
		['hour', 3600],
		['minute', 60],
		['second', 1],
	] as const;
	let left = seconds;
	const said = units.map(([name, size]) => {
		const count = Math.floor(left / size);
		left -= count * size;
		return count === 0 ? '' : `${count} ${name}${count === 1 ? '' : 's'}`;
	});
	return said
		.filter((part) => part !== '')
		.slice(0, 2)
		.join(' ');
}

/** Formats JSON with indentation; returns any other text unchanged. */
function pretty(body: string): string {
	try {
		return JSON.stringify(JSON.parse(body), null, 2);
	} catch {
		return body;
	}
}
