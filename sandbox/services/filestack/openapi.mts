import { cdnPaths } from './openapiCdn.mts';
import { fileApiPaths } from './openapiFileApi.mts';
import { uploadPaths } from './openapiUpload.mts';

interface Document {
	openapi: string;
	info: { title: string; version: string; description?: string };
	servers: { url: string }[];
	paths: Record<string, object>;
}

/**
 * Filestack in OpenAPI 3, a document for each origin, since their paths overlap. Filestack publishes none: these are
 * made of its docs and of what its SDKs send and read, and are what the sandbox's answers are held against.
 */
export const openapi: Readonly<Record<'api' | 'cdn' | 'process' | 'upload', Document>> = {
	api: document('Filestack File API', 'https://www.filestackapi.com', fileApiPaths),
	cdn: document('Filestack CDN', 'https://cdn.filestackcontent.com', cdnPaths),
	process: document('Filestack Processing', 'https://process.filestackapi.com', {
		'/process': cdnPaths['/process'],
	}),
	upload: document('Filestack Upload API', 'https://upload.filestackapi.com', uploadPaths),
};

function document(title: string, url: string, paths: Record<string, object>): Document {
	// The server has no path of its own: the sandbox's ports are as good as the real host.
	const servers = [{ url: '/' }];
	const description = `Stands for ${url}`;
	return { openapi: '3.0.3', info: { title, version: '1.0.0', description }, servers, paths };
}
