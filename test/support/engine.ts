import { Container } from '@n8n/di';
import { BinaryDataService, ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IRun,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { createRunExecutionData, NodeConnectionTypes, Workflow } from 'n8n-workflow';

import { TestCredentials } from './credentials';

/** Returns a node that outputs these items. A closure, because the engine calls `execute` with its own `this`. */
const sourceNode = (items: INodeExecutionData[]): INodeType => ({
	description: {
		displayName: 'Source',
		name: 'source',
		group: ['input'],
		version: 1,
		description: '',
		defaults: { name: 'Source' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	execute: () => Promise.resolve([items]),
});

const nodes = new Map<new () => INodeType, INodeType>();

/** Returns the only object of a class, as in n8n: creating the description of a node takes longer than many runs. */
export function nodeOf<T extends INodeType>(Node: new () => T): T {
	const node = (nodes.get(Node) as T | undefined) ?? new Node();
	nodes.set(Node, node);
	return node;
}

const nodesOfOperations = new WeakMap<INodeType, Map<string, INodeType>>();

/**
 * Returns the node with only the fields that can be shown for the selected operation. n8n would compare the fields of all
 * operations with each other in each run, which takes longer than the operation.
 */
function forOperation(node: INodeType, { resource, operation }: IDataObject): INodeType {
	const name = /^\w+$/;
	if (typeof resource !== 'string' || !name.test(resource)) return node;
	if (typeof operation !== 'string' || !name.test(operation)) return node;
	const known = nodesOfOperations.get(node) ?? new Map<string, INodeType>();
	nodesOfOperations.set(node, known);
	const key = `${resource}.${operation}`;
	const reduced = known.get(key) ?? withFields(node, resource, operation);
	known.set(key, reduced);
	return reduced;
}

function withFields(node: INodeType, resource: string, operation: string): INodeType {
	const properties = node.description.properties.filter(
		({ displayOptions: { show } = {} }) =>
			(show?.resource?.includes(resource) ?? true) &&
			(show?.operation?.includes(operation) ?? true),
	);
	const description = { ...node.description, properties };
	return Object.create(node, { description: { value: description } }) as INodeType;
}

export interface NodeUnderTest {
	node: INodeType;
	parameters: IDataObject;
	input?: INodeExecutionData[];
	credentialType: ICredentialType;
	credentials: ICredentialDataDecryptedObject;
	/** Settings of the node in the workflow, e.g. onError. */
	settings?: Partial<INode>;
	mode?: WorkflowExecuteMode;
	/** Distinguishes workflows of one process. */
	workflowId?: string;
	/** Settings of the workflow, e.g. binaryMode. */
	workflowSettings?: IWorkflowSettings;
	/** The static data of earlier runs. */
	staticData?: IDataObject;
}

/** A workflow `Source → Subject` with the node under test in it, and what n8n's engine needs to run it. */
export function buildContext(options: NodeUnderTest) {
	const { credentialType, mode = 'trigger', workflowId = 'workflow1' } = options;
	const node = forOperation(options.node, options.parameters);
	const known: Record<string, INodeType> = {
		'test.source': sourceNode(options.input ?? [{ json: {} }]),
		'test.subject': node,
		// n8n's name of the same node as a tool of an AI agent.
		'test.subjectTool': node,
	};
	const nodeTypes: INodeTypes = {
		getByName: (name) => known[name],
		getByNameAndVersion: (name) => known[name],
		getKnownTypes: () => ({}),
	};
	const subject: INode = {
		id: 'subject-id',
		name: 'Subject',
		type: 'test.subject',
		typeVersion: 1,
		position: [200, 0],
		parameters: options.parameters as INode['parameters'],
		credentials: { [credentialType.name]: { id: 'credential-id', name: credentialType.name } },
		webhookId: 'a8b1a1a0-0000-4000-8000-000000000000',
		...options.settings,
	};
	const source: INode = {
		id: 'source-id',
		name: 'Source',
		type: 'test.source',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const data = {
		id: workflowId,
		name: 'test',
		active: false,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: [source, subject],
		connections: {
			Source: { main: [[{ node: 'Subject', type: NodeConnectionTypes.Main, index: 0 }]] },
		},
		settings: { executionOrder: 'v1' as const, ...options.workflowSettings },
		versionId: '1',
		activeVersionId: null,
		versionCounter: 1,
	} as unknown as IWorkflowBase;
	const workflow = new Workflow({
		...data,
		active: false,
		nodeTypes,
		staticData: options.staticData,
	});
	const additionalData = {
		executionId: 'execution1',
		credentialsHelper: new TestCredentials(credentialType, options.credentials),
		currentNodeExecutionIndex: 0,
		hooks: new ExecutionLifecycleHooks(mode, 'execution1', data),
		variables: {},
		restApiUrl: 'http://n8n.test/rest',
		instanceBaseUrl: 'http://n8n.test',
		webhookBaseUrl: 'http://n8n.test/webhook',
		webhookTestBaseUrl: 'http://n8n.test/webhook-test',
		webhookWaitingBaseUrl: 'http://n8n.test/webhook-waiting',
		formBaseUrl: 'http://n8n.test/form',
		formTestBaseUrl: 'http://n8n.test/form-test',
		formWaitingBaseUrl: 'http://n8n.test/form-waiting',
	} as unknown as IWorkflowExecuteAdditionalData;
	return { workflow, additionalData, mode, subject };
}

/** Runs `Source → Subject` through n8n's own engine. */
export async function runNode(options: NodeUnderTest): Promise<IRun> {
	const { workflow, additionalData, mode } = buildContext(options);
	return await startRun(workflow, additionalData, mode);
}

/** Starts a run that can be stopped. */
export function startRun(
	workflow: Workflow,
	additionalData: IWorkflowExecuteAdditionalData,
	mode: WorkflowExecuteMode,
	start = 'Source',
) {
	return new WorkflowExecute(additionalData, mode, createRunExecutionData()).run({
		workflow,
		startNode: workflow.getNode(start)!,
	});
}

/** Returns the items of an output of the node. Throws the error of a failed run. */
export function outputOf(run: IRun, output = 0): INodeExecutionData[] {
	const { error, runData } = run.data.resultData;
	if (error) throw error;
	return runData.Subject[0].data!.main[output] ?? [];
}

/** Returns the error of a failed run. */
export function errorOf(run: IRun) {
	const { error } = run.data.resultData;
	if (!error) throw new Error('The run did not fail');
	return error as typeof error & {
		httpCode?: string;
		failure?: { cause: string; retryAfterMs?: number };
	};
}

export async function binaryData() {
	const service = Container.get(BinaryDataService);
	await service.init();
	return service;
}

/** Reads the bytes of a binary field from n8n's storage. */
export async function bytesOf(binary: IBinaryData): Promise<Buffer> {
	return await (await binaryData()).getAsBuffer(binary);
}
