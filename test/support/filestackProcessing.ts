import type { IDataObject } from 'n8n-workflow';

import type { NodeUnderTest } from './engine';
import { credentialsOf, filestack } from './filestack';
import type { Sandbox } from './sandbox';

/** What the fields begin with. */
export const DEFAULTS = { source: 'file', output: 'file', expiry: 'minutes', expiresInMinutes: 60 };

/** Runs an operation, named with its resource, for example `document.convert`. */
export async function processing(
	sandbox: Sandbox,
	operation: string,
	parameters: IDataObject = {},
	more: Partial<NodeUnderTest> = {},
) {
	const [resource, name] = operation.split('.');
	const credentials = credentialsOf(sandbox);
	return await filestack(credentials, resource, name, { ...DEFAULTS, ...parameters }, more);
}

export const NOTE = { name: 'note.txt', bytes: Buffer.from('Total: 12 EUR') };
