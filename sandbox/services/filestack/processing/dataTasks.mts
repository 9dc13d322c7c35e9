import { createHash } from 'node:crypto';
import type { Parameters } from './task.mts';
import { FilestackError } from '../error.mts';
import { describePdf } from './documents.mts';
import { faceBoxes } from './faces.mts';
import { type Content, describeImage } from './image.mts';
import { textOf } from './taskRules.mts';

const DATA: Readonly<Record<string, (content: Content, parameters: Parameters) => unknown>> = {
	imagesize: async ({ bytes }) => {
		const { width, height } = await describeImage(bytes);
		return { height, width };
	},
	detect_faces: async ({ bytes }) => {
		const { width, height } = await describeImage(bytes);
		return faceBoxes(bytes, width, height);
	},
	pdfinfo: async (content) => await describePdf(content),
	tags: ({ bytes }) => {
		const [a, b] = createHash('sha256').update(bytes).digest();
		return { tags: { auto: { document: 50 + (a % 50), paper: 30 + (b % 50) }, user: null } };
	},
	sfw: ({ filename }) => ({ sfw: !/nsfw/i.test(filename) }),
	caption: ({ filename }) => ({ caption: `a picture of ${filename.replace(/\.\w+$/, '')}` }),
	ocr: ({ bytes, mimetype, filename }) => {
		const text = mimetype.startsWith('text/') ? bytes.toString() : `Text of ${filename}`;
		const corners = [
			...[
				{ x: 0, y: 0 },
				{ x: 100, y: 0 },
			],
			...[
				{ x: 100, y: 20 },
				{ x: 0, y: 20 },
			],
		];
		const lines = text.split('\n').map((line) => ({
			bounding_box: corners,
			text: line,
			words: line.split(' ').map((word) => ({ bounding_box: corners, text: word })),
		}));
		return {
			document: { text_areas: [{ bounding_box: corners, lines, text }] },
			text,
			text_area_percentage: 23.4,
		};
	},
	doc_detection: async ({ bytes }) => {
		const { width, height } = await describeImage(bytes);
		return { coords: { x: 0, y: 0, width, height } };
	},
	image_sentiment: () => ({ emotions: { HAPPY: 99.7 } }),
	copyright: () => ({ copyright: false, licenses: [] }),
};

export const isDataTask = (name: string, parameters: Parameters): boolean => {
	if (name === 'detect_faces') return textOf(parameters, 'export') === 'true';
	if (name === 'doc_detection') return textOf(parameters, 'coords') === 'true';
	return Object.hasOwn(DATA, name);
};

/** Runs a task whose result is JSON. The results are fixed or derived from the file, because the sandbox has no AI. */
export async function runDataTask(
	name: string,
	parameters: Parameters,
	content: Content,
): Promise<unknown> {
	return await DATA[name](content, parameters);
}

const POSITIVE = ['good', 'great', 'happy', 'love', 'thanks', 'excellent'];
const NEGATIVE = ['bad', 'broken', 'angry', 'hate', 'terrible', 'refund'];

/** `text_sentiment`: counts a few words. */
export function textSentiment(parameters: Parameters): object {
	const text = textOf(parameters, 'text').toLowerCase();
	if (text.trim() === '')
		throw new FilestackError(400, 'invalid parameter `text` for `text_sentiment` task');
	const count = (words: readonly string[]) =>
		words.filter((word) => new RegExp(`\\b${word}\\b`).test(text)).length;
	const [positive, negative] = [count(POSITIVE), count(NEGATIVE)];
	const total = positive + negative + 1;
	const share = (part: number) => Math.round((part / total) * 100) / 100;
	return {
		emotions: {
			Positive: share(positive),
			Negative: share(negative),
			Neutral: share(1),
			Mixed: positive > 0 && negative > 0 ? 0.1 : 0,
		},
	};
}
