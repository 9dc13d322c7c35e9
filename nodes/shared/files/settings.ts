import { parseHosts } from '../http/addresses';
import { executionSignal } from '../http/client';
import type { ItemContext } from '../node/operation';

const MIB = 1024 * 1024;

/** Default of Stall Timeout, in seconds. */
export const STALL_SECONDS = 60;

/** Defaults for uploads in parts of a service, in MiB. */
export interface PartDefaults {
	threshold: number;
	partSize: number;
}

/** The transfer settings that the user selected under Options. */
export interface TransferSettings {
	sha256: boolean;
	/** Milliseconds. */
	stallTimeout: number;
	cancel?: AbortSignal;
	/** The hosts that a download may come from; every host if empty. */
	allowedHosts?: string[];
}

export interface PartSettings extends TransferSettings {
	/** Files of at least this many bytes are sent in parts. */
	threshold: number;
	/** Bytes. */
	partSize: number;
	/** Concurrent parts. */
	concurrency: number;
}

export function readTransferSettings({ functions, option }: ItemContext): TransferSettings {
	return {
		sha256: option<boolean>('sha256') ?? true,
		stallTimeout: (option<number>('stallSeconds') ?? STALL_SECONDS) * 1000,
		cancel: executionSignal(functions),
		allowedHosts: parseHosts(option<string>('allowedHosts') ?? ''),
	};
}

export function readPartSettings(item: ItemContext, defaults: PartDefaults): PartSettings {
	const { option } = item;
	return {
		...readTransferSettings(item),
		threshold: toBytes(option<number>('thresholdMb') ?? defaults.threshold),
		partSize: toBytes(option<number>('partSizeMb') ?? defaults.partSize),
		concurrency: option<number>('partsAtOnce') ?? 4,
	};
}

const toBytes = (mebibytes: number) => Math.round(mebibytes * MIB);
