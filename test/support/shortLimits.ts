/**
 * Time limits of calls, a hundredth of their length if this is imported before the nodes. Their messages state the real
 * length.
 */
const FACTOR = 100;

type Limits = typeof import('../../nodes/shared/http/stallGuard');

jest.mock('../../nodes/shared/http/stallGuard', () => {
	const real = jest.requireActual<Limits>('../../nodes/shared/http/stallGuard');
	return {
		...real,
		startTimer: (milliseconds: number, expire: () => void) =>
			real.startTimer(milliseconds / FACTOR, expire),
		StallGuard: class extends real.StallGuard {
			constructor(...[milliseconds, ...more]: ConstructorParameters<Limits['StallGuard']>) {
				super(milliseconds / FACTOR, ...more);
			}
		},
	};
});

export {};
