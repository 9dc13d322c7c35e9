import type { IDataObject, INodeExecutionData, INodeType } from 'n8n-workflow';

import { itemWith } from '../support/binary';
import { allNodes, operationsOf, parametersWith } from '../support/descriptions';
import { outputOf, runNode } from '../support/engine';
import { byId } from '../support/locators';
import { useSandbox } from '../support/useSandbox';
import { loadPublishedPackage } from '../support/publishedPackage';
import { operationsOrTrigger } from '../support/savedParameters';
import { OPTIONAL_OUTPUTS } from './knownChanges';

const published = loadPublishedPackage();
const current = new Map(allNodes().map((one) => [one.node.description.name, one]));
const sandbox = useSandbox();

/** An operation, `resource.operation`, with the parameters that depend on the output of the steps before. */
type Step = [title: string, parameters?: (outputs: Outputs) => IDataObject];
type Outputs = Record<string, IDataObject>;

const idOf = (step: string, field: string) => (outputs: Outputs) =>
	byId(String(outputs[step][field]));
const fileShotFile = idOf('file.upload', 'fileId');
const filesAppFile = idOf('file.upload', 'fileId');
const handle = idOf('file.store', 'handle');
const packageId = idOf('package.create', 'id');
const anywhere = { options: {} };

const SERVICES: Record<string, Step[]> = {
	fileCourier: [
		['session.create', () => ({ callbackUrl: 'https://n8n.example.com/webhook/1/webhook' })],
		['session.get', (done) => ({ sessionId: done['session.create'].sessionId })],
		['session.cancel', (done) => ({ sessionId: done['session.create'].sessionId })],
	],
	fileShot: [
		['file.upload'],
		['file.get', (done) => ({ fileId: fileShotFile(done) })],
		['file.getAll'],
		['file.getAll', () => ({ simplify: false })],
		['file.download', (done) => ({ fileId: fileShotFile(done) })],
		['file.cleanUp', () => ({ selection: 'olderThan', olderThan: 1, ...anywhere })],
		['file.delete', (done) => ({ fileId: fileShotFile(done) })],
	],
	filesApp: [
		['file.upload'],
		['file.get', (done) => ({ fileId: filesAppFile(done) })],
		['file.getAll'],
		['shareLink.create', (done) => ({ fileId: filesAppFile(done) })],
		['change.getAll'],
		['file.download', (done) => ({ fileId: filesAppFile(done) })],
		['file.delete', (done) => ({ fileId: filesAppFile(done) })],
	],
	filestack: [
		['file.store'],
		['file.getMetadata', (done) => ({ file: handle(done) })],
		['file.getHashes', (done) => ({ file: handle(done) })],
		['file.getStorage', (done) => ({ file: handle(done) })],
		['file.overwrite', (done) => ({ file: handle(done) })],
		['file.download', (done) => ({ file: handle(done) })],
		['link.createSigned', (done) => ({ file: handle(done) })],
		['policy.create'],
		['file.delete', (done) => ({ file: handle(done) })],
	],
	speedyFiles: [
		['instance.health'],
		['account.get'],
		['token.create'],
		['token.getAll'],
		['token.revoke', (done) => ({ tokenId: byId(String(done['token.create'].id)) })],
		['package.create'],
		['package.uploadFile', (done) => ({ packageId: packageId(done) })],
		['package.finalize', (done) => ({ packageId: packageId(done) })],
		['package.get', (done) => ({ packageId: packageId(done) })],
		['package.getAll'],
		['package.getAll', () => ({ simplify: false })],
		['package.send'],
		[
			'file.download',
			(done) => ({ magicLink: done['package.send'].magicLink, scope: 'all', options: {} }),
		],
		['package.revoke', (done) => ({ packageId: packageId(done) })],
		['package.delete', (done) => ({ packageId: packageId(done) })],
	],
};

const input = itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } });

/** Runs all steps with a node; returns the first output item of each. */
async function run(service: string, node: INodeType): Promise<INodeExecutionData[]> {
	const { credentialType } = current.get(service)!;
	const { credentials } = sandbox.info.services[service];
	const outputs: Outputs = {};
	const items: INodeExecutionData[] = [];
	for (const [title, parametersOf = () => ({})] of SERVICES[service]) {
		const before = published.nodes.get(service)!;
		const operation = operationsOf(before).find((one) => one.title === title)!;
		const parameters = { ...parametersWith(operation), ...parametersOf(outputs) };
		const options = { node, credentialType, credentials, parameters, input: [await input] };
		const [item] = outputOf(await runNode(options));
		outputs[title] ??= item.json;
		items.push(item);
	}
	return items;
}

/** The fields of an output item, those of nested objects included. */
function fieldsOf(value: unknown, path = ''): string[] {
	const inner: unknown = Array.isArray(value) ? value[0] : value;
	if (typeof inner !== 'object' || inner === null) return [];
	return Object.entries(inner).flatMap(([name, one]) => [
		`${path}${name}`,
		...fieldsOf(one, `${path}${name}.`),
	]);
}

describe.each(Object.keys(SERVICES))('%s', (service) => {
	it('outputs every field and file of version 0.1.0', async () => {
		const before = await run(service, published.nodes.get(service)!);
		const now = await run(service, current.get(service)!.node);
		const missing = SERVICES[service].flatMap(([title], index) => {
			const shown = [...fieldsOf(now[index].json), ...Object.keys(now[index].binary ?? {})];
			const wanted = [...fieldsOf(before[index].json), ...Object.keys(before[index].binary ?? {})];
			const isKnown = (name: string) =>
				OPTIONAL_OUTPUTS.some(({ nodes, field }) => nodes.includes(service) && field === name);
			return wanted
				.filter((field) => !shown.includes(field) && !isKnown(field))
				.map((field) => `${title}: ${field}`);
		});
		expect(missing).toEqual([]);
	});

	it('is run with every operation that has an output to compare', () => {
		const skipped = operationsOrTrigger(published.nodes.get(service)!)
			.map(({ title }) => title)
			.filter((title) => !SERVICES[service].some(([step]) => step === title));
		expect(skipped).toEqual(NOT_RUN[service] ?? []);
	});
});

/** Operations that need a recipient or a delivery. */
const NOT_RUN: Record<string, string[]> = {
	fileCourier: ['session.requestAndWait', 'file.download'],
	filesApp: ['file.cleanUp'],
	speedyFiles: ['package.cleanUp'],
};
