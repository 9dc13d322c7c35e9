import type { Rest } from './rest.mts';
import { getObject, getObjects, getString, type JsonObject } from './json.mts';

export interface Credential {
	id: string;
	name: string;
	/** The credential type, such as `fileCourierApi`. */
	type: string;
}

export interface CredentialContent {
	name: string;
	type: string;
	/** The fields, not encrypted. */
	data: JsonObject;
}

export async function listCredentials(rest: Rest): Promise<Credential[]> {
	return getObjects(await rest.call('GET', '/rest/credentials'), 'data').map((item) => ({
		id: getString(item, 'id'),
		name: getString(item, 'name'),
		type: getString(item, 'type'),
	}));
}

/** Creates a credential, or updates the one with this name and type. */
export async function upsertCredential(
	rest: Rest,
	content: CredentialContent,
): Promise<Credential> {
	const [credential] = await upsertCredentials(rest, [content]);
	return credential;
}

/** Creates or updates several credentials one by one, because n8n 1.123 confuses the transactions of parallel requests. */
export async function upsertCredentials(
	rest: Rest,
	contents: readonly CredentialContent[],
): Promise<Credential[]> {
	const existing = await listCredentials(rest);
	const saved: Credential[] = [];
	for (const content of contents) saved.push(await saveCredential(rest, content, existing));
	return saved;
}

async function saveCredential(
	rest: Rest,
	content: CredentialContent,
	existing: readonly Credential[],
): Promise<Credential> {
	const { name, type } = content;
	const old = existing.find((item) => item.name === name && item.type === type);
	if (old) {
		await rest.call('PATCH', `/rest/credentials/${old.id}`, content);
		return old;
	}
	const response = await rest.call('POST', '/rest/credentials', content);
	return { id: getString(response, 'data.id'), name, type };
}

/** Runs the credential test, as when a user saves the credential in the editor. */
export async function testCredential(
	rest: Rest,
	credential: Credential,
	data: JsonObject,
): Promise<{ status: string; message: string }> {
	const body = { credentials: { ...credential, data } };
	const result = getObject(await rest.call('POST', '/rest/credentials/test', body), 'data');
	return { status: getString(result, 'status'), message: getString(result, 'message') };
}

export async function deleteCredential(rest: Rest, id: string): Promise<void> {
	await rest.call('DELETE', `/rest/credentials/${id}`);
}
