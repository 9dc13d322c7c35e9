import type { Fault, NewFaultRule } from '../core/faults.mts';
import { SandboxError } from '../core/sandboxError.mts';

type Form = Record<string, string | undefined>;

/** Reads the control page's form for faults. It offers the most common options of the control API. */
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

/** Returns the fault for an option of the page: a type, or a status with its usual headers. */
function faultOf(choice: string): Fault {
	switch (choice) {
		case 'delay':
			return { type: 'delay', milliseconds: 5000 };
		case 'reset':
		case 'resetAfterBody':
		case 'truncate':
		case 'html':
		case 'wrongSize':
		case 'wrongHash':
		case 'badSignature':
		case 'duplicateDelivery':
		case 'outOfOrder':
			return { type: choice };
		case '429':
		case '500':
		case '503':
			return { type: 'status', status: Number(choice) };
		default:
			throw new SandboxError(`“${choice}” is not a fault.`);
	}
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
