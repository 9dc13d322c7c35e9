import type { IDataObject, INodeType } from 'n8n-workflow';

import { itemWith } from '../support/binary';
import { allNodes, credentialsFor } from '../support/descriptions';
import { binaryData, runNode } from '../support/engine';
import { loadPublishedPackage } from '../support/publishedPackage';
import { issuesOf, operationsOrTrigger, savedParametersOf } from '../support/savedParameters';
import { TestServer } from '../support/testServer';
import { NEWLY_REJECTED, NEWLY_REQUIRED } from './knownChanges';

const published = loadPublishedPackage();
const current = new Map(allNodes().map((one) => [one.node.description.name, one]));
const actions = [...published.nodes].filter(
	([, { description }]) => !description.group.includes('trigger'),
);

const host = new TestServer();
beforeAll(async () => {
	await binaryData();
	await host.start();
	// The same time for both, because some requests contain it. The timers are real.
	const real = ['hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const;
	const timers = ['setImmediate', 'setInterval', 'setTimeout'] as const;
	const ends = ['clearImmediate', 'clearInterval', 'clearTimeout'] as const;
	jest.useFakeTimers({ now: Date.now(), doNotFake: [...real, ...timers, ...ends] });
});
afterAll(async () => {
	jest.useRealTimers();
	await host.stop();
});

const input = itemWith({ data: { name: 'a.txt', bytes: Buffer.from('hello') } });

/** The first request of an operation; “none” if it rejects the parameters. */
async function firstRequest(node: INodeType, parameters: IDataObject): Promise<string> {
	host.reset();
	const { credentialType } = current.get(node.description.name)!;
	const credentials = credentialsFor(credentialType, host.url);
	const { binary } = await input;
	const json = { file: { url: `${host.url}/delivered` } };
	const items = [{ json, binary }];
	await runNode({ node, credentialType, credentials, parameters, input: items });
	const [request] = host.requests;
	if (!request) return 'none';
	const { method, url, body, headers } = request;
	const { authorization, 'content-type': type } = headers;
	return JSON.stringify({ method, url, body, authorization, type }).replace(RANDOM, '…');
}

/** Boundaries of forms, and the signatures of n8n's resume URLs. */
const RANDOM = /-{4,}[\w-]{8,}|(?<=boundary=)[\w-]+|(?<=signature=)\w+/g;

describe.each(actions)('%s', (name, before) => {
	const now = current.get(name)!.node;

	it.each(operationsOrTrigger(before).map((one) => [one.title, one] as const))(
		'sends the same first request as version 0.1.0 for every saved field of %s',
		async (title, operation) => {
			const isKnown = NEWLY_REQUIRED.filter(
				(change) => change.nodes.includes(name) && change.operation === title,
			);
			const different: string[] = [];
			for (const { title: what, parameters } of savedParametersOf(before, 1, operation)) {
				// n8n starts no workflow with these, in either version.
				if (Object.keys(issuesOf(before, 1, parameters)).length > 0) continue;
				if (NEWLY_REJECTED.some((field) => what.startsWith(`${field} = `))) continue;
				if (isKnown.some(({ field }) => field in issuesOf(now, 1, parameters))) continue;
				let sent = '';
				let wanted = '';
				// Expressions have their own clock, so a second can end between the two.
				for (let attempt = 0; attempt < 2 && (attempt === 0 || sent !== wanted); attempt++) {
					wanted = await firstRequest(before, parameters);
					sent = await firstRequest(now, parameters);
				}
				if (sent !== wanted) different.push(`${what}: ${sent}, not ${wanted}`);
			}
			expect(different).toEqual([]);
		},
		240_000,
	);
});
