import type { Fault, NewFaultRule } from '../core/faults.mts';
import { SandboxError } from '../core/sandboxError.mts';

type Form = Record<string, string | undefined>;

/** A fault that the control page offers. */
interface FaultChoice {
	label: string;
	/** What the fault does. */
	help: string;
	fault: Fault;
}

/** The most common faults of the control API, by their value in the form. */
export const FAULT_CHOICES: Readonly<Record<string, FaultChoice>> = {
	'429': {
		label: '429 Too many requests',
		help: 'The service responds with 429, with its own rate-limit headers, and does not process the request.',
		fault: { type: 'status', status: 429 },
	},
	'500': {
		label: '500 Internal error',
		help: 'The service responds with 500 and does not process the request.',
		fault: { type: 'status', status: 500 },
	},
	'503': {
		label: '503 Unavailable',
		help: 'The service responds with 503 and does not process the request.',
		fault: { type: 'status', status: 503 },
	},
	delay: {
		label: 'Delay of 5 seconds',
		help: 'The service waits before it handles the request.',
		fault: { type: 'delay', milliseconds: 5000 },
	},
	reset: {
		label: 'Connection reset before processing',
		help: 'The connection ends after the headers of the request, before anything happens.',
		fault: { type: 'reset' },
	},
	resetAfterBody: {
		label: 'Connection reset after processing',
		help: 'The service processes the request, but the connection ends before the response.',
		fault: { type: 'resetAfterBody' },
	},
	truncate: {
		label: 'Truncated response',
		help: 'The connection ends after half of the response.',
		fault: { type: 'truncate' },
	},
	html: {
		label: 'HTML instead of JSON',
		help: 'A web page of a proxy arrives instead of the response. The request is not processed.',
		fault: { type: 'html' },
	},
	wrongSize: {
		label: 'Wrong size reported',
		help: 'The sizes in the response are too large by one.',
		fault: { type: 'wrongSize' },
	},
	wrongHash: {
		label: 'Wrong hash reported',
		help: 'The hashes in the response are wrong.',
		fault: { type: 'wrongHash' },
	},
	badSignature: {
		label: 'Webhook: bad signature',
		help: 'The webhook is sent with a signature that does not match its body.',
		fault: { type: 'badSignature' },
	},
	duplicateDelivery: {
		label: 'Webhook: sent twice',
		help: 'The webhook is sent twice in a row.',
		fault: { type: 'duplicateDelivery' },
	},
	outOfOrder: {
		label: 'Webhook: out of order',
		help: 'The webhook is held back until the next one was sent, for at most 10 seconds.',
		fault: { type: 'outOfOrder' },
	},
};

/** Returns the label of a fault, of which an attempt only contains the type. */
export function nameOfFault(fault: {
	type: string;
	status?: number;
	milliseconds?: number;
}): string {
	const { type, status, milliseconds } = fault;
	if (type === 'delay') {
		return milliseconds === undefined ? 'Delay' : `Delay of ${milliseconds / 1000} seconds`;
	}
	const same = Object.values(FAULT_CHOICES).find(
		({ fault: one }) => one.type === type && (one.type !== 'status' || one.status === status),
	);
	return same?.label ?? `${type} ${status ?? ''}`.trim();
}

/** Reads the control page's form for faults. */
export function faultFromForm(form: Form): NewFaultRule {
	const [service = '', origin] = (form.where ?? '').split('/');
	return {
		service,
		...(origin && { origin }),
		...(form.path && { path: form.path }),
		...(form.nth && { nth: wholeNumber(form.nth) }),
		...(form.times && { times: wholeNumber(form.times) }),
		...(form.chance && { probability: percent(form.chance) }),
		fault: faultOf(form.fault ?? ''),
	};
}

function faultOf(choice: string): Fault {
	if (Object.hasOwn(FAULT_CHOICES, choice)) return FAULT_CHOICES[choice].fault;
	throw new SandboxError(`“${choice}” is not a fault.`);
}

function wholeNumber(text: string): number {
	const value = Number(text);
	if (Number.isInteger(value) && value >= 1) return value;
	throw new SandboxError(`"${text}" must be a whole number of at least 1.`);
}

/** Converts a percentage to a probability from 0 to 1. */
function percent(text: string): number {
	const value = Number(text);
	if (value >= 0 && value <= 100) return value / 100;
	throw new SandboxError(`"${text}" must be a percentage from 0 to 100.`);
}
