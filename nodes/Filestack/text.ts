import { type ExpectedBody, isJsonObject, type JsonRecord } from '../shared/http/service';
import type { Operation, Resource } from '../shared/node/operation';
import { type Field, invalidParameter } from '../shared/node/schema';
import { timeoutOf, timeoutOption } from './processing/output';
import { fetchTaskResult } from './processing/request';

const textField: Field = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	required: true,
	default: '',
	typeOptions: { rows: 3 },
	placeholder: 'e.g. Thank you for the quick delivery!',
	description: 'The text to analyze. It is sent as part of a URL, so it must be short.',
};

/** Characters; longer URLs are rejected by many servers. */
const MAX_LENGTH = 4000;

/** Filestack docs, Text sentiment. */
const languageOption: Field = {
	displayName: 'Language',
	name: 'language',
	type: 'options',
	options: [
		{ name: 'Arabic', value: 'ar' },
		{ name: 'Chinese (Simplified)', value: 'zh' },
		{ name: 'Chinese (Traditional)', value: 'zh-TW' },
		{ name: 'Detect Automatically', value: 'auto' },
		{ name: 'English', value: 'en' },
		{ name: 'French', value: 'fr' },
		{ name: 'German', value: 'de' },
		{ name: 'Hindi', value: 'hi' },
		{ name: 'Italian', value: 'it' },
		{ name: 'Japanese', value: 'ja' },
		{ name: 'Korean', value: 'ko' },
		{ name: 'Portuguese', value: 'pt' },
		{ name: 'Spanish', value: 'es' },
	],
	default: 'auto',
	description: 'The language of the text',
};

const EMOTIONS: ExpectedBody<JsonRecord> = {
	what: 'the sentiment of the text',
	read: (body) => (isJsonObject(body) && isJsonObject(body.emotions) ? body.emotions : undefined),
};

const analyzeSentiment: Operation = {
	value: 'analyzeSentiment',
	name: 'Analyze Sentiment',
	action: 'Analyze sentiment of text',
	description: 'Find out whether a text is positive, negative, neutral or mixed',
	fields: [textField],
	options: [languageOption, timeoutOption],
	async execute(item) {
		const text = item.parameter<string>(textField.name).trim();
		if (encodeURIComponent(text).length > MAX_LENGTH) {
			const advice = `Shorten it, for example with {{ $json.text.slice(0, 1000) }}. Up to ${MAX_LENGTH} characters fit, and fewer for scripts other than Latin.`;
			throw invalidParameter(item, textField.displayName, 'is too long', advice);
		}
		const language = item.option<string>('language');
		const emotions = await fetchTaskResult(item, {
			tasks: [{ name: 'text_sentiment', params: { text, ...(language && { language }) } }],
			calls: ['convert'],
			alwaysSigned: 'Analyzing a text',
			expects: EMOTIONS,
			timeout: timeoutOf(item),
		});
		const scores = Object.entries(emotions).filter(([, score]) => Number.isFinite(Number(score)));
		const [sentiment] = scores.sort(([, a], [, b]) => Number(b) - Number(a))[0] ?? [];
		return { json: { sentiment: sentiment?.toLowerCase(), emotions: emotions as never } };
	},
};

export const text: Resource = {
	value: 'text',
	name: 'Text',
	operations: [analyzeSentiment],
	initial: analyzeSentiment.value,
};
