import { HookContext, WebhookContext } from 'n8n-core';
import type { ICredentialType, IDataObject, IHookFunctions, INodeType } from 'n8n-workflow';

import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { FilestackApi } from '../../../credentials/FilestackApi.credentials';
import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { FileCourierTrigger } from '../../../nodes/FileCourier/FileCourierTrigger.node';
import { FilestackTrigger } from '../../../nodes/Filestack/FilestackTrigger.node';
import { SpeedyFilesTrigger } from '../../../nodes/SpeedyFiles/SpeedyFilesTrigger.node';
import { buildContext } from '../../support/engine';
import { ActiveTrigger } from '../../support/events';
import { hmacSha256 } from '../../support/sign';

/** The triggers with a webhook: a selected event, and a delivery of it. */
const TRIGGERS: Array<[string, INodeType, ICredentialType, string, object]> = [
	[
		'FileCourier',
		new FileCourierTrigger(),
		new FileCourierApi(),
		'files.delivered',
		{ event: 'files.delivered', data: { request_id: 'r' } },
	],
	[
		'SpeedyFiles',
		new SpeedyFilesTrigger(),
		new SpeedyFilesApi(),
		'package.revoked',
		{ event: 'package.revoked' },
	],
	[
		'Filestack',
		new FilestackTrigger(),
		new FilestackApi(),
		'fp.upload',
		{ id: 1, action: 'fp.upload', text: {} },
	],
];

const SECRET = 'a-webhook-secret';
const usual = { output: 'file', download: false, options: {} };

/** The errors that the triggers have logged. */
const logged: string[] = [];
beforeAll(() => {
	const logger = { error: (text: string) => void logged.push(text), warn: () => undefined };
	Object.defineProperty(WebhookContext.prototype, 'logger', { configurable: true, value: logger });
});
afterAll(() => void Reflect.deleteProperty(WebhookContext.prototype, 'logger'));

let trigger: ActiveTrigger | undefined;
afterEach(async () => await trigger?.stop());

/** The calls of n8n when a workflow is activated or a user listens for a test event (webhook.service of n8n 2.41). */
async function activate(
	node: INodeType,
	credentialType: ICredentialType,
	parameters: IDataObject,
	credentials: IDataObject,
) {
	const { workflow, additionalData, subject } = buildContext({
		node,
		credentialType,
		credentials: { baseUrl: 'http://127.0.0.1:9', ...credentials } as never,
		parameters: { ...usual, ...parameters },
	});
	const context = new HookContext(workflow, subject, additionalData, 'trigger', 'activate');
	const methods = node.webhookMethods!.default!;
	const isThere = await methods.checkExists.call(context as unknown as IHookFunctions);
	if (!isThere) await methods.create.call(context as unknown as IHookFunctions);
	return await methods.delete.call(context as unknown as IHookFunctions);
}

/** Returns the body of a delivery that is sent now, and its headers for all three services. */
function signed(delivery: object): [body: string, headers: Record<string, string>] {
	const seconds = String(Math.floor(Date.now() / 1000));
	const body = JSON.stringify({ ...delivery, timestamp: new Date().toISOString() });
	const signature = hmacSha256(body, SECRET);
	const headers = {
		'X-FileCourier-Signature': signature,
		'X-SpeedyFiles-Signature': signature,
		'FS-Timestamp': seconds,
		'FS-Signature': hmacSha256(`${seconds}.${body}`, SECRET),
	};
	return [body, headers];
}

describe.each(TRIGGERS)('the trigger of %s', (name, node, credentialType, event, delivery) => {
	const credentials = { webhookSecret: SECRET };

	it('can be activated with a secret and valid settings, and deactivated', async () => {
		expect(await activate(node, credentialType, { events: [event] }, credentials)).toBe(true);
	});

	it('starts no second run of a delivery after a user has listened for a test event, although n8n has overwritten its record', async () => {
		trigger = await ActiveTrigger.start(
			node,
			credentialType,
			{ baseUrl: 'http://127.0.0.1:9', ...credentials },
			{ ...usual, events: [event] },
		);
		const [body, sent] = signed(delivery);
		expect(await trigger.deliver(body, sent)).toBe(200);
		// Another trigger of the workflow has polled, and n8n has saved its copy of the static data.
		trigger.server.savedStaticData = '{}';
		await trigger.server.stopListening();
		expect(await trigger.deliver(body, sent)).toBe(200);
		expect(trigger.items).toHaveLength(1);
	});

	it.each([undefined, null, '', ' \n ', 7])(
		'cannot be activated with the secret %j',
		async (webhookSecret) => {
			const activation = activate(node, credentialType, { events: [event] }, { webhookSecret });
			await expect(activation).rejects.toMatchObject({
				message: `The ${name} credential has no Webhook Secret, so deliveries cannot be verified`,
				description: expect.stringContaining('“Webhook Secret”'),
			});
		},
	);

	it.each<[IDataObject, string]>([
		[{ events: ['nonsense'] }, 'Trigger On'],
		[{ events: [] }, 'Trigger On'],
		[{ options: { repeatWindow: 'two days' } }, 'Ignore Duplicates For (Minutes)'],
		[{ options: { repeatWindow: -1 } }, 'Ignore Duplicates For (Minutes)'],
		[{ options: { maxAge: 'for ever' } }, 'Maximum Age (Seconds)'],
		[{ options: { fileName: ['*.pdf'] } }, 'File Name'],
	])(
		'with the settings %j names the field “%s” at activation, but not in the response to a delivery',
		async (parameters, label) => {
			const settings = { events: [event], ...parameters };
			await expect(activate(node, credentialType, settings, credentials)).rejects.toMatchObject({
				message: expect.stringContaining(`“${label}”`),
			});

			trigger = await ActiveTrigger.start(
				node,
				credentialType,
				{ baseUrl: 'http://127.0.0.1:9', ...credentials },
				{ ...usual, ...settings },
			);
			const [body, sent] = signed(delivery);
			for (let n = 0; n < 2; n++) expect(await trigger.deliver(body, sent)).toBe(503);
			expect(trigger.items).toEqual([]);
			expect(logged.at(-1)).toContain(`“${label}”`);
		},
	);
});
