import { PDFDocument, StandardFonts } from 'pdf-lib';
import sharp from 'sharp';
import type { Parameters } from './task.mts';
import { FilestackError } from '../error.mts';
import { type Content, convertImage, withExtension } from './image.mts';
import { invalidParameter, numberOf, textOf } from './taskRules.mts';

const OFFICE = 'vnd.openxmlformats-officedocument';
/** The MIME types of the formats (IANA). */
const MIME_TYPES: Readonly<Record<string, string>> = {
	doc: 'application/msword',
	docx: `application/${OFFICE}.wordprocessingml.document`,
	html: 'text/html',
	jpg: 'image/jpeg',
	odp: 'application/vnd.oasis.opendocument.presentation',
	ods: 'application/vnd.oasis.opendocument.spreadsheet',
	odt: 'application/vnd.oasis.opendocument.text',
	pdf: 'application/pdf',
	png: 'image/png',
	ppt: 'application/vnd.ms-powerpoint',
	pptx: `application/${OFFICE}.presentationml.presentation`,
	svg: 'image/svg+xml',
	txt: 'text/plain',
	webp: 'image/webp',
	xls: 'application/vnd.ms-excel',
	xlsx: `application/${OFFICE}.spreadsheetml.sheet`,
	...{ bmp: 'image/bmp', gif: 'image/gif', tiff: 'image/tiff', pjpg: 'image/jpeg' },
};

const WORDS = ['doc', 'docx', 'odt'];
const SHEETS = ['xls', 'xlsx', 'ods'];
const SLIDES = ['ppt', 'pptx', 'odp'];
const IMAGES = ['bmp', 'gif', 'jpg', 'png', 'webp', 'tiff'];

/** Filestack docs, Document conversion: from each format to the others. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
	pdf: ['jpg', 'odp', 'ods', 'odt', 'pdf', 'png', 'svg', 'txt', 'webp'],
	...each(WORDS, [...WORDS, 'html', 'jpg', 'pdf', 'png', 'svg', 'txt', 'webp']),
	...each(SHEETS, [...SHEETS, 'jpg', 'pdf', 'png', 'svg', 'webp']),
	...each(SLIDES, [...SLIDES, 'jpg', 'pdf', 'png', 'svg', 'webp']),
	...each(IMAGES, ['gif', 'jpg', 'odp', 'ods', 'odt', 'pdf', 'pjpg', 'png', 'svg', 'webp']),
	svg: ['jpg', 'odp', 'ods', 'odt', 'pdf', 'png', 'webp'],
	html: ['jpg', 'odt', 'pdf', 'svg', 'txt', 'webp'],
	txt: ['jpg', 'html', 'odt', 'pdf', 'svg', 'txt', 'webp'],
};

function each(names: readonly string[], targets: string[]): Record<string, string[]> {
	return Object.fromEntries(names.map((name) => [name, targets]));
}

/** Returns the format of a file by its MIME type or, if that is not known, by its extension. */
function formatOf({ mimetype, filename }: Content): string | undefined {
	const byType = Object.keys(MIME_TYPES).find((format) => MIME_TYPES[format] === mimetype);
	const extension = /\.(\w+)$/.exec(filename)?.[1]?.toLowerCase() ?? '';
	return byType ?? (Object.hasOwn(TARGETS, extension) ? extension : undefined);
}

/** A4 in points (ISO 216). */
const A4 = { width: 595, height: 842 };
/** Portrait sizes in points. */
const PAGE_SIZES: Readonly<Record<string, readonly [number, number]>> = {
	...{ a2: [1191, 1684], a3: [842, 1191], a4: [595, 842], a5: [420, 595] },
	...{ b4: [709, 1001], b5: [499, 709], letter: [612, 792], legal: [612, 1008] },
	tabloid: [792, 1224],
};

/** `output`: converts, or with `docinfo` describes (Filestack docs, Document conversion). */
export async function runOutput(
	content: Content,
	parameters: Parameters,
): Promise<Content | { data: unknown }> {
	if (textOf(parameters, 'docinfo') === 'true') return { data: await describeDocument(content) };
	const target = textOf(parameters, 'format');
	const source = formatOf(content);
	if (source === undefined || !TARGETS[source].includes(target)) {
		// Reported with status 200 (Filestack docs, Processing).
		return { data: { error: 'Unsupported conversion' } };
	}
	if (IMAGES.includes(source) || source === 'svg') {
		const image = await convertImage(content, target, parameters);
		if (image) return image;
	}
	if (target === source && target !== 'pdf') return content;
	return await converted(content, source, target, parameters);
}

