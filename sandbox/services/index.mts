import type { Service } from '../core/service.mts';
import { fileCourier } from './fileCourier/service.mts';

/** The services that the sandbox stands in for, in the order of their ports. A further one is a line here. */
export const services = {
	fileCourier,
} satisfies Record<string, Service>;

export type ServiceId = keyof typeof services;
