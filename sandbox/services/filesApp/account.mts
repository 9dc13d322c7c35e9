import type { ServiceContext } from '../../core/service.mts';
import { Changes } from './changes.mts';
import { ChunkUploads } from './chunkUploads.mts';
import { Files } from './files.mts';
import { Shares } from './shares.mts';

/** The data of the simulation's only account. */
export interface Account {
	files: Files;
	changes: Changes;
	uploads: ChunkUploads;
	shares: Shares;
}

export async function openAccount(context: ServiceContext): Promise<Account> {
	const changes = await Changes.open(context);
	const files = await Files.open(context, changes);
	const uploads = await ChunkUploads.open(context, files);
	return { files, changes, uploads, shares: await Shares.open(context) };
}
