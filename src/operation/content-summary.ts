/** `$content-summary`: what data sets hold, as published; a steward's POST has it brought up to date first. See docs/reference/content-summary.md */
import { isSteward } from '../conditions/access-context.ts';
import { textOf } from '../door/index.ts';
import { publishSummaries, summaryId } from '../federation/content-summary/publish.ts';
import { canonical } from '../fhir/canonical.ts';
import { type InteractionRequest, type Reply, type Server, searchReply } from '../interaction/index.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

export const contentSummary: Operation = {
  code: 'content-summary',
  levels: ['system', 'instance'],
  types: ['Library'],
  affectsState: true,
  readsByGet: true,
  summary:
    'What a data set holds, or all of them: a MeasureReport, as far as its conditions let anyone be told. Where a steward posts it, it is brought up to date first; GET reads what is published.',
  parameters: [],
  async perform(request, server) {
    inputsOf(request, contentSummary.parameters, 'content-summary');
    const { context } = server.door;
    if (request.isPost && isSteward(context) && context.rights.readAll) await publishSummaries(server);
    return request.id === '' ? all(request, server) : one(request.id, server);
  },
};

/** Who may not read the summary is answered as if there were none. */
async function one(dataSet: string, server: Server): Promise<Reply> {
  const stored = await server.door.read('MeasureReport', summaryId(dataSet));
  const lastModified = stored.updated;
  return { status: 200, body: textOf(stored), versionId: stored.version, lastModified };
}

function all(request: InteractionRequest, server: Server): Promise<Reply> {
  const place = { types: ['MeasureReport'], path: 'MeasureReport' };
  const parameters: [string, string][] = [['_profile', canonical.contentSummary]];
  return searchReply(place, { ...request, parameters }, server);
}
