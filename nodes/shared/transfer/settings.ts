import { cancelSignalOf } from '../http';
import type { ItemContext } from '../operation';

const MIB = 1024 * 1024;

/** What Stall Timeout begins with. */
export const STALL_SECONDS = 60;

/** What a service's upload in parts begins with, in MiB. */
export interface PartDefaults {
	threshold: number;
	partSize: number;
}

/** How a transfer runs, as the user has set it under Options. */
export interface TransferSettings {
	sha256: boolean;
	/** Milliseconds. */
	stallTimeout: number;
	cancel?: AbortSignal;
}

export interface PartSettings extends TransferSettings {
	/** Bytes from which a file is sent in parts. */
	threshold: number;
	/** Bytes. */
	partSize: number;
	/** Parts under way at the same time. */
	atOnce: number;
}

export function transferSettings({ functions, option }: ItemContext): TransferSettings {
	return {
		sha256: option<boolean>('sha256') ?? true,
		stallTimeout: (option<number>('stallSeconds') ?? STALL_SECONDS) * 1000,
		cancel: cancelSignalOf(functions),
	};
}

export function partSettings(item: ItemContext, defaults: PartDefaults): PartSettings {
	const { option } = item;
	return {
		...transferSettings(item),
		threshold: bytesOf(option<number>('thresholdMb') ?? defaults.threshold),
		partSize: bytesOf(option<number>('partSizeMb') ?? defaults.partSize),
		atOnce: option<number>('partsAtOnce') ?? 4,
	};
}

const bytesOf = (mebibytes: number) => Math.round(mebibytes * MIB);
