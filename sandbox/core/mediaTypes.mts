import { extname } from 'node:path';

/** Common file types. */
const TYPES: Readonly<Record<string, string>> = {
	'.csv': 'text/csv',
	'.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	'.gif': 'image/gif',
	'.html': 'text/html',
	'.jpeg': 'image/jpeg',
	'.jpg': 'image/jpeg',
	'.json': 'application/json',
	'.mov': 'video/quicktime',
	'.mp3': 'audio/mpeg',
	'.mp4': 'video/mp4',
	'.pdf': 'application/pdf',
	'.png': 'image/png',
	'.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
	'.svg': 'image/svg+xml',
	'.txt': 'text/plain',
	'.webp': 'image/webp',
	'.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	'.xml': 'application/xml',
	'.zip': 'application/zip',
};

/** Returns the media type of a file name, for uploads that do not specify one. */
export function typeOfName(name: string): string {
	return TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
}
