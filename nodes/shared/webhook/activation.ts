import type { IHookFunctions, INodeType } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { readParameters, triggerSource } from '../node/parameters';
import type { Field, ParameterSource } from '../node/schema';
import type { Service, ServiceContext } from '../http/service';
import { freeDeliveries } from './handler';
import { missingSecretMessage, parseSecrets } from './signature';

type WebhookMethods = NonNullable<NonNullable<INodeType['webhookMethods']>['default']>;

/**
 * The webhook methods that n8n calls when a workflow is activated and when the editor listens for a test event. Nothing
 * is registered, because the services' APIs cannot register webhooks; a trigger that would have to reject every
 * delivery fails here, where the user sees it.
 * @throws NodeOperationError that names the field, if the secret is missing or a setting is invalid
 */
export const checkedActivation = (
	service: Service,
	fields: readonly Field[],
	sourceOf: (context: IHookFunctions) => ParameterSource = triggerSource,
): WebhookMethods => ({
	checkExists: () => Promise.resolve(false),
	async create(this: IHookFunctions) {
		readParameters(sourceOf(this), fields);
		await requireSecret(this, service);
		return true;
	},
	async delete(this: IHookFunctions) {
		freeDeliveries(this);
		return await Promise.resolve(true);
	},
});

/**
 * Ensures that deliveries can be verified.
 * @throws NodeOperationError if the credential has no Webhook Secret
 */
export async function requireSecret(context: ServiceContext, service: Service): Promise<void> {
	const { webhookSecret } = await context.getCredentials<{ webhookSecret?: unknown }>(
		service.credential,
	);
	if (parseSecrets(webhookSecret).length > 0) return;
	throw new NodeOperationError(context.getNode(), missingSecretMessage(service), {
		description: `In the ${service.name} credential, set “Webhook Secret” to the secret that ${service.name} signs its deliveries with.`,
	});
}
