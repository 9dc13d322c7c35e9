import axios from 'axios';
import type { ICredentialType, IDataObject, INodeType, WorkflowExecuteMode } from 'n8n-workflow';

import { TriggerServer } from './webhooks';

let workflows = 0;

/** A trigger for plain events, active behind a real HTTP server. */
export class ActiveTrigger {
	private constructor(
		readonly server: TriggerServer,
		readonly url: string,
	) {}

	static async start(
		node: INodeType,
		credentialType: ICredentialType,
		credentials: IDataObject,
		parameters: IDataObject,
		mode: WorkflowExecuteMode = 'webhook',
	): Promise<ActiveTrigger> {
		const server = new TriggerServer({
			node,
			credentialType,
			credentials: credentials as never,
			parameters,
			workflowId: `events-${++workflows}`,
			mode,
		});
		return new ActiveTrigger(server, await server.start());
	}

	/** The input of all executions so far. */
	get items(): IDataObject[] {
		return this.server.runs.flat().map(({ json }) => json);
	}

	/** Delivers an event, and returns the status of the response. */
	async deliver(body: string, headers: Record<string, string>): Promise<number> {
		const { status } = await axios.post(this.url, body, {
			headers: { 'content-type': 'application/json', ...headers },
			transformRequest: (data: unknown) => data,
			validateStatus: () => true,
		});
		return status;
	}

	async stop(): Promise<void> {
		await this.server.stop();
		if (this.server.thrown.length > 0) throw this.server.thrown[0];
	}
}
