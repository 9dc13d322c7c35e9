import type { Service } from '../core/service.mts';
import { fileCourier } from './fileCourier/service.mts';
import { fileShot } from './fileShot/service.mts';
import { filesApp } from './filesApp/service.mts';
import { filestack } from './filestack/service.mts';
import { speedyFiles } from './speedyFiles/service.mts';

/** The services that the sandbox simulates, in the order of their ports. */
export const services = {
	fileCourier,
	fileShot,
	speedyFiles,
	filesApp,
	filestack,
} satisfies Record<string, Service>;

export type ServiceId = keyof typeof services;
