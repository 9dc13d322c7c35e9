import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ChatMessage {
	role: string;
	content: unknown;
	tool_calls?: unknown[];
}

export interface ChatRequest {
	messages: ChatMessage[];
	/** The tools that the agent offers. */
	tools: Array<{ function: { name: string; description: string; parameters: object } }>;
}

export interface ToolCall {
	tool: string;
	input: object;
}

/** Returns the tools to call next or the final reply, given the messages so far. */
type Round = (asked: ChatRequest) => ToolCall[] | string;

/**
 * A scripted chat model: calls the tools of each round that the test requests, and then reports that it is done, unless the
 * last round returns a reply. Implements OpenAI's chat completions (OpenAI API reference), which n8n's own chat model node
 * uses.
 */
export class ChatModel {
	/** The received requests, in order. */
	readonly requests: ChatRequest[] = [];
	private readonly server = createServer((request, response) => {
		void json(request).then((body) => {
			const asked = body as ChatRequest;
			this.requests.push(asked);
			const round = this.rounds.at(asked.messages.filter((one) => one.tool_calls).length);
			const next = round?.(asked) ?? 'Done.';
			const message =
				typeof next === 'string'
					? { content: next }
					: { content: null, tool_calls: toolCalls(next) };
			response.setHeader('content-type', 'application/json');
			response.end(
				JSON.stringify({
					id: `chat-${this.requests.length}`,
					object: 'chat.completion',
					created: 0,
					model: 'none',
					choices: [
						{
							index: 0,
							message: { role: 'assistant', ...message },
							finish_reason: typeof next === 'string' ? 'stop' : 'tool_calls',
						},
					],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				}),
			);
		});
	});

	private constructor(private readonly rounds: Round[]) {}

	static async start(...rounds: Round[]): Promise<ChatModel> {
		const model = new ChatModel(rounds);
		await new Promise<void>((done) => model.server.listen(0, '127.0.0.1', done));
		return model;
	}

	/** The base URL for the credential. */
	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
	}

	/** The results of the tools, in the order of the calls. */
	get answers(): string[] {
		const last = this.requests.at(-1)?.messages ?? [];
		return last.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}
}

const toolCalls = (calls: ToolCall[]) =>
	calls.map(({ tool, input }, index) => ({
		id: `call_${index}`,
		type: 'function',
		function: { name: tool, arguments: JSON.stringify(input) },
	}));
