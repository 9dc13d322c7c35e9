import axios from 'axios';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FileCourierApi } from '../../credentials/FileCourierApi.credentials';
import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { runNode } from './engine';
import type { Sandbox } from './sandbox';
import { serviceNode } from './serviceNode';

/** The required fields. */
export const REQUEST = {
	recipientEmail: 'customer@example.com',
	requestorName: 'Acme',
	requestorEmail: 'onboarding@example.com',
	subject: 'Your documents',
	message: 'Please upload them.',
	documents: 'Government ID\nProof of Address',
	callbackUrl: 'http://127.0.0.1:9/webhook',
	expiry: 'days',
	expiresInDays: 7,
};

export const fileCourierNode = serviceNode('fileCourier', FileCourier, FileCourierApi);

export async function createSession(
	sandbox: Sandbox,
	parameters: IDataObject = {},
	input?: INodeExecutionData[],
	credentials: IDataObject = {},
) {
	return await runNode(
		fileCourierNode(
			sandbox,
			{ resource: 'session', operation: 'create', ...REQUEST, ...parameters },
			{ input, credentials: credentials as never },
		),
	);
}

/** Uploads files on the page of the link, as the recipient does in a browser. */
export async function uploadAsRecipient(
	uploadUrl: string,
	files: Array<{ name: string; type: string; bytes: Buffer }>,
): Promise<void> {
	const { data: page } = await axios.get<string>(uploadUrl);
	const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1] ?? uploadUrl;
	const field = /<input[^>]*type="file"[^>]*>/.exec(page)?.[0].match(/name="([^"]+)"/)?.[1];
	if (!field) throw new Error('The page has no field for files');
	const form = new FormData();
	for (const { name, type, bytes } of files) {
		form.append(field, new Blob([new Uint8Array(bytes)], { type }), name);
	}
	await axios.post(new URL(action, uploadUrl).href, form);
}
