import type { FastifyInstance, FastifyReply } from 'fastify';
import type { FaultRule, NewFaultRule } from '../core/faults.mts';
import { formatSize } from '../core/pages.mts';
import type { RunningService } from '../core/runningService.mts';
import { SandboxError } from '../core/sandboxError.mts';
import type { Amount } from '../core/settings.mts';
import { FAULT_CHOICES, faultFromForm, nameOfFault } from './faultForm.mts';
import { describeResponse } from './describeResponse.mts';
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
	const show = async (reply: FastifyReply, view: string, data: object) =>
		await reply.viewAsync(view, { ...data, editor: context.info.editor });

	app.get('/', async (_request, reply) => {
		const running = [...context.running].map(([id, { service, ...rest }]) => ({
			id,
			...rest.info(),
			credentialLabels: credentialLabels(service, rest.info().credentials),
			labels: originLabels(service),
			pages: (service.pages ?? []).map(({ label, origin, path }) => ({
				label,
				url: rest.origins[origin] + path,
			})),
		}));
		return await show(reply, 'home', { here: '/', running });
	});

	app.get('/outbox', async (_request, reply) => {
		const messages = context.outbox.all().map((message) => ({
			...resolveMessage(context, message),
			serviceName: nameOf(context, message.service),
		}));
		return await show(reply, 'outbox', { here: '/outbox', messages });
	});

	app.get('/deliveries', async (_request, reply) => {
		const deliveries = context.deliveries.all().map((delivery) => ({
			...maskDelivery(delivery),
			serviceName: nameOf(context, delivery.service),
			prettyBody: pretty(delivery.body),
			attempts: delivery.attempts.map((attempt) => ({
				...attempt,
				shown: attempt.error ?? describeResponse(attempt.answer ?? ''),
				faults: attempt.faults.map((type) => nameOfFault({ type })),
			})),
		}));
		return await show(reply, 'deliveries', { here: '/deliveries', deliveries });
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
			labels: originLabels(service),
			declarations: service.settings,
			chosen: settings.all(),
		}));
		const faults = context.faults.all().map((rule) => ({
			...rule,
			name: nameOfFault(rule.fault),
			where: placeOf(context, rule),
		}));
		const clock = readClock(context);
		const ahead = duration(clock.aheadSeconds);
		const choices = FAULT_CHOICES;
		const shown = { here: '/control', clock, ahead, running, faults, choices, amount: formatAmount };
		return await show(reply, 'control', shown);
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

/** Returns where a rule applies, for people: "FileShot, API (api.fileshot.io), deliveries". */
function placeOf(context: PortalContext, { service, origin, on }: FaultRule): string {
	const labels = context.running.get(service)?.service.origins ?? {};
	const place = origin === undefined ? [] : [labels[origin]?.label ?? origin];
	return [nameOf(context, service), ...place, ...(on === 'delivery' ? ['webhooks'] : [])].join(
		', ',
	);
}

/** Formats an amount: "3 requests", and in bytes also its size: "5,242,880 bytes (5.2 MB)". */
function formatAmount({ unit }: Amount, value: number): string {
	const size = unit === 'bytes' && value >= 1000 ? ` (${formatSize(value)})` : '';
	return `${value.toLocaleString('en')} ${unit}${size}`;
}

type ServiceLabels = Pick<RunningService['service'], 'origins' | 'credentialLabels'>;

const originLabels = ({ origins }: ServiceLabels): Record<string, string> =>
	Object.fromEntries(Object.entries(origins).map(([id, { label }]) => [id, label]));

/** Returns n8n's labels of the credential fields, by name: that of "clientId" is "Client ID". */
function credentialLabels(
	{ credentialLabels: own = {} }: ServiceLabels,
	credentials: Record<string, string>,
): Record<string, string> {
	const inWords = (name: string) => {
		const words = name.replace(/[A-Z]/g, (letter) => ` ${letter}`);
		const label = words.charAt(0).toUpperCase() + words.slice(1);
		return label.replace(/\b(Api|Cdn|Id|Url)\b/g, (word) => word.toUpperCase());
	};
	return Object.fromEntries(
		Object.keys(credentials).map((name) => [name, own[name] ?? inWords(name)]),
	);
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
