import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunction,
	ICredentialType,
	IDataObject,
	INodeType,
} from 'n8n-workflow';

import { credentialTestOf } from './credentialTest';
import { allNodes, credentialsFor, operationsOf, parametersWith } from './descriptions';
import { runNode } from './engine';
import { useTestServer } from './testServer';

const NOT_FOUND = '{"message":"Not Found"}';

/** The nodes with operations, one for each credential. */
export const actions = allNodes().filter(({ node }) => !node.description.group.includes('trigger'));

/** Starts a server in the place of all services for a file of tests, with functions to test every credential. */
export function everyCredential() {
	const otherwise = { status: 404, body: NOT_FOUND, headers: {} as Record<string, string> };
	const host = useTestServer().respond(otherwise);
	const respond = (status: number, body: string, headers: Record<string, string> = {}) =>
		Object.assign(otherwise, { status, body, headers });
	beforeEach(() => {
		host.requests.splice(0);
		respond(404, NOT_FOUND);
	});

	/** Returns what the tests of a credential use. */
	function subject({ node, credentialType }: { node: INodeType; credentialType: ICredentialType }) {
		const [{ name, testedBy }] = node.description.credentials!;
		const test = Object.entries(node.methods!.credentialTest!).find(
			([method]) => method === testedBy,
		)![1] as ICredentialTestFunction;
		const good = () => credentialsFor(credentialType, host.url);
		/** An operation that calls the service at its base URL. */
		const [operation] = operationsOf(node).filter(
			({ title }) => /\.(get|delete|getAll|cancel)$/.test(title) && !title.startsWith('account'),
		);
		return {
			good,
			/** Runs the credential test with valid values, except for these. */
			tested: async (more: IDataObject = {}) =>
				await credentialTestOf(test, name, {
					...good(),
					...more,
				} as ICredentialDataDecryptedObject),
			/** Runs an operation with valid values, except for these. */
			run: async (credentials: IDataObject) =>
				await runNode({
					...{ node, credentialType, parameters: parametersWith(operation) },
					credentials: { ...good(), ...credentials } as ICredentialDataDecryptedObject,
				}),
			secrets: credentialType.properties.filter(
				({ typeOptions, required }) => typeOptions?.password && required,
			),
			address: credentialType.properties.find((field) => field.name === 'baseUrl')!,
		};
	}
	return { host, respond, subject };
}
