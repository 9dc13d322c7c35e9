import { NodeOperationError } from 'n8n-workflow';

import { withOptionAdvice } from '../http/optionAdvice';
import type { TransferContext } from '../http/service';
import { executionSignal } from '../http/stallGuard';
import type { ItemContext } from '../node/operation';
import type { RangeSettings } from './parallelParts';

const MIB = 1024 * 1024;

/** Default of Stall Timeout, in seconds. */
export const STALL_SECONDS = 60;

/** Default of Give Up After, in minutes. */
export const GIVE_UP_MINUTES = 10;

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
	/** Milliseconds without a success after which a transfer that can be continued gives up. */
	giveUpAfter: number;
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
		giveUpAfter: (option<number>('giveUpMinutes') ?? GIVE_UP_MINUTES) * 60_000,
		cancel: executionSignal(functions),
		allowedHosts: option<string[]>('allowedHosts'),
	};
}

/** Defaults for downloads in parallel parts, in MiB. */
export interface RangeDefaults extends PartDefaults {
	/** Concurrent parts; 1 if each request counts, for example against a rate limit. */
	concurrency: number;
}

export interface DownloadSettings extends TransferSettings {
	/** Milliseconds. */
	giveUpAfter: number;
	/** Bytes. */
	maxSize?: number;
	ranges?: RangeSettings;
}

/** @param defaults undefined for a download in one request */
export function readDownloadSettings(
	item: ItemContext,
	defaults?: RangeDefaults,
): DownloadSettings {
	const { option } = item;
	const maxSize = option<number>('maxSizeMb');
	return {
		...readTransferSettings(item),
		giveUpAfter: (option<number>('giveUpMinutes') ?? GIVE_UP_MINUTES) * 60_000,
		...(maxSize !== undefined && { maxSize: toBytes(maxSize) }),
		ranges: defaults && {
			threshold: toBytes(option<number>('thresholdMb') ?? defaults.threshold),
			partSize: toBytes(option<number>('partSizeMb') ?? defaults.partSize),
			concurrency: option<number>('partsAtOnce') ?? defaults.concurrency,
			isAdaptive: option<number>('partsAtOnce') === undefined,
		},
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

/** @throws NodeOperationError for a file that is announced as larger than the user allows */
export function checkMaxSize(
	context: TransferContext,
	fileName: string,
	size: number | undefined,
	maxSize = Infinity,
): void {
	if (size !== undefined && size > maxSize) throw maxSizeError(context, fileName, maxSize);
}

/** The error of a file that is larger than the user allows. */
export function maxSizeError(context: TransferContext, fileName: string, maxSize: number) {
	const message = `“${fileName}” is larger than the ${maxSize} bytes of Maximum Size`;
	const description = 'No file was stored.';
	const error = new NodeOperationError(context.getNode(), message, { description });
	return withOptionAdvice(error, {
		fields: ['maxSizeMb'],
		text: (place) => `To accept it, increase ${place}.`,
	});
}
