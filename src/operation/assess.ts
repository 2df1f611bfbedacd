/** `$assess`: how FAIR a data set is, as far as the asker may see it. See docs/reference/assessment.md */
import { parametersOf, type ReportShape } from '../fair/assessment/fhir.ts';
import { assessDataset, ServerError } from '../federation/client/index.ts';
import { isRefusedAddress } from '../federation/outbound.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type InteractionRequest, interactionsWith, type Server } from '../interaction/index.ts';
import { interactionOf, type Operation } from './operation.ts';
import { ownFetch } from './own-server.ts';
import { inputsOf } from './parameters.ts';
import { validate } from './validate.ts';

/** What one assessment may cost. */
export const operationLimits = { requests: 80, requestMs: 5000, totalMs: 30_000 };

const interactions = interactionsWith([interactionOf(validate)]);

export const assess: Operation = {
  code: 'assess',
  levels: ['instance'],
  types: ['Library', 'ResearchStudy', 'List', 'DocumentManifest'],
  affectsState: false,
  isComposite: true,
  summary:
    'Assess how FAIR a data set is by RDA’s 41 indicators: a MeasureReport with a score for each letter and each indicator (report) and an OperationOutcome with what to do for those that are not met (outcome). It sees what the asker may see.',
  parameters: [],
  async perform(request, server) {
    inputsOf(request, assess.parameters, 'assess');
    // Whoever may not read the record is told so by the door.
    await server.door.read(request.type, request.id);
    const assessment = await assessed(request, server);
    const resource = parametersOf(assessment, shapeOf(server.definitions));
    return { status: 200, body: JSON.stringify(resource) };
  },
};

async function assessed({ type, id, record }: InteractionRequest, server: Server): ReturnType<typeof assessDataset> {
  const { base, outbound, now } = server;
  const own = ownFetch(server, interactions, record);
  const isOwn = (address: string): boolean => address.startsWith(`${base}/`);
  try {
    return await assessDataset(`${base}/${type}/${id}`, {
      now,
      probe: operationLimits,
      fetch: (address, init) => {
        const asked = String(address);
        return isOwn(asked) ? own(asked, new Headers(init?.headers)) : outbound(asked, init);
      },
      isRefusal: isRefusedAddress,
      refuse: (address, asNobody) => (asNobody && isOwn(address) ? 'this server looks at it as its asker' : undefined),
    });
  } catch (error) {
    if (error instanceof ServerError) throw new FhirError('not-found', error.message, { cause: error });
    throw error;
  }
}

/** What the elements of a MeasureReport are called in the version. */
function shapeOf({ types }: Definitions): ReportShape {
  const group = types['MeasureReport.group']?.elements ?? {};
  const stratum = types['MeasureReport.group.stratifier.stratum']?.elements ?? {};
  return {
    score: 'measureScore' in group ? 'measureScore' : 'measureScoreQuantity',
    stratum: 'value' in stratum ? 'value' : 'valueCodeableConcept',
    hasCodeList: types['MeasureReport.group.stratifier']?.elements['code']?.max === -1,
  };
}
