import type { TestFile } from '../support/binary';

/** The files that the steps upload. */
export const REPORT: TestFile = {
	name: 'report.pdf',
	type: 'application/pdf',
	bytes: Buffer.from('%PDF-1.7'),
};

/** A video for the simulation, which does not look at the content. */
export const FILM: TestFile = {
	name: 'film.mov',
	type: 'video/quicktime',
	bytes: Buffer.from('video'),
};
