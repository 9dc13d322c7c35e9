import type { Case, OwnCase } from '../case.mts';
import { download } from './download.mts';
import { encryption } from './encryption.mts';
import { growthOfItems, growthOfTransfers } from './growth.mts';
import { items } from './items.mts';
import { load } from './load.mts';
import { outage } from './outage.mts';
import { parts } from './parts.mts';
import { passOn } from './passOn.mts';
import { ranges } from './ranges.mts';
import { start } from './start.mts';
import { thumbnails } from './thumbnails.mts';
import { trigger, triggerLazy } from './trigger.mts';
import { triggerProfile, triggerProfileLazy } from './triggerProfile.mts';
import { triggerQueue } from './triggerQueue.mts';
import { upload } from './upload.mts';

/** The cases by name, in the order in which they run and are reported. */
export const cases: Readonly<Record<string, Case | OwnCase>> = {
	upload,
	download,
	parts,
	ranges,
	passOn,
	encryption,
	outage,
	items,
	growthOfItems,
	growthOfTransfers,
	thumbnails,
	trigger,
	triggerLazy,
	triggerProfile,
	triggerProfileLazy,
	triggerQueue,
	load,
	start,
};
