const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** Returns a media type without its parameters, in lower case. */
export const mediaType = (text: string): string => text.split(';')[0].trim().toLowerCase();

/** The types of bodies that Filestack parses as a form or searches for a URL instead of storing them. */
const PARSED_BY_FILESTACK = /^(application\/(json|x-www-form-urlencoded)|multipart\/.*)$/i;

/** Returns the Content-Type for a file that is the whole body, so that Filestack stores a file of any type as it is. */
export const bodyContentType = (mimeType = ''): string =>
	MEDIA_TYPE.test(mimeType) && !PARSED_BY_FILESTACK.test(mimeType)
		? mimeType
		: 'application/octet-stream';
