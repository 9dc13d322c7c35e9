import type {
	IAuthenticateGeneric,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	Workflow,
} from 'n8n-workflow';
import { ICredentialsHelper } from 'n8n-workflow';

/** n8n's credentials helper for one credential: it resolves the expressions of `authenticate` as n8n does. */
export class TestCredentials extends ICredentialsHelper {
	constructor(
		private readonly type: ICredentialType,
		private readonly data: ICredentialDataDecryptedObject,
	) {
		super();
	}

	getParentTypes() {
		return this.type.extends ?? [];
	}

	isCredentialUsableByNode() {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		options: IHttpRequestOptions,
		workflow: Workflow,
		node: INode,
	) {
		const { authenticate } = this.type;
		if (typeof authenticate === 'function') return await authenticate(credentials, options);
		const { auth, headers, qs } = (authenticate as IAuthenticateGeneric).properties;
		const resolve = (values: object) =>
			Object.fromEntries(
				Object.entries(values).map(([name, value]) => [
					name,
					workflow.expression.getSimpleParameterValue(
						node,
						value as string,
						'internal',
						{ $credentials: credentials },
						undefined,
						'',
					) as string,
				]),
			);
		if (auth) options.auth = resolve(auth) as unknown as IHttpRequestOptions['auth'];
		if (headers) options.headers = { ...options.headers, ...resolve(headers) };
		if (qs) options.qs = { ...options.qs, ...resolve(qs) };
		return options;
	}

	preAuthentication() {
		return Promise.resolve(undefined);
	}

	runPreAuthentication() {
		return Promise.resolve(undefined);
	}

	getCredentials(): Promise<never> {
		throw new Error('not used');
	}

	getDecrypted() {
		return Promise.resolve(this.data);
	}

	updateCredentials() {
		return Promise.resolve();
	}

	updateCredentialsOauthTokenData() {
		return Promise.resolve();
	}

	getCredentialsProperties() {
		return this.type.properties;
	}
}
