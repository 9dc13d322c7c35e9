import { type Essential, isJsonObject, type Json, textOf } from '../../shared/service';
import { handleIn } from '../handle';

/** A stored file: a response that does not say where it is may be one of a file that was not stored. */
export const STORED: Essential<Json> = {
	what: 'the URL or handle of the file',
	read(body) {
		if (!isJsonObject(body)) return undefined;
		const handle = textOf(body.handle) ?? handleIn(textOf(body.url) ?? '');
		return handle !== '' && !/[/\s]/.test(handle) ? body : undefined;
	},
};

/** A file that was overwritten: its handle is known, so that any description of it will do. */
export const OVERWRITTEN: Essential<Json> = {
	what: 'a description of the file',
	read: (body) =>
		isJsonObject(body) && ['url', 'handle', 'filename'].some((field) => textOf(body[field]))
			? body
			: undefined,
};
