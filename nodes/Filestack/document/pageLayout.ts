import type { Field } from '../../shared/node/schema';
import { PAGE_FORMATS } from '../processing/rules';
import { choiceField } from '../processing/taskFields';

/** The options for the pages of a PDF (Filestack docs, Document conversion and PDF conversion). */
export const pageLayoutOptions: Field[] = [
	choiceField(
		{ displayName: 'Page Format', name: 'pageformat', description: 'The size of the pages' },
		PAGE_FORMATS,
		'a4',
	),
	choiceField(
		{
			displayName: 'Page Orientation',
			name: 'pageorientation',
			description: 'The orientation of the pages',
		},
		['landscape', 'portrait'],
		'portrait',
	),
];
