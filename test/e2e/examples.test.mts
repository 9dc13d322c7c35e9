import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import sharp from 'sharp';
import { readDemoFiles, sha256 } from '../../sandbox/demo/demoFiles.mts';
import { PortalClient } from '../../sandbox/demo/portalClient.mts';
import { uploadAsRecipient } from '../../sandbox/demo/uploadAsRecipient.mts';
import {
	type Execution,
	listExecutions,
	waitForExecution,
	waitForNewExecution,
} from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import { getString } from '../../sandbox/n8n/json.mts';
import {
	activateWorkflow,
	upsertWorkflow,
	runManually,
	type SavedWorkflow,
	waitForWebhook,
} from '../../sandbox/n8n/workflows.mts';
import { unzip } from '../support/unzip.js';
import { ChatModel } from './chatModel.mts';
import {
	chatModelNode,
	INSTALL_MS,
	startTestSystem,
	type TestSystem,
	waitUntilOver,
	withExamples,
} from './harness.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;

/** The script with which the share page of FileShot's simulation decrypts files. */
const sharePage = (await import(new URL('../../sandbox/public/fszk.js', import.meta.url).href)) as {
	decryptContainer(
		bytes: ArrayBuffer,
		secrets: { fragment: string; passphrase: string },
	): Promise<{ name: string; parts: ArrayBuffer[] }>;
};

let environment: TestSystem;
let workflows: Map<string, SavedWorkflow>;
const documents = readDemoFiles();

beforeAll(async () => {
	environment = await startTestSystem({ version: HOST });
	workflows = await withExamples(environment);
}, INSTALL_MS);

afterAll(async () => environment?.stop());

const example = (name: string) => workflows.get(name)!;

/** Returns the production URL of a trigger in an example. */
function webhookUrl(workflow: SavedWorkflow, trigger: string): string {
	const { webhookId } = workflow.nodes.find(({ name }) => name === trigger)!;
	return `${environment.n8n.url}/webhook/${webhookId}/webhook`;
}

/** Returns a node's output items as JSON; the execution must have succeeded. */
function jsonOf(execution: Execution, node: string) {
	expect([execution.status, execution.error]).toEqual(['success', undefined]);
	return execution.items[node].map(({ json }) => json);
}

async function bytesBehind(url: string): Promise<Buffer> {
	const { data } = await axios.get<ArrayBuffer>(url, { responseType: 'arraybuffer' });
	return Buffer.from(data);
}

