/** The audit log as a request meets it: takes down what was asked and given, and lets those read it who may. See docs/adr/0015 */
import { type AccessContext, isSteward, subjectKey } from '../conditions/access-context.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Extractor } from '../search/index.ts';
import { type Hash, type Int64, parameterKey, resourceKey } from '../search/index-rows.ts';
import type { Audit } from '../store/audit.ts';
import type { AuditAgent, ChainedEntry } from '../store/audit-entry.ts';
import { type AuditCriteria, findEntries, namesOf, versionsOf } from '../store/audit-search.ts';
import type { StoredResource } from '../store/read.ts';
import { RowBuffer } from '../store/row-buffer.ts';
import type { Store } from '../store/store.ts';
import { resourceOf } from './stored.ts';

/** What one interaction asked and what came of it. Texts are '' where there is nothing. */
export interface Audited {
  /** milliseconds since 1970 */
  recorded: number;
  /** the same for all entries of one request */
  request: string;
  interaction: string;
  status: number;
  /** address that the request came from */
  network: string;
  /** below the base, without the query */
  path: string;
  query: string;
  /** the resource that the address names, or that was written */
  type: string;
  id: string;
  /** what was disclosed; what the address names when absent */
  disclosed?: readonly Disclosed[] | undefined;
  /** how many were counted or taken in */
  counted?: number | undefined;
}

/** A resource that was disclosed; of what is stored all is known. */
type Disclosed = Pick<StoredResource, 'key'> & Partial<Pick<StoredResource, 'version' | 'type' | 'id'>>;

/** Entries found, and what their keys are called. */
export interface FoundEntries {
  /** newest first; one more than asked for when there are more */
  entries: readonly ChainedEntry[];
  /** `Type/id` by key; what was erased for good has none */
  names: ReadonlyMap<Int64, string>;
}

/** Criteria in FHIR's words. */
export type AuditQuestion = Omit<AuditCriteria, 'patient' | 'entity'> & {
  /** id of a Patient */
  patient?: string;
  /** `Type/id` */
  entity?: string;
};

export interface AuditDoor {
  record(audited: Audited): void;
  /** What the answer has to wait for; undefined when it need not. */
  kept(): Promise<void> | undefined;
  /** Throws `transient` when nothing may be answered because the log cannot be written. */
  admit(): void;
  /** Entries by what they are about; only for stewards. */
  find(question: AuditQuestion): Promise<FoundEntries>;
  /** What was disclosed of a patient: for that person and for stewards. Newest first, those before the entry `before`. */
  disclosures(patient: string, range: Pick<AuditCriteria, 'from' | 'to' | 'before' | 'limit'>): Promise<FoundEntries>;
}

/** Keys of the search parameters that tie a resource to a patient's compartment. */
export function compartmentParameters(definitions: Definitions, hash: Hash): Int64[] {
  const patient = definitions.compartments.find((one) => one.code === 'Patient');
  return Object.entries(patient?.resources ?? {}).flatMap(([type, codes]) =>
    // Being linked to a patient does not make another one part of the compartment.
    type === 'Patient' ? [] : codes.map((code) => parameterKey(hash, type, code)),
  );
}

/** What the audit log needs of the server. */
interface AuditMeans {
  audit: Audit;
  store: Store;
  definitions: Definitions;
  extract: Extractor;
}

export function auditDoor(means: AuditMeans, context: AccessContext): AuditDoor {
  const { audit, store } = means;
  const { hash, sql } = store;
  const agent = agentOf(context);
  const found = async (criteria: AuditCriteria): Promise<FoundEntries> => {
    await audit.flush();
    const entries = await findEntries(sql, hash, { ...criteria, limit: criteria.limit + 1 });
    const keys = new Set(entries.flatMap((entry) => [...entry.keys, ...entry.owners]));
    keys.delete('0');
    return { entries, names: await namesOf(sql, keys) };
  };
  return {
    record(audited) {
      const { type, id, status, disclosed } = audited;
      const [first] = disclosed ?? [];
      // The key of what was read is known.
      const asked = id === '' ? '0' : first?.id === id && first.type === type ? first.key : resourceKey(hash, type, id);
      const keys: Int64[] = [];
      const versions: (number | undefined)[] = [];
      if (disclosed === undefined) {
        if (id !== '' && status < 400) keys.push(asked);
      } else {
        // No more than that is kept of a resource that may be large.
        for (const { key, version } of disclosed) {
          keys.push(key);
          versions.push(version);
        }
      }
      audit.record({
        recorded: audited.recorded,
        request: audited.request,
        interaction: audited.interaction,
        status,
        agent,
        network: audited.network,
        path: audited.path,
        query: audited.query,
        resources: audited.counted ?? keys.length,
        asked,
        keys,
        versions,
      });
    },
    kept: () => audit.kept(),
    admit: () => audit.admit(),
    async find({ patient, entity, ...criteria }) {
      if (!isSteward(context)) throw refusal(context);
      const keys: Pick<AuditCriteria, 'patient' | 'entity'> = {};
      if (patient !== undefined) keys.patient = resourceKey(hash, 'Patient', patient);
      if (entity !== undefined) keys.entity = await entityOf(entity, means);
      return found({ ...criteria, ...keys });
    },
    async disclosures(patient, range) {
      const { subject } = context;
      const isOwn = subject.kind === 'person' && subject.patient !== undefined && subject.patient === patient;
      if (!isOwn && !isSteward(context)) throw refusal(context);
      return found({ ...range, patient: resourceKey(hash, 'Patient', patient), status: { low: 100, high: 399 } });
    },
  };
}

/** A resource as entries name it, and whose it ever was: blocks are found by patients where there are some. */
async function entityOf(target: string, means: AuditMeans): Promise<NonNullable<AuditCriteria['entity']>> {
  const { definitions, extract, store } = means;
  const { hash, sql } = store;
  const key = hash(target);
  const versions = await versionsOf(sql, key, target);
  // Whose it was is not known any more.
  if (versions === undefined) return { key };
  const parameters = new Set(compartmentParameters(definitions, hash));
  const among = new Set([key]);
  for (const version of versions) {
    const rows = new RowBuffer(hash);
    extract(resourceOf(version), rows);
    const references = rows.cells.reference ?? [];
    for (let at = 0; at < references.length; at += 2) {
      // A row is a parameter and a target, both texts.
      if (parameters.has(String(references[at]))) among.add(String(references[at + 1]));
    }
  }
  return { key, among: [...among] };
}

/** Says nothing of whether there is such a patient or such an entry. */
function refusal({ subject }: AccessContext): FhirError {
  return subject.kind === 'anonymous'
    ? new FhirError('login', 'the audit log needs a bearer token of this server')
    : new FhirError('forbidden', 'the audit log is for stewards, and for patients what was disclosed of them');
}

function agentOf(context: AccessContext): AuditAgent {
  const { subject, client = '', purposes = [], breakGlass } = context;
  const name = subject.kind === 'service' ? subject.name : subject.kind === 'person' ? (subject.name ?? '') : '';
  return {
    subject: subjectKey(context),
    name,
    client,
    purposes: purposes.join(' '),
    reason: breakGlass?.reason ?? '',
  };
}
