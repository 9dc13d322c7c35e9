import { document } from '../../core/handwritten.mts';
import type { OpenApi } from '../../core/openapi.mts';
import { cdnPaths } from './openapiCdn.mts';
import { fileApiPaths } from './openapiFileApi.mts';
import { uploadPaths } from './openapiUpload.mts';

/**
 * Filestack's OpenAPI 3 documents, one per origin, because their paths overlap. Filestack publishes none. These are
 * derived from its docs and from the requests and responses of its SDKs, and tests check the simulation's responses
 * against them.
 */
export const openapi: Readonly<Record<'api' | 'cdn' | 'process' | 'upload', OpenApi>> = {
	api: document('Filestack File API', '/', fileApiPaths),
	cdn: document('Filestack CDN', '/', cdnPaths),
	process: document('Filestack Processing', '/', { '/process': cdnPaths['/process'] }),
	upload: document('Filestack Upload API', '/', uploadPaths),
};
