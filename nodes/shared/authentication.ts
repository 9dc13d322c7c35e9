import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { pastedText } from './blanks';

type Authenticate = (
	credentials: ICredentialDataDecryptedObject,
	options: IHttpRequestOptions,
) => Promise<IHttpRequestOptions>;

const secretOf = (credentials: ICredentialDataDecryptedObject, field: string) =>
	pastedText(credentials[field]) ?? '';

/** Sends the secret of a credential field as a bearer token, without surrounding white space. */
export const bearerOf =
	(field: string): Authenticate =>
	async (credentials, options) => {
		const authorization = `Bearer ${secretOf(credentials, field)}`;
		return await Promise.resolve({
			...options,
			headers: { ...options.headers, Authorization: authorization },
		});
	};

/** Sends two credential fields as HTTP Basic authentication, without surrounding white space. */
export const basicOf =
	(username: string, password: string): Authenticate =>
	async (credentials, options) =>
		await Promise.resolve({
			...options,
			auth: {
				username: secretOf(credentials, username),
				password: secretOf(credentials, password),
			},
		});
