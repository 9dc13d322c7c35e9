import type { Resource } from '../../shared/node/operation';
import { createAnimation } from './animation';
import { createCollage } from './collage';
import { detectFaces } from './faces';
import { applyFilter, convert, crop, resize, rotate } from './simple';
import { getSize } from './size';
import { transform } from './transform';

export const image: Resource = {
	value: 'image',
	name: 'Image',
	operations: [
		...[applyFilter, convert, createAnimation, createCollage, crop, detectFaces],
		...[getSize, resize, rotate, transform],
	],
	initial: resize.value,
};