describe(`the examples in a real n8n (${HOST})`, () => {
	it("request-store-share: the customer's files are available at the links with their SHA-256", async () => {
		const id = await runManually(environment.rest, example('request-store-share'));
		const waiting = await waitForExecution(environment.rest, id);
		expect(waiting.status).toBe('waiting');
		await uploadAsRecipient(
			getString(waiting.items['Request and wait'][0].json, 'link'),
			documents,
		);

		const shared = jsonOf(await waitUntilOver(environment.rest, id), 'Share');
		expect(shared).toHaveLength(documents.length);
		for (const [index, { name, sha256: expected }] of documents.entries()) {
			const text = getString(shared[index], 'text');
			expect(text).toMatch(`${name} of CUST-12345 is at http`);
			expect(text).toMatch(`SHA-256: ${expected}`);
			const [url] = /http\S+/.exec(text)!;
			expect(sha256(await bytesBehind(url))).toBe(expected);
		}
	});

	it("receive-to-files-app: FileCourier's files are in Files App, and the email contains a link", async () => {
		const receive = example('receive-to-files-app');
		const known = await listExecutions(environment.rest, receive.id);
		await deliverDocuments(receive);
		const execution = await waitForNewExecution(environment.rest, receive.id, known);
		const mails = jsonOf(execution, 'Email');
		expect(mails.map(({ subject }) => subject)).toEqual(
			documents.map(() => 'New file from customer@example.com'),
		);
		const stored = await new PortalClient(environment.sandbox.info.portal).list(
			'services/filesApp/files',
		);
		for (const [index, { name, content, sha256: hash }] of documents.entries()) {
			const text = getString(mails[index], 'text');
			expect(text).toContain(`${name} (${content.length} bytes, SHA-256 ${hash}) is at http`);
			expect(stored.map((file) => [file.name, file.size])).toContainEqual([name, content.length]);
		}
	});

	it('zip-and-send: the delivered files are in an archive in a SpeedyFiles package, in order', async () => {
		const receive = example('zip-and-send');
		const known = await listExecutions(environment.rest, receive.id);
		await deliverDocuments(receive);
		const execution = await waitForNewExecution(environment.rest, receive.id, known);
		const [sent] = jsonOf(execution, 'Send');
		expect(sent).toMatchObject({
			title: 'Documents of CUST-12345',
			recipientEmail: 'advisor@acme.com',
			fileCount: 1,
		});
		const [{ fileId, name }] = sent.files as Array<{ fileId: string; name: string }>;
		expect(name).toBe('CUST-12345.zip');
		const archive = await bytesBehind(`${getString(sent, 'link')}/file/${fileId}`);
		const entries = await unzip(archive);
		expect(entries.map(([name, bytes]) => [name, sha256(bytes)])).toEqual(
			documents.map(({ name, sha256: expected }) => [name, expected]),
		);
	});

	it('images-for-the-web: links to thumbnails, and an archive of smaller images', async () => {
		const id = await runManually(environment.rest, example('images-for-the-web'));
		const execution = await waitForExecution(environment.rest, id);
		const links = jsonOf(execution, 'Link to thumbnail');
		expect(links).toHaveLength(2);
		for (const link of links) {
			const { width, height, format } = await sharp(
				await bytesBehind(getString(link, 'url')),
			).metadata();
			expect([width, height, format]).toEqual([160, 100, 'webp']);
		}
		expect(jsonOf(execution, 'Archive')).toMatchObject([{ name: 'images.zip' }]);
	});

	// Workflows can only create data tables since n8n 2.
	const sinceN8n2 = HOST === 'oldest' ? it.skip : it;
	sinceN8n2('invoices-to-pdf: the table has the PDF and the text of each invoice', async () => {
		const id = await runManually(environment.rest, example('invoices-to-pdf'));
		const execution = await waitForExecution(environment.rest, id);
		const rows = jsonOf(execution, 'Save row');
		expect(rows.map(({ file, text }) => [file, text])).toEqual(
			['1001', '1002'].map((number) => [
				`invoice-${number}.html`,
				expect.stringContaining(`invoice-${number}`),
			]),
		);
		const portal = new PortalClient(environment.sandbox.info.portal);
		const stored = await portal.list('services/filestack/files');
		for (const { file, pdf } of rows) {
			const name = String(file).replace('.html', '.pdf');
			expect(stored.find((one) => one.id === pdf)).toMatchObject({
				filename: name,
				mimetype: 'application/pdf',
			});
		}
	});

	it('send-and-react: sends two files in one package and runs when one is downloaded', async () => {
		const workflow = example('send-and-react');
		const url = webhookUrl(workflow, 'Downloaded');
		const { portal } = environment.sandbox.info;
		// An administrator's step on the instance's website; the credential already contains the secret.
		await axios.patch(`${portal}/api/services/speedyFiles/webhooks/1`, { url });
		const execution = await waitForExecution(
			environment.rest,
			await runManually(environment.rest, workflow),
		);
		const [sent] = jsonOf(execution, 'Send');
		expect(sent.fileCount).toBe(2);
		const known = await listExecutions(environment.rest, workflow.id);

		const [file] = sent.files as Array<{ fileId: string; name: string }>;
		await bytesBehind(`${getString(sent, 'link')}/file/${file.fileId}`);
		const reaction = await waitForNewExecution(environment.rest, workflow.id, known);
		expect(jsonOf(reaction, 'Notification')).toEqual([
			{
				text: expect.stringMatching(
					`^Acme CFO downloaded ${file.name} of “Orders of this week” at \\d{4}-`,
				) as unknown,
			},
		]);
	});

	// n8n 1.123 does not find the item of a Code or Crypto node with $('…').item.
	sinceN8n2(
		'send-contract-encrypted: the passphrase in the text message decrypts the file at the link in the email',
		async () => {
			const { portal } = environment.sandbox.info;
			await axios.patch(`${portal}/api/services/fileShot/settings`, { dialect: 'both' });
			const execution = await waitForExecution(
				environment.rest,
				await runManually(environment.rest, example('send-contract-encrypted')),
			);
			const [mail] = jsonOf(execution, 'Email with the link');
			const [message] = jsonOf(execution, 'Text message with the passphrase');
			const passphrase = getString(message, 'text').replace(
				'The passphrase for your contract: ',
				'',
			);
			expect(passphrase.length).toBeGreaterThanOrEqual(24);
			expect(JSON.stringify(mail)).not.toContain(passphrase);
			const [, link] = /until \d{4}-[^ ]+: (http\S+)\n/.exec(getString(mail, 'text'))!;
			const bytes = await bytesBehind(`${link}/content`);
			const decrypt = async (typed: string) =>
				await sharePage.decryptContainer(Uint8Array.from(bytes).buffer, {
					...{ fragment: '', passphrase: typed },
				});
			const { name, parts } = await decrypt(passphrase);
			expect([name, ...parts.map((part) => Buffer.from(part).toString())]).toEqual([
				...['file.bin', 'Contract 2026-17\n'],
			]);
			await expect(decrypt(`${passphrase} `)).rejects.toThrow('does not fit');
		},
	);

	it('ai-agent-sends-files: sends a file in the chat to the person that the model names', async () => {
		const [document] = documents;
		const model = await ChatModel.start(
			({ messages }) => {
				const [, handle] = /, handle ([\w-]+)/.exec(JSON.stringify(messages))!;
				return [{ tool: 'Create_a_link', input: { handle, minutes: 60 } }];
			},
			({ messages }) => {
				const [{ url }] = JSON.parse(String(messages.at(-1)!.content)) as [{ url: string }];
				const to = { title: 'For you', email: 'anna@example.com', name: 'Anna' };
				return [{ tool: 'Send_the_file', input: { url, ...to } }];
			},
		);
		try {
			const { workflow, url } = await openChat(model);
			const body = new FormData();
			body.append('action', 'sendMessage');
			body.append('sessionId', 'chat-1');
			body.append('chatInput', 'Send this file to anna@example.com');
			const { name, type, content } = document;
			body.append('files', new Blob([new Uint8Array(content)], { type }), name);
			await axios.post(url, body, { timeout: 120_000 });

			const known = await listExecutions(environment.rest, workflow.id);
			expect(known.length).toBeGreaterThan(0);
			expect(model.answers).toHaveLength(2);
			expect(model.answers[1]).toContain(document.sha256);
			const outbox = await new PortalClient(environment.sandbox.info.portal).list('outbox');
			const mail = outbox.find(({ to }) => to === 'anna@example.com');
			expect(mail).toMatchObject({ channel: 'email', link: expect.any(String) as unknown });
		} finally {
			await model.stop();
		}
	});
});

