const TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** The media type alone, without its parameters. */
export const mediaType = (text: string): string => text.split(';')[0].trim().toLowerCase();

/** Bodies of these types are not the file: Filestack looks into them for a URL to fetch, or for a form. */
const READ_BY_FILESTACK = /^(application\/(json|x-www-form-urlencoded)|multipart\/.*)$/i;

/** The Content-Type with which a file is sent as the whole body, so that it is taken for a file whatever it is. */
export const bodyType = (mimeType = ''): string =>
	TYPE.test(mimeType) && !READ_BY_FILESTACK.test(mimeType) ? mimeType : 'application/octet-stream';