/** Converts with a result that is valid but simple: the sandbox cannot render Office documents. */
async function converted(
	content: Content,
	source: string,
	target: string,
	parameters: Parameters,
): Promise<Content> {
	const { filename } = content;
	const result = { mimetype: MIME_TYPES[target], filename: withExtension(filename, target) };
	if (target === 'pdf') {
		const bytes = source === 'pdf' ? content.bytes : await onePagePdf(filename, parameters);
		return { ...result, bytes };
	}
	if (['jpg', 'pjpg', 'png', 'webp'].includes(target)) {
		const { numpages, dimensions } = await describeDocument(content);
		if (numberOf(parameters, 'page', 1) > numpages) throw invalidParameter('output', 'page');
		const scale = numberOf(parameters, 'density', 72) / 72;
		const width = Math.round(dimensions.width * scale);
		const height = Math.round(dimensions.height * scale);
		const image = sharp({ create: { width, height, channels: 3, background: 'white' } });
		const format = target === 'png' || target === 'webp' ? target : 'jpeg';
		return { ...result, bytes: await image.toFormat(format).toBuffer() };
	}
	const text = source === 'txt' ? content.bytes.toString() : `Text of ${filename}`;
	const written: Readonly<Record<string, string>> = {
		html: `<!doctype html><p>${text.replace(/[<&]/g, ' ')}</p>`,
		txt: text,
		svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${A4.width}" height="${A4.height}"/>`,
	};
	return { ...result, bytes: Buffer.from(written[target] ?? text) };
}

async function onePagePdf(filename: string, parameters: Parameters): Promise<Buffer> {
	const pdf = await PDFDocument.create();
	const page = pdf.addPage(pageSize(parameters) ?? [A4.width, A4.height]);
	const font = await pdf.embedFont(StandardFonts.Helvetica);
	page.drawText(filename.replace(/[^\x20-\x7e]/g, '?'), { x: 40, y: page.getHeight() - 60, font });
	return Buffer.from(await pdf.save());
}

/** Returns the requested width and height in points. */
function pageSize(parameters: Parameters): [number, number] | undefined {
	const [width, height] = PAGE_SIZES[textOf(parameters, 'pageformat')] ?? [];
	const isLandscape = textOf(parameters, 'pageorientation') === 'landscape';
	if (width === undefined) return isLandscape ? [A4.height, A4.width] : undefined;
	return isLandscape ? [height, width] : [width, height];
}

interface DocumentInfo {
	numpages: number;
	dimensions: { width: number; height: number };
}

/** `output=docinfo:true` (Filestack docs, Document conversion). */
async function describeDocument(content: Content): Promise<DocumentInfo> {
	if (formatOf(content) !== 'pdf') return { numpages: 1, dimensions: A4 };
	const pdf = await openPdf(content);
	const { width, height } = pdf.getPage(0).getSize();
	const dimensions = { width: Math.round(width), height: Math.round(height) };
	return { numpages: pdf.getPageCount(), dimensions };
}

/** @throws {FilestackError} */
async function openPdf({ bytes }: Content): Promise<PDFDocument> {
	try {
		return await PDFDocument.load(bytes);
	} catch {
		throw new FilestackError(400, 'Unsupported input format');
	}
}

/** `pdfinfo`; the shape of the result is not documented. */
export async function describePdf(content: Content): Promise<object> {
	const pdf = await openPdf(content);
	return {
		pages: pdf.getPages().map((page, index) => ({ number: index + 1, ...page.getSize() })),
		metadata: { title: pdf.getTitle() ?? null, author: pdf.getAuthor() ?? null },
	};
}

/** `pdfconvert`: selects pages and changes their size (Filestack docs, PDF conversion). */
export async function convertPdf(content: Content, parameters: Parameters): Promise<Content> {
	const source = await openPdf(content);
	const pdf = await PDFDocument.create();
	const count = source.getPageCount();
	const wanted = (parameters.pages as string[] | undefined) ?? [`1-${count}`];
	const indexes = wanted.flatMap((range) => pagesIn(range, count));
	for (const page of await pdf.copyPages(source, indexes)) pdf.addPage(page);
	const size = pageSize(parameters);
	if (size) for (const page of pdf.getPages()) page.setSize(...size);
	return {
		bytes: Buffer.from(await pdf.save()),
		mimetype: MIME_TYPES.pdf,
		filename: withExtension(content.filename, 'pdf'),
	};
}

/** Returns the page indexes of `3`, `3-5`, `3-` or `-2`. */
function pagesIn(range: string, count: number): number[] {
	const [, first, dash, last] = /^(\d*)(-?)(\d*)$/.exec(range) ?? [];
	const from = Number(first || 1);
	const to = dash ? Number(last || count) : from;
	const isValid = first !== undefined && range !== '' && from >= 1 && to >= from && to <= count;
	if (!isValid) throw invalidParameter('pdfconvert', 'pages');
	return Array.from({ length: to - from + 1 }, (_, index) => from - 1 + index);
}

/** `pdfcreate`: combines PDFs and images into one PDF (Filestack docs, Transformations, Overview). */
export async function createPdf(contents: readonly Content[]): Promise<Content> {
	const pdf = await PDFDocument.create();
	for (const content of contents) {
		if (formatOf(content) === 'pdf') {
			const source = await openPdf(content);
			const pages = await pdf.copyPages(source, source.getPageIndices());
			for (const page of pages) pdf.addPage(page);
			continue;
		}
		const png = await sharp(content.bytes)
			.png()
			.toBuffer()
			.catch(() => {
				throw new FilestackError(400, 'Unsupported input format');
			});
		const image = await pdf.embedPng(png);
		pdf.addPage([image.width, image.height]).drawImage(image);
	}
	return {
		bytes: Buffer.from(await pdf.save()),
		mimetype: MIME_TYPES.pdf,
		filename: 'document.pdf',
	};
}