/** Requests the documents from a customer, who uploads them, so that they are delivered to the trigger of an example. */
async function deliverDocuments(receive: SavedWorkflow): Promise<void> {
	const request = example('request-documents');
	const callbackUrl = webhookUrl(receive, 'Files delivered');
	const elsewhere = await upsertWorkflow(environment.rest, {
		...request,
		name: `Request documents for ${receive.name}`,
		nodes: request.nodes.map((node) => ({
			...node,
			parameters: {
				...node.parameters,
				...(node.parameters?.callbackUrl ? { callbackUrl } : {}),
			},
		})),
	});
	const asked = await waitForExecution(
		environment.rest,
		await runManually(environment.rest, elsewhere),
	);
	const [session] = jsonOf(asked, 'Request documents');
	await uploadAsRecipient(getString(session, 'link'), documents);
}

/** Returns a copy of the agent's example with a chat model and a public chat. */
async function openChat(model: ChatModel): Promise<{ workflow: SavedWorkflow; url: string }> {
	const { nodes, connections } = example('ai-agent-sends-files');
	const webhookId = crypto.randomUUID();
	const opened = nodes.map((node) =>
		node.name === 'Chat'
			? { ...node, webhookId, parameters: { ...node.parameters, public: true } }
			: node,
	);
	const chatModel = await chatModelNode(environment.rest, 'Model', model.url);
	const workflow = await upsertWorkflow(environment.rest, {
		name: 'AI agent with a model',
		nodes: [...opened, chatModel],
		connections: {
			...connections,
			Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
		},
	});
	await activateWorkflow(environment.rest, workflow);
	const url = `${environment.n8n.url}/webhook/${webhookId}/chat`;
	await waitForWebhook(url);
	return { workflow, url };
}
