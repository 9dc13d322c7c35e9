import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ChatMessage {
	role: string;
	content: unknown;
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

/**
 * A scripted chat model: calls all tools that the test requests and then reports that it is done. Implements OpenAI's
 * chat completions (OpenAI API reference), which n8n's own chat model node uses.
 */
export class ChatModel {
	/** The received requests, in order. */
	readonly requests: ChatRequest[] = [];
	private readonly server = createServer((request, response) => {
		void json(request).then((body) => {
			const asked = body as ChatRequest;
			this.requests.push(asked);
			const isAnswered = asked.messages.some(({ role }) => role === 'tool');
			const message = isAnswered
				? { content: 'Done.' }
				: { content: null, tool_calls: this.toolCalls(asked) };
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
							finish_reason: isAnswered ? 'stop' : 'tool_calls',
						},
					],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				}),
			);
		});
	});

	private constructor(private readonly calls: (asked: ChatRequest) => ToolCall[]) {}

	/** @param calls returns the tools to call for a request */
	static async start(calls: (asked: ChatRequest) => ToolCall[]): Promise<ChatModel> {
		const model = new ChatModel(calls);
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

	private toolCalls(asked: ChatRequest) {
		return this.calls(asked).map(({ tool, input }, index) => ({
			id: `call_${index}`,
			type: 'function',
			function: { name: tool, arguments: JSON.stringify(input) },
		}));
	}
}
