import type { FastifyInstance } from 'fastify';
import { errorBody, InternalServerError, ValidationError } from './error.mts';
import type { Instance } from './instance.mts';
import { jsonBody } from './jsonBody.mts';
import { packageRoutes, type Authenticate } from './packageRoutes.mts';
import { API, NO_HEAD } from './paths.mts';
import { parseForms } from './receiveForm.mts';
import { pythonJson, UnencodableError } from './pythonJson.mts';
import { tokenCreate, tokenId } from './requests.mts';
import { meOut, noContent, tokenInfo } from './responses.mts';

/**
 * SpeedyFiles docs, REST API. The checks run in FastAPI's order: read the body, check the token, validate path, query
 * and body, and only then look up the package.
 */
export function apiRoutes(app: FastifyInstance, instance: Instance): void {
	formatErrors(app);
	parseForms(app);

	const whoAsks: Authenticate = async ({ headers }) =>
		await instance.accounts.authenticate(headers.authorization);
	app.get(`${API}/health`, NO_HEAD, () => ({ status: 'ok' }));
	app.get(`${API}/me`, NO_HEAD, async (request) => meOut(await whoAsks(request)));
	tokenRoutes(app, instance, whoAsks);
	packageRoutes(app, instance, whoAsks);
}

/**
 * Formats a 422 with a list of issues, and a 500 for requests that the real server fails at; all other errors already
 * have the service's shape.
 */
export function formatErrors(app: FastifyInstance): void {
	app.setErrorHandler(async (error, _request, reply) => {
		try {
			if (!(error instanceof ValidationError)) throw error;
			const detail = pythonJson({ detail: error.issues });
			return await reply.code(422).type('application/json').send(detail);
		} catch (problem) {
			if (!(problem instanceof UnencodableError || problem instanceof InternalServerError))
				throw problem;
			return await reply.code(500).send(errorBody(500));
		}
	});
}

function tokenRoutes(app: FastifyInstance, { accounts }: Instance, whoAsks: Authenticate): void {
	app.get(`${API}/me/tokens`, NO_HEAD, async (request) =>
		accounts.tokensOf(await whoAsks(request)).map(tokenInfo),
	);

	app.post(`${API}/me/tokens`, async (request, reply) => {
		const body = jsonBody(request);
		const user = await whoAsks(request);
		const { token, raw } = await accounts.createToken(user, tokenCreate(body));
		return await reply.code(201).send({ ...tokenInfo(token), token: raw });
	});

	app.delete<{ Params: { id: string } }>(`${API}/me/tokens/:id`, async (request, reply) => {
		const user = await whoAsks(request);
		await accounts.revoke(user, tokenId(request.params.id));
		return await noContent(reply);
	});
}
