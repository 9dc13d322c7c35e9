import type { IDataObject, INodeType } from 'n8n-workflow';
import * as n8nWorkflow from 'n8n-workflow';

import { buildContext, errorOf, startRun } from './engine';
import { PART_SERVICES, type PartUpload, partUploads } from './partUploads';
import { skipWaits } from './waits';

type Service = (typeof PART_SERVICES)[string];

/** The services with files of four parts. */
export const SERVICES: Readonly<Record<string, Service>> = Object.fromEntries(
	Object.entries(PART_SERVICES).map(([name, service]) => [
		name,
		{ ...service, size: 3 * service.partSize + 17 },
	]),
);

/** The service with a file of at least six parts, so that one of them is a small share of it. */
export const withManyParts = (service: Service): Service => {
	const { size } = Object.values(PART_SERVICES).find(({ id }) => id === service.id)!;
	return { ...service, size };
};

type Uploaded = ReturnType<ReturnType<typeof partUploads>['newFile']>;

/** Starts the services for a file of tests, with functions for uploads that fail and are continued. */
export function resumedUploads() {
	skipWaits();
	const uploads = partUploads();
	const { proxy, node } = uploads;
	afterEach(() => jest.restoreAllMocks());

	/** Runs an upload, and returns the static data as n8n would save it. */
	async function run(service: Service, file: Uploaded, more: PartUpload = {}) {
		const subject = await node(service, file, more);
		const { workflow, additionalData, mode } = buildContext(subject);
		const outcome = await startRun(workflow, additionalData, mode);
		return {
			run: outcome,
			staticData: JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject,
		};
	}

	/** Lets an upload fail when this share of the file has been sent. */
	async function failAt(share: number, service: Service, file: Uploaded, more: PartUpload = {}) {
		proxy.downAfter(share * service.size);
		const failed = await run(service, file, more);
		await proxy.goUp();
		return { error: errorOf(failed.run), staticData: failed.staticData };
	}

	return { ...uploads, run, failAt };
}

/** The class of the node in a process that remembers nothing. */
export function afterRestart({ Node: { name } }: Service): new () => INodeType {
	let Node: (new () => INodeType) | undefined;
	jest.isolateModules(() => {
		// The engine recognizes its errors.
		jest.doMock('n8n-workflow', () => n8nWorkflow);
		Node = jest.requireActual<Record<string, new () => INodeType>>(
			`../../nodes/${name}/${name}.node`,
		)[name];
	});
	jest.dontMock('n8n-workflow');
	return Node!;
}

export const recordsIn = (staticData: IDataObject) =>
	((staticData['node:Subject'] as IDataObject | undefined)?.unfinishedUploads ??
		[]) as IDataObject[];

/** Returns the file with one byte changed. */
export const changedAt = ({ name, bytes }: Uploaded, position: number): Uploaded => {
	const changed = Buffer.from(bytes);
	changed[position] ^= 1;
	return { name, bytes: changed };
};
