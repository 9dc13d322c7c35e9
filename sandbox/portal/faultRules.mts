import { DELIVERY_FAULTS, type FaultRule, type NewFaultRule } from '../core/faults.mts';
import { SandboxError } from '../core/sandboxError.mts';
import { type PortalContext, requireService } from './viewModels.mts';

/** Requests of these types make no sense on the way out: the receiver answers there, not the service. */
const DELIVERY_FAULT_TYPES = ['delay', ...DELIVERY_FAULTS];

/**
 * Puts a fault rule into force.
 * @throws SandboxProblem when it could never strike
 */
export function addRule(parts: PortalContext, rule: NewFaultRule): FaultRule {
	const { service } = requireService(parts, rule.service);
	const { type } = rule.fault;
	if (rule.origin !== undefined && !Object.hasOwn(service.origins, rule.origin)) {
		const known = Object.keys(service.origins).join(', ');
		throw new SandboxError(`${service.name} has no origin "${rule.origin}"; it has: ${known}.`);
	}
	if (rule.on === 'delivery' && !DELIVERY_FAULT_TYPES.includes(type)) {
		throw new SandboxError(
			`"${type}" cannot strike a delivery; these can: ${DELIVERY_FAULT_TYPES.join(', ')}.`,
		);
	}
	if (rule.on === 'request' && type !== 'delay' && DELIVERY_FAULT_TYPES.includes(type)) {
		throw new SandboxError(`"${type}" strikes deliveries, not requests.`);
	}
	return parts.faults.add(rule);
}
