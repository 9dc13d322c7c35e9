import { document, type OpenApi } from '../../core/openapi.mts';
import { cdnPaths } from './openapiCdn.mts';
import { fileApiPaths } from './openapiFileApi.mts';
import { uploadPaths } from './openapiUpload.mts';

/**
 * Filestack in OpenAPI 3, a document for each origin, since their paths overlap. Filestack publishes none: these are
 * made of its docs and of what its SDKs send and read, and are what the sandbox's answers are held against.
 */
export const openapi: Readonly<Record<'api' | 'cdn' | 'process' | 'upload', OpenApi>> = {
	api: document('Filestack File API', '/', fileApiPaths),
	cdn: document('Filestack CDN', '/', cdnPaths),
	process: document('Filestack Processing', '/', { '/process': cdnPaths['/process'] }),
	upload: document('Filestack Upload API', '/', uploadPaths),
};
