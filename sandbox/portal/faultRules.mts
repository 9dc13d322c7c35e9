import { DELIVERY_FAULTS, type FaultRule, type NewFaultRule } from '../core/faults.mts';
import { SandboxProblem } from '../core/sandboxError.mts';
import { type PortalParts, serviceOf } from './viewModels.mts';

/** Requests of these types make no sense on the way out: the receiver answers there, not the service. */
const ON_DELIVERIES = ['delay', ...DELIVERY_FAULTS];

/**
 * Puts a fault rule into force.
 * @throws SandboxProblem when it could never strike
 */
export function addRule(parts: PortalParts, rule: NewFaultRule): FaultRule {
	const { service } = serviceOf(parts, rule.service);
	const { type } = rule.fault;
	if (rule.origin !== undefined && !Object.hasOwn(service.origins, rule.origin)) {
		const known = Object.keys(service.origins).join(', ');
		throw new SandboxProblem(`${service.name} has no origin "${rule.origin}"; it has: ${known}.`);
	}
	if (rule.on === 'delivery' && !ON_DELIVERIES.includes(type)) {
		throw new SandboxProblem(
			`"${type}" cannot strike a delivery; these can: ${ON_DELIVERIES.join(', ')}.`,
		);
	}
	if (rule.on === 'request' && type !== 'delay' && ON_DELIVERIES.includes(type)) {
		throw new SandboxProblem(`"${type}" strikes deliveries, not requests.`);
	}
	return parts.faults.add(rule);
}
