import { DELIVERY_FAULTS, type FaultRule, type NewFaultRule } from '../core/faults.mts';
import { SandboxError } from '../core/sandboxError.mts';
import { type PortalContext, requireService } from './viewModels.mts';

/** All other types only make sense for requests, because the receiver responds to a delivery and not the service. */
const DELIVERY_FAULT_TYPES = ['delay', ...DELIVERY_FAULTS];

/**
 * Adds a fault rule.
 * @throws {SandboxError} if the rule could never apply
 */
export function addRule(context: PortalContext, rule: NewFaultRule): FaultRule {
	const { service } = requireService(context, rule.service);
	const { type } = rule.fault;
	if (rule.origin !== undefined && !Object.hasOwn(service.origins, rule.origin)) {
		const known = Object.keys(service.origins).join(', ');
		throw new SandboxError(`${service.name} has no origin "${rule.origin}"; it has: ${known}.`);
	}
	if (rule.on === 'delivery' && !DELIVERY_FAULT_TYPES.includes(type)) {
		throw new SandboxError(
			`"${type}" cannot apply to a delivery; these can: ${DELIVERY_FAULT_TYPES.join(', ')}.`,
		);
	}
	if (rule.on === 'request' && type !== 'delay' && DELIVERY_FAULT_TYPES.includes(type)) {
		throw new SandboxError(`"${type}" applies to deliveries, not to requests.`);
	}
	return context.faults.add(rule);
}
