import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** A value of a plot: a line or a bar belongs to a series, and is in a panel if there are several. */
export interface Point {
	x: number | string;
	y: number;
	series: string;
	panel?: string;
}

export interface Plot {
	title: string;
	/** Lines over x, or horizontal bars of y for each series. */
	kind: 'lines' | 'bars';
	x: Axis;
	y: Axis;
	points: readonly Point[];
	/** The titles of the panels in order, each with its own y axis. */
	panels?: readonly string[];
}

export interface Axis {
	title: string;
	isLogarithmic?: boolean;
	/** Whether the axis may begin above 0. */
	isZoomed?: boolean;
}

export type Theme = 'light' | 'dark';

/** GitHub's text and line colors. */
const INK: Record<Theme, { text: string; line: string }> = {
	light: { text: '#1f2328', line: '#d1d9e0' },
	dark: { text: '#f0f6fc', line: '#3d444d' },
};

/** Distinguishable with color blindness (Okabe and Ito 2008); the first one is this package. */
const COLORS: Record<Theme, readonly string[]> = {
	light: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9'],
	dark: ['#56b4e9', '#e69f00', '#2fc49a', '#cc79a7', '#e8743b', '#f0e442'],
};
/** Bars of others. */
const GRAY = '#8c8c8c';

/** Draws a plot as SVG with a transparent background. */
export async function drawPlot(plot: Plot, theme: Theme): Promise<string> {
	const { text, line } = INK[theme];
	const spec: TopLevelSpec = {
		$schema: 'https://vega.github.io/schema/vega-lite/v6.json',
		title: { text: plot.title, anchor: 'start' },
		background: 'transparent',
		data: { values: plot.points.map((point) => ({ ...point })) },
		config: {
			axis: {
				...{ labelColor: text, titleColor: text, gridColor: line },
				...{ domainColor: line, tickColor: line, titleFontWeight: 'normal' },
			},
			legend: { labelColor: text, labelLimit: 400, titleColor: text },
			title: { color: text, fontSize: 14 },
			header: { labelColor: text, labelFontWeight: 'bold', title: null },
			view: { stroke: null },
			font: 'system-ui, sans-serif',
			range: { category: [...COLORS[theme]] },
			mark: { color: COLORS[theme][0] },
		},
		...(plot.kind === 'bars' ? bars(plot, COLORS[theme][0]) : lines(plot)),
	} as TopLevelSpec;
	const view = new View(parse(compile(spec).spec), { renderer: 'none' });
	try {
		return await view.toSVG();
	} finally {
		view.finalize();
	}
}

const seriesOf = ({ points }: Plot) => [...new Set(points.map(({ series }) => series))];

const scaleOf = ({ isLogarithmic, isZoomed }: Axis) =>
	isLogarithmic ? { type: 'log' } : { zero: !isZoomed };

function bars(plot: Plot, color: string) {
	return {
		width: 480,
		height: { step: 24 },
		mark: { type: 'bar', tooltip: false },
		encoding: {
			y: {
				...{ field: 'series', type: 'nominal', sort: seriesOf(plot) },
				axis: { title: null, labelLimit: 400, ticks: false, domain: false },
			},
			x: { field: 'y', type: 'quantitative', title: plot.y.title },
			color: {
				condition: { test: "indexof(datum.series, 'this node') === 0", value: color },
				value: GRAY,
			},
		},
	};
}

/** Few values get a label each, because those between them were not measured. */
function axisOf({ points }: Plot) {
	const values = [...new Set(points.map(({ x }) => x))];
	return values.length <= 8 ? { values, labelOverlap: true } : { tickCount: 6 };
}

function lines(plot: Plot) {
	const series = seriesOf(plot);
	const layer = {
		mark: { type: 'line', point: plot.points.length < 100, strokeWidth: 2 },
		encoding: {
			x: {
				...{ field: 'x', type: 'quantitative', title: plot.x.title },
				axis: axisOf(plot),
				scale: { ...scaleOf(plot.x), nice: false },
			},
			y: {
				...{ field: 'y', type: 'quantitative', title: plot.y.title || null },
				scale: scaleOf(plot.y),
			},
			color:
				series.length === 1
					? undefined
					: {
							...{ field: 'series', type: 'nominal', sort: series, title: null },
							legend: { orient: 'bottom', columns: 2 },
						},
		},
	};
	if (!plot.panels) return { width: 560, height: 260, ...layer };
	return {
		facet: { field: 'panel', type: 'nominal', sort: [...plot.panels], title: null },
		columns: 2,
		spec: { width: 300, height: 140, ...layer },
		resolve: { scale: { y: 'independent' } },
	};
}
