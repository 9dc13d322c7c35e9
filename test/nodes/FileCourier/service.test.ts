import { describeSession, sessionIdOf, sessionOutput } from '../../../nodes/FileCourier/service';
import { toOutput } from '../../../nodes/shared/node/output';

const expires_at = '2025-02-15T23:59:59Z';
const expires = Date.parse(expires_at);

it.each([
	['pending', expires - 1, 'pending'],
	['pending', expires, 'expired'],
	['completed', expires + 1, 'completed'],
	['cancelled', expires + 1, 'cancelled'],
])('outputs a session with status %s at %d with the status %s', (status, now, effective) => {
	const described = describeSession({ request_id: 'req_1', status, expires_at }, now);
	expect(toOutput(sessionOutput, described)).toEqual({
		sessionId: 'req_1',
		status: effective,
		expiresAt: '2025-02-15T23:59:59.000Z',
	});
});

it.each([
	[{ request_id: 'req_1' }, 'req_1'],
	[{ session_id: 'sess_1', request_id: 'req_1' }, 'sess_1'],
	[{ id: 'x' }, 'x'],
	[{}, undefined],
])('reads the ID of the session %j as %s', (data, id) => {
	expect(sessionIdOf(data)).toBe(id);
});
