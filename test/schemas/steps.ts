import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INodeType,
} from 'n8n-workflow';

import { itemWith, type TestFile } from '../support/binary';
import { outputOf, runNode } from '../support/engine';
import { jsonOf } from '../support/operations';
import { ActivePoller } from '../support/polling';
import type { Sandbox } from '../support/sandbox';
import { TriggerServer } from '../support/webhooks';

/** The items that the steps before have output. */
export interface Seen {
	/** Returns the last item of an operation (“resource.operation”) or a trigger. */
	last(name: string): IDataObject;
}

type FromSeen<T> = T | ((seen: Seen) => T);

/** A run of an operation. Several runs of one operation show all forms of its output. */
export interface OperationStep {
	/** “resource.operation” */
	does: string;
	before?(account: Account): Promise<void>;
	parameters?: FromSeen<IDataObject>;
	/** The file fields of the input item. */
	files?: Record<string, TestFile>;
}

/** A trigger, with the events that are needed to see all of its fields. */
export interface TriggerStep {
	/** The name of the class. */
	trigger: string;
	items(account: Account, seen: Seen): Promise<IDataObject[]>;
}

export interface ServiceSteps {
	Node: new () => INodeType;
	Credential: new () => ICredentialType;
	/** In the order in which they run. */
	steps: ReadonlyArray<OperationStep | TriggerStep>;
	/** Operations that also output items of the form of another step. */
	sameAs?: Readonly<Record<string, string>>;
}

/** A service of the sandbox with credentials. */
export class Account {
	constructor(
		readonly sandbox: Sandbox,
		readonly service: string,
		private readonly credential: ICredentialType,
	) {}

	get credentials(): Record<string, string> {
		return this.sandbox.info.services[this.service].credentials;
	}

	/** Runs a step, and returns the JSON of its items. */
	async run(
		node: INodeType,
		{ does, before, parameters = {}, files }: OperationStep,
		seen: Seen,
	): Promise<IDataObject[]> {
		await before?.(this);
		const [resource, operation] = does.split('.');
		const values = typeof parameters === 'function' ? parameters(seen) : parameters;
		const run = await runNode({
			node,
			credentialType: this.credential,
			credentials: this.credentials,
			parameters: { resource, operation, ...values },
			...(files && { input: [await itemWith(files)] }),
		});
		return jsonOf(run).flatMap((json): IDataObject[] => waitingItem(json) ?? [json]);
	}

	/** Returns the sample that a polling trigger shows in the editor. */
	async sampleOf(node: INodeType, parameters: IDataObject): Promise<IDataObject[]> {
		const { run } = await new ActivePoller({ ...this.node(node), parameters }).fetchTestEvent();
		return outputOf(run).map(({ json }) => json);
	}

	/** Starts a webhook trigger, and returns the items that it outputs while something happens in the service. */
	async received(
		node: INodeType,
		parameters: IDataObject,
		happen: (url: string) => Promise<void>,
		count: number,
	): Promise<IDataObject[]> {
		const server = new TriggerServer({
			...this.node(node),
			parameters: { options: {}, ...parameters },
			workflowId: `schema-${this.service}`,
		});
		await happen(await server.start());
		const attempted = (deliveries: Array<{ attempts: unknown[] }>) =>
			deliveries.length >= count && deliveries.every(({ attempts }) => attempts.length > 0);
		await this.sandbox.until('/deliveries', attempted);
		await server.stop();
		if (server.thrown.length > 0) throw server.thrown[0];
		return server.runs.flat().map(({ json }) => json);
	}

	private node(node: INodeType) {
		const credentials: ICredentialDataDecryptedObject = this.credentials;
		return { node, credentialType: this.credential, credentials };
	}
}

/** The items with which an execution waits. */
const waitingItem = ({ waiting }: IDataObject): IDataObject[] | undefined =>
	(waiting as unknown as Array<{ json: IDataObject }> | undefined)?.map(({ json }) => json);
