/** Compiles a world to statements in force, as the store does when resources are written. */
import { dataSetStatementOf } from '../../src/conditions/data-set-statement.ts';
import { directiveOf } from '../../src/conditions/directive.ts';
import { asksOfResources, effectsOf, effectText, type ResourceFacts } from '../../src/conditions/effect.ts';
import { grantOf } from '../../src/conditions/grant.ts';
import type { ClassStatements, Decision, StatementsInForce } from '../../src/conditions/model.ts';
import type { Level } from './reference-decision.ts';
import type { World, WorldRecord } from './world.ts';

/** What is indexed of a record when it is written. */
function factsOf({ resource, patients }: WorldRecord): ResourceFacts {
  const { id, resourceType, meta, code, effectiveDateTime, performer } = resource as any;
  const day = effectiveDateTime === undefined ? undefined : Date.parse(effectiveDateTime);
  const texts = (codings: any[] = []): string[] => codings.map((one) => `${one.system}|${one.code}`);
  return {
    type: resourceType,
    id: `${resourceType}/${id}`,
    codes: texts(code?.coding),
    labels: texts(meta?.security),
    ...(day === undefined ? {} : { from: day, to: day + 86_400_000 - 1 }),
    references: [...patients, ...(performer ?? []).map((one: any) => one.reference)],
    patients,
  };
}

/** Compiles a world as the store would, and says in which class each record is. */
export function compile(world: World): { statements: StatementsInForce; classOf: Map<WorldRecord, number> } {
  const directives = world.statements.flatMap((one) => directiveOf(one) ?? []);
  const classes = new Map<string, ClassStatements>();
  const classOf = new Map<WorldRecord, number>();
  for (const record of world.records) {
    const borne = directives.filter((one) => one.patient === undefined || record.patients.includes(one.patient));
    const effects = effectsOf(factsOf(record), borne);
    const key = [...record.dataSets, ...effects.map(effectText)].join('\n');
    const known = classes.get(key) ?? {
      class: 16 + classes.size,
      isMetadata: false,
      dataSets: record.dataSets,
      effects,
    };
    classes.set(key, known);
    classOf.set(record, known.class);
  }
  const libraries = world.statements.filter((one) => one.resourceType === 'Library').map(dataSetStatementOf);
  return {
    classOf,
    statements: {
      dataSets: new Map(libraries.map((one) => [one.source, one])),
      classes: [...classes.values()],
      policies: directives.filter((one) => one.patient === undefined && !asksOfResources(one)),
      grants: world.statements.flatMap((one) => grantOf(one).grant ?? []),
      revoked: new Set(world.revoked),
    },
  };
}

export function levelOf(decision: Decision, number: number): Level {
  if (decision.deidentified.has(number)) return 'record-deidentified';
  if (decision.records === 'all' || decision.records.includes(number)) return 'record';
  if (decision.counts.has(number)) return 'count';
  return decision.exists.has(number) ? 'exists' : 'none';
}
