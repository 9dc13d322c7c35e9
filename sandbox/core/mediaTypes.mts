import mime from 'mime';

/** Returns the media type of a file name, for uploads that do not specify one. */
export const typeOfName = (name: string): string =>
	mime.getType(name) ?? 'application/octet-stream';
