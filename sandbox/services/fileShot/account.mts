import type { ServiceContext } from '../../core/service.mts';
import { ResponseShapes } from './responseShapes.mts';
import { Files } from './files.mts';
import { Folders } from './folders.mts';
import { Uploads } from './uploads.mts';

/** The data of the simulation's only account, and the shapes of its responses. */
export interface Account {
	files: Files;
	uploads: Uploads;
	folders: Folders;
	responses: ResponseShapes;
}

export async function openAccount(context: ServiceContext): Promise<Account> {
	const files = await Files.open(context);
	const uploads = await Uploads.open(context, files);
	const folders = await Folders.open(context);
	return { files, uploads, folders, responses: new ResponseShapes(context.settings, files) };
}
