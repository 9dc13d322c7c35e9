import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import sharp from 'sharp';
import { PortalClient } from '../../sandbox/demo/portalClient.mts';
import { sandboxCredentials } from '../../sandbox/n8n/environment.mts';
import { type Execution, waitForExecution } from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import type { JsonObject } from '../../sandbox/n8n/json.mts';
import { upsertWorkflow, runManually } from '../../sandbox/n8n/workflows.mts';
import { ChatModel } from './chatModel.mts';
import {
	chatModelNode,
	credentialsFor,
	INSTALL_MS,
	node,
	startTestSystem,
	type TestSystem,
} from './harness.mts';
import { TestServer } from '../support/testServer.ts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;

/** The file on the web that the model sends. */
const FILE = randomBytes(3 * 1024 * 1024);
const web = new TestServer().respond({
	headers: { 'content-length': String(FILE.length) },
	body: FILE,
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A value that the model fills in. */
const fromAI = (name: string, what: string, type = 'string') =>
	`={{ $fromAI('${name}', '${what}', '${type}') }}`;

interface Tool {
	service: string;
	parameters: JsonObject;
	/** The tool description that n8n derives from the resource and operation. */
	says: string;
	/** The input with which the model calls the tool. */
	input: JsonObject;
	/** A part of the result that the model receives. */
	answer: JsonObject;
	/** Reports a tool's error to the model; in older versions of n8n it would end the agent. */
	onError?: 'continueRegularOutput';
}

/** An operation of each node, by the name of its tool, with the values that the model fills in. */
const TOOLS: Record<string, Tool> = {
	Ask_for_documents: {
		service: 'fileCourier',
		parameters: {
			resource: 'session',
			operation: 'create',
			recipientEmail: fromAI('email', 'Who is asked'),
			requestorName: 'Acme',
			requestorEmail: 'onboarding@example.com',
			subject: fromAI('subject', 'Subject of the email'),
			message: 'Please upload them.',
			documents: 'Photo ID',
			callbackUrl: 'http://127.0.0.1:9/webhook',
			expiry: 'days',
			expiresInDays: fromAI('days', 'Days until the link expires', 'number'),
		},
		says: 'Create session in FileCourier',
		input: { email: 'anna@example.com', subject: 'Your ID', days: 3 },
		answer: { notificationSent: { email: true, sms: false } },
	},
	Look_up_a_shared_file: {
		service: 'fileShot',
		parameters: {
			resource: 'file',
			operation: 'get',
			fileId: { __rl: true, mode: 'id', value: fromAI('file', 'ID of the file') },
			simplify: true,
		},
		says: 'Get file in FileShot',
		input: { file: 'nothing' },
		answer: { error: expect.stringContaining('FileShot responded with 404') },
		onError: 'continueRegularOutput',
	},
	Look_up_a_file: {
		service: 'filesApp',
		parameters: {
			resource: 'file',
			operation: 'get',
			fileId: { __rl: true, mode: 'id', value: fromAI('file', 'ID of the file') },
		},
		says: 'Get file in Files App',
		input: { file: 'file_unknown' },
		answer: {
			error: 'Files App responded with 404: File not found (not_found)',
			message: expect.stringContaining('Use Get Many to list the available files'),
		},
		onError: 'continueRegularOutput',
	},
	Make_a_link: {
		service: 'filestack',
		parameters: {
			resource: 'link',
			operation: 'createSigned',
			file: { __rl: true, mode: 'id', value: fromAI('handle', 'Handle of the file') },
			linkTo: 'cdn',
			expiry: 'minutes',
			expiresInMinutes: fromAI('minutes', 'Minutes', 'number'),
		},
		says: 'Create signed link in Filestack',
		input: { handle: 's7tdGfE5RRKFUxwsZoYv', minutes: 15 },
		answer: { handle: 's7tdGfE5RRKFUxwsZoYv' },
	},
	Begin_a_package: {
		service: 'speedyFiles',
		parameters: {
			resource: 'package',
			operation: 'create',
			title: fromAI('title', 'Title'),
			recipientEmail: fromAI('email', 'Who gets it'),
			recipientName: fromAI('name', 'Their name'),
			direction: 'outbound',
			ttlDays: 7,
		},
		says: 'Create package in SpeedyFiles',
		input: { title: 'Q4 financials', email: 'cfo@acme.com', name: 'Acme CFO' },
		answer: { title: 'Q4 financials', recipientEmail: 'cfo@acme.com', status: 'draft' },
	},
	Send_a_file_from_the_web: {
		service: 'speedyFiles',
		parameters: {
			resource: 'package',
			operation: 'send',
			title: 'From the web',
			recipientEmail: fromAI('email', 'Who gets it'),
			recipientName: 'Tom',
			source: 'url',
			url: fromAI('url', 'URL of the file'),
			ttlDays: 7,
		},
		says: 'Send files in SpeedyFiles',
		input: { email: 'tom@example.com', url: '' },
		answer: {
			recipientEmail: 'tom@example.com',
			files: [expect.objectContaining({ name: 'report.pdf', sha256: sha256(FILE) })],
		},
	},
};

let environment: TestSystem;
let model: ChatModel;
let execution: Execution;

beforeAll(async () => {
	await web.start();
	TOOLS.Send_a_file_from_the_web.input.url = `${web.url}/report.pdf`;
	environment = await startTestSystem({ version: HOST });
	model = await ChatModel.start(() =>
		Object.entries(TOOLS).map(([tool, { input }]) => ({ tool, input })),
	);
	execution = await runAgent(model, TOOLS, 'Use every tool.');
}, INSTALL_MS);

afterAll(async () => {
	await web.stop();
	await model?.stop();
	await environment?.stop();
});

/** Runs n8n's AI Agent with tools and a chat model. */
async function runAgent(
	{ url }: ChatModel,
	wanted: Readonly<Record<string, Pick<Tool, 'service' | 'parameters' | 'onError'>>>,
	prompt: string,
): Promise<Execution> {
	const tools = Object.entries(wanted).map(([tool, { service, parameters, onError }]) =>
		node(tool, `n8n-nodes-file-delivery.${service}Tool`, parameters, {
			credentials: credentialsFor(environment, service),
			...(onError && { onError }),
		}),
	);
	const agent = node(
		'Agent',
		'@n8n/n8n-nodes-langchain.agent',
		{ promptType: 'define', text: prompt, options: {} },
		{ typeVersion: 3 },
	);
	const chat = await chatModelNode(environment.rest, 'Model', url);
	const to = (type: string) => ({ [type]: [[{ node: 'Agent', type, index: 0 }]] });
	const workflow = await upsertWorkflow(environment.rest, {
		name: 'AI tools',
		nodes: [node('Start', 'n8n-nodes-base.manualTrigger'), agent, chat, ...tools],
		connections: {
			Start: to('main'),
			Model: to('ai_languageModel'),
			...Object.fromEntries(tools.map((tool) => [tool.name, to('ai_tool')])),
		},
	});
	return await waitForExecution(environment.rest, await runManually(environment.rest, workflow));
}

describe(`the nodes as tools of n8n’s AI Agent (${HOST})`, () => {
	it('runs successfully', () => {
		expect([execution.status, execution.error]).toEqual(['success', undefined]);
		expect(execution.items.Agent[0].json.output).toBe('Done.');
	});

	it('offers the model a description and the parameters of each tool', () => {
		const offered = model.requests[0].tools.map(({ function: about }) => [
			about.name,
			about.description,
			Object.keys((about.parameters as { properties: object }).properties),
		]);
		const wanted = Object.entries(TOOLS).map(([name, { says, input }]) => [
			name,
			says,
			Object.keys(input),
		]);
		expect(offered.sort()).toEqual(wanted.sort());
	});

	it.each(Object.keys(TOOLS))('%s returns a result to the model', (name) => {
		const response = model.answers[Object.keys(TOOLS).indexOf(name)];
		expect(JSON.parse(response)).toEqual([expect.objectContaining(TOOLS[name].answer)]);
	});

	it('creates what the model requested', async () => {
		const portal = new PortalClient(environment.sandbox.info.portal);
		const [session] = await portal.list('services/fileCourier/sessions');
		expect(session).toMatchObject({ recipientEmail: 'anna@example.com', subject: 'Your ID' });
		const requests = await portal.list('requests');
		expect(requests.map(({ service, path, status }) => [service, path, status])).toContainEqual([
			'speedyFiles',
			'/api/v1/packages',
			201,
		]);
	});

	it('never sends a secret to the model', () => {
		const seenByModel = JSON.stringify(model.requests);
		for (const { data } of sandboxCredentials(environment.sandbox.info)) {
			for (const [field, value] of Object.entries(data)) {
				if (/secret|token|apiKey/i.test(field)) expect(seenByModel).not.toContain(value);
			}
		}
	});
});

it('an agent that is asked for a thumbnail replies with a link to it', async () => {
	const photo = await sharp({
		create: { width: 600, height: 400, channels: 3, background: 'teal' },
	})
		.jpeg()
		.toBuffer();
	const handle = await storedInFilestack(photo);
	const tools = {
		Make_a_thumbnail: {
			service: 'filestack',
			parameters: {
				...{ resource: 'image', operation: 'resize', source: 'file' },
				file: { __rl: true, mode: 'id', value: fromAI('handle', 'Handle of the image') },
				width: fromAI('width', 'Width in pixels', 'number'),
				...{ height: 0, fit: 'clip', output: 'link' },
				expiry: 'minutes',
				expiresInMinutes: fromAI('minutes', 'Minutes until the link expires', 'number'),
			},
		},
	};
	const thumbnails = await ChatModel.start(
		({ messages }) => {
			const [, named] = /handle ([\w-]{20})/.exec(JSON.stringify(messages))!;
			const input = { handle: named, width: 150, minutes: 30 };
			return [{ tool: 'Make_a_thumbnail', input }];
		},
		({ messages }) => {
			const [{ url }] = JSON.parse(String(messages.at(-1)!.content)) as [{ url: string }];
			return `Here it is: ${url}`;
		},
	);
	try {
		const prompt = `Make a thumbnail of this file and give me a link. The file has the handle ${handle}`;
		const { status, items } = await runAgent(thumbnails, tools, prompt);
		expect(status).toBe('success');
		const [, url] = /^Here it is: (http\S+)$/.exec(String(items.Agent[0].json.output))!;
		const { data } = await axios.get<Buffer>(url, { responseType: 'arraybuffer' });
		const { width, height, format } = await sharp(data).metadata();
		expect([width, height, format]).toEqual([150, 100, 'jpeg']);
		const { appSecret } = environment.sandbox.info.services.filestack.credentials;
		expect(JSON.stringify(thumbnails.requests)).not.toContain(appSecret);
	} finally {
		await thumbnails.stop();
	}
});

/** Stores an image in Filestack's simulation without a signature and returns its handle. */
async function storedInFilestack(image: Buffer): Promise<string> {
	const { portal, services } = environment.sandbox.info;
	const settings = `${portal}/api/services/filestack/settings`;
	await axios.patch(settings, { security: 'off' });
	const { baseUrl, apiKey } = services.filestack.credentials;
	const { data } = await axios.post<{ url: string }>(
		`${baseUrl}/api/store/S3?key=${apiKey}&filename=photo.jpg`,
		image,
		{ headers: { 'content-type': 'image/jpeg' } },
	);
	await axios.patch(settings, { security: 'on' });
	return data.url.split('/').at(-1)!;
}
