import type { Case } from '../case.mts';
import { download } from './download.mts';
import { items } from './items.mts';
import { load } from './load.mts';
import { outage } from './outage.mts';
import { parts } from './parts.mts';
import { passOn } from './passOn.mts';
import { ranges } from './ranges.mts';
import { thumbnails } from './thumbnails.mts';
import { trigger, triggerLazy } from './trigger.mts';
import { upload } from './upload.mts';

/** The cases by name, in the order in which they run and are reported. */
export const cases: Readonly<Record<string, Case>> = {
	upload,
	download,
	parts,
	ranges,
	passOn,
	outage,
	items,
	thumbnails,
	trigger,
	triggerLazy,
	load,
};
