import {
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	NodeOperationError,
} from 'n8n-workflow';

import { readCredential } from '../http/credential';
import type { Service, ServiceContext } from '../http/service';
import { readParameters, triggerSource } from '../node/parameters';
import type { Field, ParameterSource } from '../node/schema';
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
	const { webhookSecret } = await readCredential(context, service);
	if (parseSecrets(webhookSecret).length > 0) return;
	throw new NodeOperationError(context.getNode(), missingSecretMessage(service), {
		description: `In the ${service.name} credential, set “Webhook Secret” to the secret that ${service.name} signs its deliveries with.`,
	});
}

/**
 * The body of the response to a delivery that starts the workflow. n8n's default is the name of one of its settings. Not an
 * expression, because n8n would create an isolate for each delivery to evaluate it.
 */
export const ACCEPTED = '{"received":true}';

type TriggerHelp = Pick<
	INodeTypeDescription,
	'activationMessage' | 'eventTriggerDescription' | 'triggerPanel'
>;

interface Registration {
	/** The service, as in the node's name. */
	service: string;
	/** Where to enter the URL: “as Callback URL of …”. */
	where: string;
	/** How to make the service send something: “Upload a file to …”. */
	test: string;
	/** The address of the documentation. */
	docs: string;
}

/**
 * The help in the panel of a webhook trigger. n8n's own texts say that it registers the URL at the service, which only the
 * user can do here.
 */
export const triggerHelp = ({ service, where, test, docs }: Registration): TriggerHelp => ({
	eventTriggerDescription: `Enter the test URL ${where}. ${test} n8n listens for one event, for two minutes.`,
	activationMessage: `${service} only starts this workflow if the production URL of the trigger is entered ${where}.`,
	triggerPanel: {
		header: `Receive events from ${service}`,
		executionsHelp: {
			inactive: `<b>To try it</b>, click <i>Execute step</i> and enter the test URL ${where}. ${test} The test URL only works while you listen, and for one event.<br /><br /><b>When the workflow is ready</b>, enter the production URL in its place and publish the workflow. <a href="${docs}" target="_blank">Read more</a>`,
			active: `<b>To try it</b>, click <i>Execute step</i> and enter the test URL ${where}. ${test} The test URL only works while you listen, and for one event.<br /><br /><b>The published workflow</b> starts with each event that ${service} sends to the production URL. These executions do not appear here, but under <i>Executions</i>. <a href="${docs}" target="_blank">Read more</a>`,
		},
		activationHint: {
			inactive: `Publish the workflow, and enter the production URL ${where}.`,
			active: `Events that ${service} sends to the production URL start the workflow.`,
		},
	},
});
