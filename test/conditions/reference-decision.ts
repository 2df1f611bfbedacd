/**
 * The rule of conditions once more: slow, over whole resources in memory, sharing no code with what it is compared
 * with. It reads the JSON that sources wrote, one resource and one asker at a time. See docs/adr/0010.
 */
import type { AccessContext } from '../../src/conditions/access-context.ts';
import type { World, WorldRecord } from './world.ts';

/** How closely the asker may look, weakest first. Aggregates are counts. */
export type Level = 'none' | 'exists' | 'count' | 'record-deidentified' | 'record';
const order: Level[] = ['none', 'exists', 'count', 'record-deidentified', 'record'];
const better = (a: Level, b: Level): Level => (order.indexOf(a) > order.indexOf(b) ? a : b);

type Any = any;
const ours = 'https://fairway.health/fhir';
const sd = `${ours}/StructureDefinition/`;
const v3 = 'http://terminology.hl7.org/CodeSystem/v3-';
const text = (coding: Any): string => `${coding.system}|${coding.code}`;
const list = (value: Any): Any[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

export function referenceLevel(
  world: World,
  record: WorldRecord,
  context: AccessContext,
  now: number,
  isBelow: (code: string, ancestor: string) => boolean,
): Level {
  if (context.tokenId !== undefined && world.revoked.includes(context.tokenId)) return 'none';
  if (context.expires !== undefined && context.expires <= now) return 'none';
  if (context.rights.readAll) return 'record';
  if (context.rights.breakGlass && context.breakGlass && context.breakGlass.reason.trim() !== '') return 'record';

  const asked: Asked = { world, record, context, now, isBelow };
  if (labelDenies(asked) || policyDenies(asked) || personDenies(asked) || dateDenies(asked)) return 'none';
  let level: Level = 'none';
  for (const dataSet of dataSetsOf(asked)) level = better(level, dataSetLevel(dataSet, asked));
  return level;
}

interface Asked {
  world: World;
  record: WorldRecord;
  context: AccessContext;
  now: number;
  isBelow: (code: string, ancestor: string) => boolean;
}

const dataSetsOf = ({ world, record }: Asked): Any[] =>
  world.statements.filter((one) => one.resourceType === 'Library' && record.dataSets.includes(`Library/${one['id']}`));

// ---------------------------------------------------------------------------------------------- time

const dayAfter = (date: string): number => Date.parse(date) + 86_400_000;
const isNow = (period: Any, now: number): boolean =>
  period === undefined ||
  ((period.start === undefined || now >= Date.parse(period.start)) &&
    (period.end === undefined || now < dayAfter(period.end)));

// ---------------------------------------------------------------------------------------------- purposes

const purposeParents: Record<string, string> = {
  BIORCH: 'HRESCH',
  POARCH: 'HRESCH',
  HRESCH: 'PurposeOfUse',
  TREAT: 'PurposeOfUse',
  HMARKT: 'PurposeOfUse',
};
const purposeIs = (code: string, ancestor: string): boolean =>
  code === ancestor || (purposeParents[code] !== undefined && purposeIs(purposeParents[code], ancestor));
const short = (code: string): string => code.split('|')[1]!;

/** Every stated purpose must be permitted; ancestry research only by name. */
const purposePermitted = (context: AccessContext, permitted: string[]): boolean => {
  const stated = (context.purposes ?? []).map(short);
  const isPermitted = (one: string): boolean =>
    permitted.some((p) => one === p || (one !== 'POARCH' && purposeIs(one, p)));
  return stated.length > 0 && stated.every(isPermitted);
};
/** One stated purpose that may be a denied one is enough, and so is stating none. */
const purposeDenied = (context: AccessContext, denied: string[]): boolean => {
  const stated = (context.purposes ?? []).map(short);
  return stated.length === 0 || stated.some((one) => denied.some((d) => purposeIs(one, d) || purposeIs(d, one)));
};

// ---------------------------------------------------------------------------------------------- labels

const confidentiality = ['U', 'L', 'M', 'N', 'R', 'V'];
const labelsOf = ({ record }: Asked): Any[] => list((record.resource as Any).meta?.security);
const hasLabel = (asked: Asked, system: string, code: string): boolean =>
  labelsOf(asked).some((one) => one.system === system && one.code === code);

function labelDenies(asked: Asked): boolean {
  if (hasLabel(asked, `${v3}Confidentiality`, 'V')) return true;
  if (labelsOf(asked).some((one) => one.system === 'urn:unknown')) return true;
  return hasLabel(asked, `${v3}ActReason`, 'HRESCH') && !purposePermitted(asked.context, ['HRESCH']);
}

const needsGrant = (asked: Asked): boolean =>
  hasLabel(asked, `${v3}Confidentiality`, 'R') || hasLabel(asked, `${v3}ActCode`, 'MH');
const mustBeDeidentified = (asked: Asked): boolean => hasLabel(asked, `${v3}ActCode`, 'PSEUD');

// ---------------------------------------------------------------------------------------------- provisions

type Effect = 'permit' | 'deny';
type Say = Effect | undefined;

/** The rule of a provision for this resource and asker: what its exceptions say, deny first, else what it says itself. */
function say(provision: Any, effect: Effect, nestedEffect: (nested: Any) => Effect, asked: Asked): Say {
  if (!isAbout(provision, effect, asked)) return undefined;
  const said = list(provision.provision).map((nested) => {
    const own = nestedEffect(nested);
    return say(nested, own, nested.type === undefined ? () => other(own) : nestedEffect, asked);
  });
  if (said.includes('deny')) return 'deny';
  return said.includes('permit') ? 'permit' : effect;
}
const other = (effect: Effect): Effect => (effect === 'deny' ? 'permit' : 'deny');

/** All that is asked must hold. Doubt counts for a deny and against a permit. */
function isAbout(p: Any, effect: Effect, asked: Asked): boolean {
  const { context, now, record } = asked;
  const resource = record.resource as Any;
  const deny = effect === 'deny';
  if (!isNow(p.period, now)) return false;
  if (p.action) {
    const codes = p.action.map((one: Any) => one.coding[0].code);
    const counting = deny ? ['access', 'use', 'disclose', 'collect'] : ['access', 'use', 'disclose'];
    if (!codes.some((one: string) => counting.includes(one))) return false;
  }
  if (p.purpose) {
    const codes = p.purpose.map((one: Any) => one.code);
    if (!(deny ? purposeDenied(context, codes) : purposePermitted(context, codes))) return false;
  }
  if (
    p.actor &&
    !isActor(
      p.actor.map((one: Any) => one.reference.identifier),
      deny,
      context,
    )
  )
    return false;
  const types = [...list(p.class), ...list(p.resourceType)].map((one) => one.code);
  if (types.length > 0 && !types.includes(resource.resourceType)) return false;
  const codes = list(p.code).map((one) => text(one.coding[0]));
  if (codes.length > 0 && !codes.some((one) => list(resource.code?.coding).some((c) => text(c) === one))) return false;
  if (p.securityLabel && !p.securityLabel.some((one: Any) => isLabelled(one, asked))) return false;
  if (p.dataPeriod && !isDated(p.dataPeriod, deny, resource)) return false;
  return (
    p.data === undefined || p.data.some((one: Any) => isNamed(one.meaning, one.reference.reference, deny, resource))
  );
}

function isActor(identifiers: Any[], deny: boolean, context: AccessContext): boolean {
  const names = identifiers.map((one) => `${one.system}|${one.value}`);
  const known = context.subject.kind !== 'anonymous' && context.affiliations !== undefined;
  if (!known) return deny;
  return names.some((one) => context.affiliations!.includes(one));
}

function isLabelled(label: Any, asked: Asked): boolean {
  if (label.system === `${v3}Confidentiality`) {
    const marks = labelsOf(asked)
      .filter((one) => one.system === label.system)
      .map((one) => confidentiality.indexOf(one.code));
    const mark = marks.length === 0 ? confidentiality.indexOf('N') : Math.max(...marks);
    return mark <= confidentiality.indexOf(label.code);
  }
  // BH is the only other label that provisions name; MH stands below it.
  return hasLabel(asked, `${v3}ActCode`, 'BH') || hasLabel(asked, `${v3}ActCode`, 'MH');
}

function isDated(period: Any, deny: boolean, resource: Any): boolean {
  const date = resource.effectiveDateTime;
  if (date === undefined) return deny;
  const [from, to] = [Date.parse(date), dayAfter(date) - 1];
  const low = period.start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(period.start);
  const high = period.end === undefined ? Number.POSITIVE_INFINITY : dayAfter(period.end) - 1;
  return deny ? from <= high && to >= low : from >= low && to <= high;
}

function isNamed(meaning: string, target: string, deny: boolean, resource: Any): boolean {
  const itself = target === `${resource.resourceType}/${resource.id}`;
  const refers = list(resource.performer).some((one) => one.reference === target);
  if (meaning === 'instance') return itself;
  if (meaning === 'related') return itself || deny;
  if (meaning === 'dependents') return itself || refers;
  return deny && refers;
}

// ---------------------------------------------------------------------------------------------- consents

const isGrant = (one: Any): boolean =>
  list(one.category).some((concept) => list(concept.coding).some((c) => c.system === `${ours}/CodeSystem/access`));
const isOdd = (one: Any): boolean =>
  one.modifierExtension !== undefined || one.moon !== undefined || one.verification !== undefined;

function consentSays(consent: Any, asked: Asked): Say {
  if (isOdd(consent)) return 'deny';
  if (consent.scope === undefined) return r5Says(consent, asked);
  if (consent.scope.coding[0].code === 'adr') return 'deny';
  return r4Says(consent, asked);
}

function r5Says(consent: Any, asked: Asked): Say {
  if (!isNow(consent.period, asked.now)) return undefined;
  const base: Effect = consent.decision;
  const said = list(consent.provision).map((one) => say(one, other(base), () => base, asked));
  if (said.includes('deny')) return 'deny';
  return said.includes('permit') ? 'permit' : base;
}

/** The base rule is that of the policy; the root provision is an exception to it. */
function r4Says(consent: Any, asked: Asked): Say {
  const root = consent.provision;
  const rule = consent.policyRule?.coding[0].code;
  const policy: Say = rule === undefined ? undefined : rule === 'OPTIN' ? 'permit' : 'deny';
  if (root === undefined) return policy ?? 'deny';
  const names = Object.keys(root).some((key) => !['type', 'period', 'provision'].includes(key));
  // Opting in to what nested provisions permit is opting in to nothing else.
  const isOnlyThat =
    policy === 'permit' && root.type === undefined && list(root.provision).some((n) => n.type === 'permit');
  const base = isOnlyThat ? 'deny' : policy;
  const effect: Effect = root.type ?? (base === 'permit' && !names ? 'permit' : 'deny');
  const said = say(root, effect, (nested) => nested.type, asked);
  // A policy that permits, of which the root only tells the extent, permits that extent.
  if (base === undefined || (base === 'permit' && effect === 'permit')) return said;
  return said ?? base;
}

function personDenies(asked: Asked): boolean {
  return asked.record.patients.some((person) =>
    newestOf(person, asked).some((one) => consentSays(one, asked) === 'deny'),
  );
}

/** The newest active ones of a scope and category of a person. */
function newestOf(person: string, { world }: Asked): Any[] {
  const own: Any[] = world.statements.filter(
    (one: Any) =>
      one.resourceType === 'Consent' &&
      one.status === 'active' &&
      !isGrant(one) &&
      (one.patient ?? one.subject)?.reference === person,
  );
  return own.filter((one) => {
    const mine = categories(one);
    return mine.some((category) => !own.some((two) => replaces(two, one, category)));
  });
}

const categories = (consent: Any): string[] => {
  const stated = list(consent.category).map((concept) => text(concept.coding[0]));
  return stated.length === 0 ? ['none'] : stated;
};
const scopeOf = (consent: Any): string => {
  const stated = consent.scope?.coding[0].code;
  if (stated !== undefined) return stated === 'adr' ? 'patient-privacy' : stated;
  return categories(consent).some((one) => one.endsWith('|research')) ? 'research' : 'patient-privacy';
};
const isWhole = (date: string | undefined): date is string => date !== undefined && date.length >= 10;

function replaces(two: Any, one: Any, category: string): boolean {
  const [older, newer] = [one.dateTime ?? one.date, two.dateTime ?? two.date];
  if (!isWhole(older) || !isWhole(newer) || scopeOf(two) !== scopeOf(one)) return false;
  const end = older.includes('T') ? Date.parse(older) + 1000 : dayAfter(older);
  return categories(two).includes(category) && Date.parse(newer) >= end;
}

/** Every person has a directive that permits; one about treatment is not about data. */
const isConsented = (asked: Asked): boolean =>
  asked.record.patients.every((person) =>
    newestOf(person, asked).some((one) => scopeOf(one) !== 'treatment' && consentSays(one, asked) === 'permit'),
  );

// ---------------------------------------------------------------------------------------------- policies

function policyDenies(asked: Asked): boolean {
  return asked.world.statements.some((one: Any) => {
    if (one.status !== 'active' || isGrant(one)) return false;
    if (one.patient !== undefined || one.subject !== undefined) return false;
    const sets = list(one.extension)
      .filter((e) => e.url === `${sd}data-set`)
      .map((e) => e.valueReference.reference);
    if (sets.length > 0 && !sets.some((set) => asked.record.dataSets.includes(set))) return false;
    if (one.resourceType === 'Consent') return consentSays(one, asked) === 'deny';
    return one.resourceType === 'Permission' && permissionDenies(one, asked);
  });
}

function permissionDenies(permission: Any, asked: Asked): boolean {
  const rules = list(permission.rule);
  if (isOdd(permission) || rules.length === 0 || permission.combining === 'other') return true;
  if (!isNow(permission.validity, asked.now)) return false;
  const apply = (type: Effect): boolean => rules.some((rule) => rule.type === type && ruleApplies(rule, asked));
  const states = (type: Effect): boolean => rules.some((rule) => rule.type === type);
  switch (permission.combining) {
    case 'deny-unless-permit':
      return !apply('permit');
    case 'permit-unless-deny':
      return apply('deny');
    case 'permit-overrides':
      return states('permit') ? !apply('permit') : apply('deny');
    default:
      return apply('deny') || (states('permit') && !apply('permit'));
  }
}

function ruleApplies(rule: Any, asked: Asked): boolean {
  const isData = (data: Any): boolean =>
    list(data.period).length === 0
      ? isAbout(dataProvision(data, undefined), rule.type, asked)
      : data.period.some((period: Any) => isAbout(dataProvision(data, period), rule.type, asked));
  const isActivity = (activity: Any): boolean =>
    isAbout(
      {
        actor: activity.actor?.map((reference: Any) => ({ reference })),
        action: activity.action,
        purpose: activity.purpose?.map((concept: Any) => concept.coding[0]),
      },
      rule.type,
      asked,
    );
  const holds = (parts: Any[], test: (part: Any) => boolean): boolean => parts.length === 0 || parts.some(test);
  return holds(list(rule.data), isData) && holds(list(rule.activity), isActivity);
}

const dataProvision = (data: Any, dataPeriod: Any): Any => ({
  data: data.resource,
  securityLabel: data.security,
  dataPeriod,
});

// ---------------------------------------------------------------------------------------------- data sets

const extensionsOf = (one: Any, name: string): Any[] => list(one.extension).filter((e) => e.url === sd + name);
const partOf = (extension: Any, name: string): Any => list(extension.extension).find((part) => part.url === name);

/** Embargo and expiry deny whatever else gives the data. */
function dateDenies(asked: Asked): boolean {
  return dataSetsOf(asked).some((dataSet) => {
    const embargo = extensionsOf(dataSet, 'embargo-until')[0]?.valueDate;
    const expiry = extensionsOf(dataSet, 'expires')[0]?.valueDate;
    // A data set in which something is not understood is closed, but its dates are only known when all were read.
    if (isUnreadableRequirement(dataSet)) return false;
    return (
      (embargo !== undefined && asked.now < dayAfter(embargo)) ||
      (expiry !== undefined && asked.now >= dayAfter(expiry))
    );
  });
}

const isUnreadableRequirement = (dataSet: Any): boolean =>
  extensionsOf(dataSet, 'embargo-until').length > 1 ||
  extensionsOf(dataSet, 'embargo-until').some((one) => one.valueDate === 'soon') ||
  extensionsOf(dataSet, 'purpose-of-use').some((one) => one.valueCoding.code === 'RSRCH');

function isClosed(dataSet: Any): boolean {
  if (dataSet.status !== 'active' || dataSet.modifierExtension !== undefined) return true;
  if (isUnreadableRequirement(dataSet) || extensionsOf(dataSet, 'moon-phase').length > 0) return true;
  if (extensionsOf(dataSet, 'granularity').some((one) => partOf(one, 'level').valueCode === 'some')) return true;
  const terms = extensionsOf(dataSet, 'data-use');
  const isMalformed = terms.some((one) => {
    const [name, parameter] = [duoName(one), partOf(one, 'parameter')];
    return name === undefined || (name === 'DS' && parameter === undefined) || parameter?.valueString === 'six';
  });
  if (isMalformed || (terms.length > 0 && !terms.some((one) => permissions.includes(duoName(one)!)))) return true;
  return extensionsOf(dataSet, 'granularity').length === 0 && !saysWhoMayHaveRecords(dataSet);
}

const licenceOf = (dataSet: Any): string | undefined =>
  list(dataSet.extension).find((one) => one.url.endsWith('/licenceCodeable'))?.valueCodeableConcept.coding[0].code;
const gates = ['required-visa', 'terms-to-accept', 'access-committee'];
const saysWhoMayHaveRecords = (dataSet: Any): boolean =>
  licenceOf(dataSet) !== undefined || [...gates, 'data-use'].some((name) => extensionsOf(dataSet, name).length > 0);

function dataSetLevel(dataSet: Any, asked: Asked): Level {
  if (isClosed(dataSet)) return 'none';
  const consent = extensionsOf(dataSet, 'consent-required')[0]?.valueBoolean === true;
  if (consent && !isConsented(asked)) return 'none';
  let level: Level = 'none';
  for (const granted of grantedLevels(dataSet, asked)) level = better(level, usable(granted, asked));
  if (needsGrant(asked)) return level;
  for (const offered of offeredLevels(dataSet, asked)) level = better(level, usable(offered, asked));
  return level;
}

/** Records that must be de-identified first may be counted. */
const usable = (level: Level, asked: Asked): Level =>
  level === 'record' && mustBeDeidentified(asked) ? 'count' : level;

function offeredLevels(dataSet: Any, asked: Asked): Level[] {
  const licence = licenceOf(dataSet);
  const licenceHolds = licence !== 'CC-BY-NC-4.0' || hasAccepted(`https://spdx.org/licenses/${licence}`, asked);
  const committee = extensionsOf(dataSet, 'access-committee').length > 0;
  const use = licenceHolds && !committee && audienceHolds(dataSet, asked) && dataUseHolds(dataSet, asked);
  const stated = extensionsOf(dataSet, 'granularity');
  if (stated.length === 0) return use ? ['record'] : [];
  return stated.map((one): Level => {
    const level = partOf(one, 'level').valueCode;
    const own = audienceHolds(one, asked);
    if (level === 'exists' || level === 'count') return own ? level : 'none';
    if (level === 'none' || !use || !own) return 'none';
    if (level === 'aggregate') return 'count';
    const isGated = saysWhoMayHaveRecords(dataSet) || gates.some((name) => extensionsOf(one, name).length > 0);
    return isGated ? level : 'none';
  });
}

/** The requirements that stand on a data set or on one of its levels. */
function audienceHolds(stated: Any, asked: Asked): boolean {
  const { context } = asked;
  const countries = extensionsOf(stated, 'recipient-country').map((one) => one.valueCode);
  const recipients = extensionsOf(stated, 'recipient').map(
    (one) => `${one.valueIdentifier.system}|${one.valueIdentifier.value}`,
  );
  const purposes = extensionsOf(stated, 'purpose-of-use').map((one) => one.valueCoding.code);
  return (
    (countries.length === 0 || countries.includes(context.country?.toUpperCase())) &&
    (recipients.length === 0 ||
      (context.subject.kind !== 'anonymous' && recipients.some((one) => context.affiliations?.includes(one)))) &&
    (purposes.length === 0 || purposePermitted(context, purposes)) &&
    extensionsOf(stated, 'terms-to-accept').every((one) => hasAccepted(one.valueUri, asked)) &&
    extensionsOf(stated, 'required-visa').every((one) =>
      hasVisa('ResearcherStatus', partOf(one, 'value')?.valueString, partOf(one, 'by')?.valueCode, asked),
    )
  );
}

const hasAccepted = (url: string, asked: Asked): boolean =>
  asked.context.acceptedTerms?.includes(url) === true || hasVisa('AcceptedTermsAndPolicies', url, undefined, asked);
const hasVisa = (type: string, value: string | undefined, by: string | undefined, { context, now }: Asked): boolean =>
  (context.visas ?? []).some(
    (visa) =>
      visa.type === type &&
      visa.expires > now &&
      (value === undefined || visa.value === value) &&
      (by === undefined || visa.by === by),
  );

function grantedLevels(dataSet: Any, { world, context, now }: Asked): Level[] {
  if (context.subject.kind === 'anonymous') return [];
  const me =
    context.subject.kind === 'person'
      ? `person ${context.subject.issuer} ${context.subject.id}`
      : `service ${context.subject.name}`;
  return world.statements.flatMap((one: Any): Level[] => {
    if (!isGrant(one) || one.status !== 'active') return [];
    const parts = one.extension[0].extension;
    const strings = (name: string): string[] => parts.filter((p: Any) => p.url === name).map((p: Any) => p.valueString);
    if (parts.some((p: Any) => p.url === 'moon')) return [];
    const isFor =
      strings('grantee').includes(me) ||
      (context.project !== undefined && strings('project').includes(context.project));
    const isHere = parts.find((p: Any) => p.url === 'data-set').valueReference.reference === `Library/${dataSet.id}`;
    const purposes = list(one.provision?.purpose).map((p) => p.code);
    const isForThis = purposes.length === 0 || purposePermitted(context, purposes);
    const level = parts.find((p: Any) => p.url === 'level').valueCode;
    return isFor && isHere && isForThis && isNow(one.provision?.period, now) ? [level] : [];
  });
}

// ---------------------------------------------------------------------------------------------- data use

const duoNames: Record<string, string> = {
  '04': 'NRES',
  '42': 'GRU',
  '06': 'HMB',
  '07': 'DS',
  '11': 'POA',
  '15': 'NMDS',
  '16': 'GSO',
  '18': 'NPUNCU',
  '45': 'NPU',
  '46': 'NCU',
  '19': 'PUB',
  '21': 'IRB',
  '29': 'RTN',
  '43': 'CC',
  '44': 'NPOA',
  '22': 'GS',
  '27': 'PS',
  '25': 'TS',
};
const permissions = ['NRES', 'GRU', 'HMB', 'DS', 'POA'];
const duoName = (extension: Any): string | undefined => duoNames[partOf(extension, 'term').valueCoding.code.slice(-2)];

function dataUseHolds(dataSet: Any, { context, isBelow }: Asked): boolean {
  const stated = extensionsOf(dataSet, 'data-use');
  if (stated.length === 0) return true;
  const research = context.research;
  if (research === undefined) return false;
  const parameters = (name: string): string[] =>
    stated
      .filter((one) => duoName(one) === name)
      .map((one) => partOf(one, 'parameter'))
      .map((one) => (one?.valueCoding === undefined ? one?.valueString : text(one.valueCoding)));
  const has = (name: string): boolean => stated.some((one) => duoName(one) === name);
  const diseasesFit =
    research.diseases.length > 0 &&
    research.diseases.every((one) => parameters('DS').some((two) => one === two || isBelow(one, two)));

  let uses = research.kinds.filter((kind) => kind !== 'genetic');
  if (research.diseases.length > 0 && !uses.includes('disease')) uses = [...uses, 'disease'];
  if (uses.length === 0 && research.kinds.includes('genetic')) uses = ['health'];
  if (uses.length === 0) return false;
  const table: Record<string, string[]> = {
    general: ['NRES', 'GRU'],
    health: ['NRES', 'GRU', 'HMB'],
    disease: [...(research.diseases.length > 0 ? ['NRES', 'GRU', 'HMB'] : []), ...(diseasesFit ? ['DS'] : [])],
    ancestry: ['NRES', 'GRU', 'POA'],
    methods: ['NRES', 'GRU', 'HMB', 'POA', ...(diseasesFit ? ['DS'] : [])],
    'clinical-care': has('CC') ? permissions : ['NRES'],
  };
  const isPermitted = uses.every((use) =>
    permissions.every((name) => !has(name) || table[use]?.includes(name) === true),
  );
  const broad = uses.includes('general');
  return (
    isPermitted &&
    permissions.some(has) &&
    !(has('NMDS') && (broad || uses.includes('methods')) && !(has('DS') && diseasesFit)) &&
    !(has('NPOA') && (broad || uses.includes('ancestry'))) &&
    !(has('GSO') && !research.kinds.includes('genetic')) &&
    !((has('NPU') || has('NPUNCU')) && context.forProfit !== false) &&
    !((has('NCU') || has('NPUNCU')) && research.commercial !== false) &&
    !(has('GS') && !parameters('GS').includes(context.country?.toUpperCase() ?? '')) &&
    !(has('PS') && !parameters('PS').includes(context.project ?? '')) &&
    !has('IRB')
  );
}
