import { type Essential, isJsonObject, type Json, textOf } from '../../shared/http/service';
import { extractHandle } from '../handle';

/** A stored file. The URL or handle is required, because a response without one may mean that no file was stored. */
export const STORED: Essential<Json> = {
	what: 'the URL or handle of the file',
	read(body) {
		if (!isJsonObject(body)) return undefined;
		const handle = textOf(body.handle) ?? extractHandle(textOf(body.url) ?? '');
		return handle !== '' && !/[/\s]/.test(handle) ? body : undefined;
	},
};

/** An overwritten file. Any description is accepted, because the handle is already known. */
export const OVERWRITTEN: Essential<Json> = {
	what: 'a description of the file',
	read: (body) =>
		isJsonObject(body) && ['url', 'handle', 'filename'].some((field) => textOf(body[field]))
			? body
			: undefined,
};
