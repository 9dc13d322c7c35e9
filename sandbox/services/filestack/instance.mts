import type { ServiceContext } from '../../core/service.mts';
import type { Files } from './files.mts';
import type { Uploads } from './uploads.mts';
import type { Videos } from './videos.mts';
import type { Webhooks } from './webhooks.mts';
import type { Workflows } from './workflows.mts';

/** The components that the routes of all origins share. */
export interface Instance {
	context: ServiceContext;
	files: Files;
	uploads: Uploads;
	videos: Videos;
	webhooks: Webhooks;
	workflows: Workflows;
}
