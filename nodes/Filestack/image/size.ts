import { type ExpectedBody, isJsonObject } from '../../shared/http/service';
import type { Operation } from '../../shared/node/operation';
import { cacheOption } from '../file/fields';
import { isHandle } from '../processing/grammar';
import { timeoutOf, timeoutOption } from '../processing/output';
import { cacheTasks, fetchTaskResult } from '../processing/request';
import { readSource, sourceFields } from '../processing/sources';

interface Size {
	/** Pixels. */
	width: number;
	height: number;
}

const SIZE: ExpectedBody<Size> = {
	what: 'the width and height of the image',
	read: (body) =>
		isJsonObject(body) && Number(body.width) > 0 && Number(body.height) > 0
			? { width: Number(body.width), height: Number(body.height) }
			: undefined,
};

export const getSize: Operation = {
	value: 'getSize',
	name: 'Get Size',
	action: 'Get image size',
	description: 'Get the width and height of an image in pixels',
	fields: sourceFields,
	options: [cacheOption, timeoutOption],
	async execute(item) {
		const sources = readSource(item);
		const size = await fetchTaskResult(item, {
			tasks: [...cacheTasks(item), { name: 'imagesize' }],
			sources,
			calls: ['read', 'convert'],
			expects: SIZE,
			timeout: timeoutOf(item),
		});
		return {
			json: { ...(isHandle(sources) ? { handle: sources } : { source: sources }), ...size },
		};
	},
};
