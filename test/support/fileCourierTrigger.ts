import axios, { type AxiosResponse } from 'axios';
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FileCourierTrigger } from '../../nodes/FileCourier/FileCourierTrigger.node';
import { useSandbox } from './useSandbox';
import type { Sandbox } from './sandbox';
import { hmacSha256 } from './sign';
import { TriggerServer } from './webhooks';

/** A test vector of FileCourier's signature: the digest of this body with this secret. */
export const VECTOR = {
	secret: 'fcwh_test_secret',
	body: '{"event":"files.delivered","timestamp":"2025-01-22T14:22:18Z","data":{"request_id":"req_abc123xyz","reference_id":"CUST-12345","recipient_email":"customer@example.com","files":[{"name":"drivers-license.pdf","size":245832,"type":"application/pdf","url":"https://files.filecourier.io/abc123/drivers-license.pdf?signature=abc","expires_at":"2025-01-23T14:22:18Z"}]}}',
	signature: '135da3e04edb099d4557066abed38cdc4bbc45a47563f076892553b3d1abaa14',
};

let workflows = 0;

/** The FileCourier Trigger behind a server, and the sandbox. */
export class TriggerUnderTest {
	/** The server in front of the trigger; each activation starts a new one. */
	server!: TriggerServer;
	url = '';
	/** The credential of the last activation; a test changes it as a user does. */
	credentials: IDataObject = {};

	constructor(readonly sandbox: Sandbox) {}

	async activate(parameters: IDataObject = {}, credentials = {}, mode = 'webhook' as const) {
		this.credentials = {
			...this.sandbox.info.services.fileCourier.credentials,
			webhookSecret: VECTOR.secret,
			...credentials,
		};
		this.server = new TriggerServer({
			node: new FileCourierTrigger(),
			credentialType: new FileCourierApi(),
			credentials: this.credentials as ICredentialDataDecryptedObject,
			parameters: {
				events: ['files.delivered'],
				output: 'file',
				download: false,
				...parameters,
				// The vector is of January 2025.
				options: { maxAge: 0, ...(parameters.options as IDataObject | undefined) },
			},
			workflowId: `trigger-${++workflows}`,
			mode,
		});
		this.url = await this.server.start();
	}

	async post(
		body: string | Buffer,
		headers: Record<string, string> = {},
	): Promise<AxiosResponse<Record<string, unknown>>> {
		return await axios.post(this.url, body, {
			headers: { 'content-type': 'application/json', ...headers },
			transformRequest: (data: unknown) => data,
			validateStatus: () => true,
			maxBodyLength: Infinity,
		});
	}

	/** Posts a body with its signature. */
	async deliver(body: string, headers: Record<string, string> = {}) {
		const signature = hmacSha256(body, VECTOR.secret);
		return await this.post(body, { 'X-FileCourier-Signature': signature, ...headers });
	}

	/** Stops the server of the last activation. Throws an error of the node. */
	async stopServer(): Promise<void> {
		await this.server.stop();
		if (this.server.thrown.length > 0) throw this.server.thrown[0];
	}
}

/** Starts a trigger with a sandbox for a file of tests. */
export function useTrigger(): TriggerUnderTest {
	const trigger = new TriggerUnderTest(useSandbox());
	afterEach(async () => await trigger.stopServer());
	return trigger;
}
