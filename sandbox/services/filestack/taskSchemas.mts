import { exactly, integer, link, listOf, open, orNull, text } from '../../core/openapi.mts';
import { mediaType } from './schemas.mts';

/** The JSON that tasks of the CDN return (Filestack docs, Processing, Intelligence, Video and Workflows API). */

const number = { type: 'number' } as const;
const date = { type: 'string', format: 'date-time' } as const;
/** Values by name. */
const map = (items: object): object => ({ type: 'object', additionalProperties: items });

const point = exactly({ x: number, y: number });
const box = { bounding_box: listOf(point), text };
const line = exactly({ ...box, words: listOf(exactly(box)) });
const emotions = exactly({ emotions: map(number) });
const area = exactly({ x: number, y: number, width: number, height: number });

/** The results of tasks without parameters, by their name. */
export const taskData: Readonly<Record<string, object>> = {
	caption: exactly({ caption: text }),
	copyright: exactly({ copyright: { type: 'boolean' }, licenses: listOf({ type: 'object' }) }),
	image_sentiment: emotions,
	ocr: exactly({
		document: exactly({ text_areas: listOf(exactly({ ...box, lines: listOf(line) })) }),
		text,
		text_area_percentage: number,
	}),
	pdfinfo: { type: 'object' },
	sfw: exactly({ sfw: { type: 'boolean' } }),
	tags: exactly({ tags: exactly({ auto: map(number), user: orNull({ type: 'object' }) }) }),
};

const job = {
	...{ createdAt: date, updatedAt: date },
	...{ jobid: text, workflow: text, sources: listOf(text) },
	status: { type: 'string', enum: ['Started', 'Finished', 'Failed'] },
};

/** A stored file. */
export const fileFields = {
	url: link,
	filename: text,
	size: integer,
	type: mediaType,
	container: text,
	key: text,
};
const stored = exactly({ ...fileFields, handle: text }, ['handle']);

const video = open({
	uuid: text,
	status: { type: 'string', enum: ['started', 'pending', 'completed', 'failed'] },
	// Seconds since 1970, as text.
	timestamp: { type: 'string', pattern: '^\\d+$' },
	data: open({ url: link, thumb: link }, ['url', 'thumb']),
	metadata: exactly({ result: { type: 'object' }, source: { type: 'object' } }),
});

/** The results of all tasks that return JSON. */
export const dataOfTasks: readonly object[] = [
	...Object.values(taskData).filter((schema) => schema !== taskData.pdfinfo),
	...[stored, video, exactly(job), exactly({ ...job, ttl: integer, results: { type: 'object' } })],
	// A chain of several analyses.
	exactly({ caption: text, sfw: { type: 'boolean' }, tags: { type: 'object' } }, [
		...['caption', 'sfw', 'tags'],
	]),
	exactly({ coords: area }),
	listOf(area),
	exactly({ width: integer, height: integer }),
	exactly({ numpages: integer, dimensions: exactly({ width: integer, height: integer }) }),
	exactly({ error: text }),
];

/** `debug/…` (Filestack docs, Debug). */
export const debugged = open({
	apikey: text,
	status: exactly({ message: text, http_code: integer }),
	source: open({ url: text }),
	debug: { type: 'boolean', enum: [true] },
	chain: listOf(open({ name: text })),
});
