import { periodOf, type TimeUnit, UNIT_MILLISECONDS } from '../dates';
import type { ItemContext } from './operation';
import { type Field, invalidParameter } from './schema';

/** A duration that the user enters as a number and a unit. */
export interface DurationSettings {
	/** The label of the number; “Expires After” by default. */
	displayName?: string;
	/** The name of the number, which may name the unit that it had before units could be selected. */
	name: string;
	/** The name of the unit; `unit` by default. */
	unitName?: string;
	/** From short to long; the first one is the precision of the service. */
	units: readonly TimeUnit[];
	/** The number and the unit of a new node. A saved workflow without a unit has this unit as well. */
	initial: readonly [count: number, unit: TimeUnit];
	/** Milliseconds. */
	max: number;
	/** The smallest number and its decimals; 1 and none by default. */
	fraction?: { min: number; decimals: number };
	description: string;
}

/** The fields of a duration, and the function that reads them. */
export interface Duration {
	count: Field;
	unit: Field;
	/**
	 * Returns milliseconds.
	 * @throws NodeOperationError that names the field if the duration is longer than the service allows
	 */
	read(item: ItemContext): number;
	/** The same for fields under Options; undefined if the user has not added the number. */
	readOption(item: ItemContext): number | undefined;
}

/** Creates the fields for a duration. The name and the default unit must not change: saved workflows depend on them. */
export function durationFields(settings: DurationSettings): Duration {
	const { displayName = 'Expires After', name, unitName = 'unit', units, max } = settings;
	const { min, decimals } = settings.fraction ?? { min: 1, decimals: 0 };
	const [count, initialUnit] = settings.initial;
	const maxIn = (unit: TimeUnit) => Math.floor(max / UNIT_MILLISECONDS[unit]);
	const toPeriod = (item: ItemContext, number: number, unit: TimeUnit) => {
		const period = periodOf(number, unit);
		if (period <= max) return period;
		const problem = `must be at most ${maxIn(unit)} if the unit is ${unit}`;
		throw invalidParameter(item, displayName, problem, 'Enter a smaller number.');
	};
	return {
		count: {
			displayName,
			name,
			type: 'number',
			typeOptions: { minValue: min, maxValue: maxIn(units[0]), numberPrecision: decimals },
			default: count,
			description: settings.description,
		},
		unit: unitField(unitName, units, initialUnit),
		read: (item) => toPeriod(item, item.parameter(name), item.parameter(unitName)),
		readOption(item) {
			const number = item.option<number>(name);
			const unit = item.option<TimeUnit>(unitName) ?? initialUnit;
			return number === undefined ? undefined : toPeriod(item, number, unit);
		},
	};
}

/** The unit of a number. */
export const unitField = (name: string, units: readonly TimeUnit[], initial: TimeUnit): Field => ({
	displayName: 'Unit',
	name,
	type: 'options',
	options: units.map((unit) => ({ name: LABELS[unit], value: unit })),
	default: initial,
	description: 'The unit of the number above',
});

const LABELS: Readonly<Record<TimeUnit, string>> = {
	minutes: 'Minutes',
	hours: 'Hours',
	days: 'Days',
	weeks: 'Weeks',
};
