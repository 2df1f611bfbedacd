/** Answers what an operation asks of this server itself, in the name of its asker and through the same door. https://hl7.org/fhir/R4B/http.html */
import { toXml } from '../fhir/format/xml.ts';
import { FhirError, outcomeOf } from '../fhir/outcome.ts';
import {
  forType,
  type Interaction,
  type InteractionRequest,
  knownType,
  matchInteraction,
  parametersOf,
  type Reply,
  type Server,
} from '../interaction/index.ts';

const xmlType = 'application/fhir+xml';

/** A `fetch` for addresses below the base, that reads; each request is taken down in the audit log by `record`. */
export function ownFetch(
  server: Server,
  interactions: readonly Interaction[],
  record: InteractionRequest['record'],
): (address: string, headers: Headers) => Promise<Response> {
  return async (address, headers) => {
    const [path = '', query = ''] = address.slice(server.base.length + 1).split('?', 2);
    const reply = await replyTo(decodeURI(path), query, headers, { server, interactions, record });
    const isXml = headers.get('accept') === xmlType;
    const text = reply.body ?? '';
    return new Response(isXml && text !== '' ? toXml(text, server.definitions) : text, {
      status: reply.status,
      headers: { 'content-type': isXml ? xmlType : 'application/fhir+json' },
    });
  };
}

interface Means {
  server: Server;
  interactions: readonly Interaction[];
  record: InteractionRequest['record'];
}

async function replyTo(path: string, query: string, headers: Headers, means: Means): Promise<Reply> {
  const { server, interactions, record } = means;
  try {
    const { interaction, type, id, versionId, target } = matchInteraction(interactions, 'GET', path);
    const note = (reply: Reply): Reply => {
      if (interaction.code !== 'capabilities')
        record?.({ interaction: interaction.code, path, query, type, id, reply });
      return reply;
    };
    try {
      knownType(type, server.definitions);
      forType(interaction, type);
      const handling = headers.get('prefer')?.includes('strict') === true ? 'strict' : 'lenient';
      const asked: InteractionRequest = {
        isPost: false,
        type,
        id,
        versionId,
        parameters: parametersOf(query),
        body: '',
        contentType: '',
        prefer: { handling },
      };
      return note(await interaction.perform(target === '' ? asked : { ...asked, target }, server));
    } catch (error) {
      return note(refusal(error));
    }
  } catch (error) {
    return refusal(error);
  }
}

/** Anything but a FhirError is a defect of ours, and fails the whole request. */
function refusal(error: unknown): Reply {
  if (!(error instanceof FhirError)) throw error;
  return { status: error.status, body: JSON.stringify(outcomeOf(error.issues)) };
}
