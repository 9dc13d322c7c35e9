/** The beginning of a stack trace, in text, in JSON and in HTML. */
const FIRST_FRAME = /(?:\r?\n|\\n|<br>)(?:\s|&nbsp;)+at\s+\S/;

/** A property with a stack trace. Responses are stored only in part, so the end of the JSON may be missing. */
const STACK_PROPERTY = /,?\s*"stack(?:trace)?"\s*:/i;

/**
 * Describes the response of a webhook's receiver: the message in it, or its text, without a stack trace. n8n sends one with
 * an error.
 */
export function describeResponse(answer: string): string {
	const parsed = parseObject(answer) ?? parseObject(`${answer.split(STACK_PROPERTY)[0]}}`);
	const message = parsed?.message ?? parsed?.error;
	if (typeof message === 'string') {
		const { hint } = parsed!;
		return withoutStack([message, ...(typeof hint === 'string' ? [hint] : [])].join(' '));
	}
	return withoutStack(answer.split(STACK_PROPERTY)[0]);
}

function withoutStack(text: string): string {
	const at = text.search(FIRST_FRAME);
	return at < 0 ? text : text.slice(0, at);
}

function parseObject(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}
