/** REST interactions step by step, by the rule of the specification that each rests on. `@` in texts is an id of the case's own. https://hl7.org/fhir/R4B/http.html */
import type { Answer } from '../server.ts';

/** One request and what must come back. */
export interface Step {
  ask: readonly [method: string, path: string, body?: unknown, headers?: Record<string, string>];
  status: number;
  /** headers that must be so; a text that stands in them */
  headers?: Record<string, string>;
  /** texts that must stand in the body */
  has?: readonly string[];
  /** texts that must not */
  lacks?: readonly string[];
  /** what else must hold of the JSON body */
  holds?: (body: Answer['body'], answer: Answer) => unknown;
}

export interface RestCase {
  rule: string;
  source: string;
  steps: readonly Step[];
}

const http = 'https://hl7.org/fhir/R4B/http.html';
const patient = (more: object = {}) => ({ resourceType: 'Patient', id: '@', name: [{ family: 'Jansen' }], ...more });
const put = (more: object = {}, status = 201): Step => ({ ask: ['PUT', 'Patient/@', patient(more)], status });
const entry = (method: string, url: string, resource?: unknown, more: object = {}) => ({
  ...(resource === undefined ? {} : { resource }),
  request: { method, url, ...more },
});
const bundle = (type: string, ...all: object[]) => ({ resourceType: 'Bundle', type, entry: all });
const statuses = (body: Answer['body']): string => body['entry'].map((one: any) => one.response.status).join(' ');
const jsonPatch = { 'content-type': 'application/json-patch+json' };
const xmlPatch = { 'content-type': 'application/xml-patch+xml' };
const operation = (...parts: [string, object][]) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'operation', part: parts.map(([name, value]) => ({ name, ...value })) }],
});
const byIdentifier = 'Patient?identifier=urn:case|@';
const identified = (more: object = {}) => {
  const { id: _, ...rest } = patient({ identifier: [{ system: 'urn:case', value: '@' }], ...more });
  return rest;
};

export const restCases: readonly RestCase[] = [
  {
    rule: 'JSON Patch adds, replaces, removes, moves, copies and tests',
    source: `${http}#patch`,
    steps: [
      put({ birthDate: '1950-01-01' }),
      {
        ask: [
          'PATCH',
          'Patient/@',
          [
            { op: 'test', path: '/birthDate', value: '1950-01-01' },
            { op: 'replace', path: '/birthDate', value: '1951-01-01' },
            { op: 'add', path: '/name/0/given', value: ['An'] },
            { op: 'add', path: '/name/0/given/-', value: 'Bo' },
            { op: 'copy', from: '/name/0/family', path: '/name/0/text' },
            { op: 'add', path: '/gender', value: 'male' },
            { op: 'remove', path: '/gender' },
          ],
          jsonPatch,
        ],
        status: 200,
        headers: { etag: 'W/"2"' },
        has: ['"birthDate":"1951-01-01"', '"given":["An","Bo"]', '"text":"Jansen"'],
        lacks: ['gender'],
      },
    ],
  },
  {
    rule: 'a JSON Patch whose test fails changes nothing',
    source: `${http}#patch`,
    steps: [
      put(),
      {
        ask: [
          'PATCH',
          'Patient/@',
          [
            { op: 'add', path: '/gender', value: 'male' },
            { op: 'test', path: '/name/0/family', value: 'Other' },
          ],
          jsonPatch,
        ],
        status: 422,
      },
      { ask: ['GET', 'Patient/@'], status: 200, headers: { etag: 'W/"1"' }, lacks: ['gender'] },
    ],
  },
  {
    rule: 'a JSON Patch keeps the digits of what it does not touch',
    source: 'https://hl7.org/fhir/R4B/json.html#decimal',
    steps: [
      {
        ask: [
          'PUT',
          'Observation/@',
          '{"resourceType":"Observation","id":"@","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}',
        ],
        status: 201,
      },
      {
        ask: ['PATCH', 'Observation/@', [{ op: 'replace', path: '/status', value: 'amended' }], jsonPatch],
        status: 200,
        has: ['"value":1.50', '"status":"amended"'],
      },
    ],
  },
  {
    rule: 'a patch that makes the resource invalid is refused',
    source: `${http}#patch`,
    steps: [
      put(),
      { ask: ['PATCH', 'Patient/@', [{ op: 'add', path: '/gender', value: 'wrong' }], jsonPatch], status: 400 },
      { ask: ['PATCH', 'Patient/@', [{ op: 'replace', path: '/id', value: 'other' }], jsonPatch], status: 400 },
      { ask: ['PATCH', 'Patient/@', { op: 'remove' }, jsonPatch], status: 400 },
      { ask: ['PATCH', 'Patient/@', [{ op: 'remove', path: '/photo' }], jsonPatch], status: 422 },
      { ask: ['PATCH', 'Patient/@', [{ op: 'explode', path: '/name' }], jsonPatch], status: 400 },
    ],
  },
  {
    rule: 'XML Patch replaces, adds and removes by selectors',
    source: `${http}#patch`,
    steps: [
      put({ birthDate: '1950-01-01', active: true }),
      {
        ask: [
          'PATCH',
          'Patient/@',
          '<diff xmlns:fhir="http://hl7.org/fhir"><replace sel="fhir:Patient/fhir:birthDate/@value">1960-02-02</replace><remove sel="fhir:Patient/fhir:active"/><add sel="fhir:Patient/fhir:name"><given xmlns="http://hl7.org/fhir" value="Ida"/></add></diff>',
          xmlPatch,
        ],
        status: 200,
        has: ['"birthDate":"1960-02-02"', '"given":["Ida"]'],
        lacks: ['"active"'],
      },
      {
        ask: ['PATCH', 'Patient/@', '<diff><replace sel="Patient/photo/@value">1</replace></diff>', xmlPatch],
        status: 422,
      },
      { ask: ['PATCH', 'Patient/@', '<!DOCTYPE x><diff/>', xmlPatch], status: 400 },
    ],
  },
  {
    rule: 'FHIRPath Patch adds, inserts, moves, replaces and deletes',
    source: 'https://hl7.org/fhir/R4B/fhirpatch.html',
    steps: [
      put({ birthDate: '1950-01-01', name: [{ family: 'Jansen', given: ['An', 'Bo'] }] }),
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(
            ['type', { valueCode: 'add' }],
            ['path', { valueString: 'Patient' }],
            ['name', { valueString: 'gender' }],
            ['value', { valueCode: 'female' }],
          ),
        ],
        status: 200,
        has: ['"gender":"female"'],
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(
            ['type', { valueCode: 'replace' }],
            ['path', { valueString: 'Patient.birthDate' }],
            ['value', { valueDate: '1955-05-05' }],
          ),
        ],
        status: 200,
        has: ['"birthDate":"1955-05-05"'],
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(
            ['type', { valueCode: 'insert' }],
            ['path', { valueString: 'Patient.name.first().given' }],
            ['index', { valueInteger: 1 }],
            ['value', { valueString: 'Cy' }],
          ),
        ],
        status: 200,
        has: ['["An","Cy","Bo"]'],
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(
            ['type', { valueCode: 'move' }],
            ['path', { valueString: 'Patient.name[0].given' }],
            ['source', { valueInteger: 2 }],
            ['destination', { valueInteger: 0 }],
          ),
        ],
        status: 200,
        has: ['["Bo","An","Cy"]'],
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(
            ['type', { valueCode: 'delete' }],
            ['path', { valueString: "Patient.name.where(family='Jansen').given[1]" }],
          ),
        ],
        status: 200,
        has: ['["Bo","Cy"]'],
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(['type', { valueCode: 'delete' }], ['path', { valueString: 'Patient.photo' }]),
        ],
        status: 200,
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(
            ['type', { valueCode: 'replace' }],
            ['path', { valueString: 'Patient.photo' }],
            ['value', { valueString: 'x' }],
          ),
        ],
        status: 422,
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          operation(
            ['type', { valueCode: 'replace' }],
            ['path', { valueString: 'Patient.(' }],
            ['value', { valueString: 'x' }],
          ),
        ],
        status: 400,
      },
    ],
  },
  {
    rule: 'a patch of what is not there, or of an unknown kind, is told',
    source: `${http}#patch`,
    steps: [
      { ask: ['PATCH', 'Patient/@', [], jsonPatch], status: 404 },
      { ask: ['PATCH', 'Patient/@', 'x', { 'content-type': 'text/plain' }], status: 415 },
    ],
  },
  {
    rule: 'If-Match guards a patch',
    source: `${http}#concurrency`,
    steps: [
      put(),
      {
        ask: [
          'PATCH',
          'Patient/@',
          [{ op: 'add', path: '/active', value: true }],
          { ...jsonPatch, 'if-match': 'W/"7"' },
        ],
        status: 412,
      },
      {
        ask: [
          'PATCH',
          'Patient/@',
          [{ op: 'add', path: '/active', value: true }],
          { ...jsonPatch, 'if-match': 'W/"1"' },
        ],
        status: 200,
      },
    ],
  },
  {
    rule: 'a conditional patch needs one match',
    source: `${http}#patch`,
    steps: [
      { ask: ['PATCH', byIdentifier, [{ op: 'add', path: '/active', value: true }], jsonPatch], status: 404 },
      { ask: ['POST', 'Patient', identified()], status: 201 },
      {
        ask: ['PATCH', byIdentifier, [{ op: 'add', path: '/active', value: true }], jsonPatch],
        status: 200,
        has: ['"active":true'],
      },
      { ask: ['POST', 'Patient', identified()], status: 201 },
      { ask: ['PATCH', byIdentifier, [{ op: 'add', path: '/active', value: false }], jsonPatch], status: 412 },
    ],
  },
  {
    rule: 'a conditional update creates, replaces the one match, or is refused for several',
    source: `${http}#cond-update`,
    steps: [
      { ask: ['PUT', byIdentifier, identified()], status: 201 },
      {
        ask: ['PUT', byIdentifier, identified({ gender: 'male' })],
        status: 200,
        has: ['"gender":"male"'],
        headers: { etag: 'W/"2"' },
      },
      { ask: ['PUT', byIdentifier, { ...identified(), id: 'other-@' }], status: 400 },
      { ask: ['POST', 'Patient', identified()], status: 201 },
      { ask: ['PUT', byIdentifier, identified()], status: 412 },
      { ask: ['PUT', 'Patient', identified()], status: 400 },
    ],
  },
  {
    rule: 'a conditional update without a match creates under the id of the body',
    source: `${http}#cond-update`,
    steps: [
      {
        ask: ['PUT', byIdentifier, { ...identified(), id: 'own-@' }],
        status: 201,
        headers: { location: 'Patient/own-@/' },
      },
      { ask: ['GET', 'Patient/own-@'], status: 200 },
    ],
  },
  {
    rule: 'a conditional delete takes all matches away, none is no error',
    source: `${http}#3.1.0.7.1`,
    steps: [
      { ask: ['DELETE', byIdentifier], status: 204 },
      { ask: ['POST', 'Patient', identified()], status: 201 },
      { ask: ['POST', 'Patient', identified()], status: 201 },
      {
        ask: ['DELETE', byIdentifier, undefined, { prefer: 'return=OperationOutcome' }],
        status: 200,
        has: ['2 resources'],
      },
      { ask: ['GET', `${byIdentifier}&_summary=count`], status: 200, holds: (body) => body['total'] === 0 },
      { ask: ['DELETE', 'Patient'], status: 400 },
      { ask: ['DELETE', 'Patient?_count=1'], status: 400 },
    ],
  },
  {
    rule: 'a conditional create gives back what is there',
    source: `${http}#ccreate`,
    steps: [
      { ask: ['POST', 'Patient', identified(), { 'if-none-exist': 'identifier=urn:case|@' }], status: 201 },
      {
        ask: ['POST', 'Patient', identified(), { 'if-none-exist': 'identifier=urn:case|@' }],
        status: 200,
        has: ['"resourceType":"Patient"'],
      },
      {
        ask: ['POST', 'Patient', identified(), { 'if-none-exist': 'identifier=urn:case|@', prefer: 'return=minimal' }],
        status: 200,
        lacks: ['Patient'],
      },
    ],
  },
  {
    rule: 'a conditional read spares what the client has',
    source: `${http}#cread`,
    steps: [
      put(),
      { ask: ['GET', 'Patient/@', undefined, { 'if-none-match': 'W/"1"' }], status: 304 },
      { ask: ['GET', 'Patient/@', undefined, { 'if-none-match': 'W/"2"' }], status: 200 },
      { ask: ['GET', 'Patient/@', undefined, { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }], status: 304 },
      { ask: ['GET', 'Patient/@', undefined, { 'if-modified-since': 'Wed, 01 Jan 2020 00:00:00 GMT' }], status: 200 },
      { ask: ['GET', 'Patient/@', undefined, { 'if-modified-since': 'nonsense' }], status: 200 },
      {
        ask: [
          'GET',
          'Patient/@',
          undefined,
          { 'if-none-match': 'W/"9"', 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
        ],
        status: 200,
      },
    ],
  },
  {
    rule: 'the history of a resource tells every version, newest first, tombstones too',
    source: `${http}#history`,
    steps: [
      put(),
      put({ gender: 'male' }, 200),
      { ask: ['DELETE', 'Patient/@'], status: 204 },
      put({ gender: 'female' }, 200),
      {
        ask: ['GET', 'Patient/@/_history'],
        status: 200,
        holds: (body) =>
          body['total'] === 4 && body['entry'].map((one: any) => one.request.method).join(' ') === 'PUT DELETE PUT PUT',
      },
      {
        ask: ['GET', 'Patient/@/_history?_sort=_lastUpdated'],
        status: 200,
        holds: (body) => body['entry'].at(-1).response.etag === 'W/"4"',
      },
      {
        ask: ['GET', 'Patient/@/_history?_count=1'],
        status: 200,
        holds: (body) => body['entry'].length === 1 && body['link'].some((one: any) => one.relation === 'next'),
      },
      {
        ask: ['GET', 'Patient/@/_history?_since=2100-01-01T00:00:00Z'],
        status: 200,
        holds: (body) => body['entry'] === undefined,
      },
      { ask: ['GET', 'Patient/@/_history?_at=2000'], status: 200, holds: (body) => body['entry'] === undefined },
      { ask: ['GET', 'Patient/@/_history?_at=ge'], status: 400 },
      { ask: ['GET', 'Patient/@/_history?foo=1'], status: 400 },
      { ask: ['GET', 'Patient/@/_history/3'], status: 410 },
      { ask: ['GET', 'Patient/@/_history/2'], status: 200, has: ['"gender":"male"'] },
    ],
  },
  {
    rule: 'types and the system have histories',
    source: `${http}#history`,
    steps: [
      put(),
      put({ active: true }, 200),
      {
        ask: ['GET', 'Patient/_history?_count=2'],
        status: 200,
        holds: (body) => body['entry'].every((one: any) => one.fullUrl.endsWith('/@')) && body['entry'].length === 2,
      },
      {
        ask: ['GET', '_history?_count=1'],
        status: 200,
        holds: (body) => body['entry'][0].response.etag === 'W/"2"' && body['type'] === 'history',
      },
      { ask: ['GET', '_history?_since=2100'], status: 200, holds: (body) => body['entry'] === undefined },
      { ask: ['GET', 'Patient/_history?_sort=name'], status: 400 },
    ],
  },
  {
    rule: '_elements and _summary give parts, marked as such',
    source: 'https://hl7.org/fhir/R4B/search.html#summary',
    steps: [
      put({
        text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Hello</div>' },
        gender: 'male',
        maritalStatus: { text: 'single' },
      }),
      {
        ask: ['GET', 'Patient/@?_elements=gender'],
        status: 200,
        has: ['"gender"', 'SUBSETTED'],
        lacks: ['"name"', 'Hello'],
      },
      {
        ask: ['GET', 'Patient/@?_summary=true'],
        status: 200,
        has: ['"gender"', '"name"', 'SUBSETTED'],
        lacks: ['maritalStatus', 'Hello'],
      },
      { ask: ['GET', 'Patient/@?_summary=text'], status: 200, has: ['Hello', 'SUBSETTED'], lacks: ['gender'] },
      { ask: ['GET', 'Patient/@?_summary=data'], status: 200, has: ['maritalStatus', 'SUBSETTED'], lacks: ['Hello'] },
      { ask: ['GET', 'Patient/@?_summary=false'], status: 200, has: ['Hello'], lacks: ['SUBSETTED'] },
      { ask: ['GET', 'Patient/@?_summary=many'], status: 400 },
      { ask: ['GET', 'Patient/@?_elements=gender,'], status: 400 },
      {
        ask: ['GET', 'Patient?_id=@&_elements=Patient.gender'],
        status: 200,
        has: ['"gender"', 'SUBSETTED'],
        lacks: ['"name"'],
      },
      { ask: ['GET', 'Patient?_id=@&_summary=text'], status: 200, has: ['Hello'], lacks: ['gender'] },
    ],
  },
  {
    rule: 'formats are chosen by Accept or by _format, which goes first',
    source: `${http}#mime-type`,
    steps: [
      put(),
      {
        ask: ['GET', 'Patient/@', undefined, { accept: 'application/fhir+xml' }],
        status: 200,
        headers: { 'content-type': 'application/fhir+xml' },
        has: ['<Patient xmlns="http://hl7.org/fhir">', '<family value="Jansen"/>'],
      },
      {
        ask: ['GET', 'Patient/@?_format=xml', undefined, { accept: 'application/fhir+json' }],
        status: 200,
        has: ['<Patient'],
      },
      {
        ask: ['GET', 'Patient/@?_format=ttl'],
        status: 200,
        headers: { 'content-type': 'text/turtle' },
        has: ['a fhir:Patient'],
      },
      { ask: ['GET', 'Patient/@', undefined, { accept: 'text/turtle' }], status: 200, has: ['fhir:treeRoot'] },
      { ask: ['GET', 'Patient/@?_pretty=true'], status: 200, has: ['{\n  "resourceType": "Patient"'] },
      {
        ask: ['GET', 'Patient?_id=@&_format=ndjson'],
        status: 200,
        headers: { 'content-type': 'application/fhir+ndjson' },
        holds: (_, { text }) => text.trim().split('\n').length === 1 && text.includes('Jansen'),
      },
      {
        ask: ['GET', 'Patient/@', undefined, { accept: 'text/html,application/xml;q=0.9,*/*;q=0.1' }],
        status: 200,
        has: ['<Patient'],
      },
      { ask: ['GET', 'Patient/@', undefined, { accept: 'image/png' }], status: 406 },
      { ask: ['GET', 'Patient/@?_format=docx'], status: 406 },
      { ask: ['GET', 'Patient/missing-@?_format=xml'], status: 404, has: ['<OperationOutcome'] },
    ],
  },
  {
    rule: 'XML and Turtle are taken as well as JSON',
    source: `${http}#mime-type`,
    steps: [
      {
        ask: [
          'PUT',
          'Patient/@',
          '<Patient xmlns="http://hl7.org/fhir"><id value="@"/><name><family value="Ix"/></name></Patient>',
          { 'content-type': 'application/fhir+xml' },
        ],
        status: 201,
        has: ['"family":"Ix"'],
      },
      {
        ask: [
          'PUT',
          'Patient/@',
          '<Patient xmlns="http://hl7.org/fhir"><id value="@"/><nome/></Patient>',
          { 'content-type': 'application/fhir+xml' },
        ],
        status: 400,
        has: ['nome'],
      },
      {
        ask: ['PUT', 'Patient/@', '<Patient xmlns="http://hl7.org/fhir">', { 'content-type': 'application/fhir+xml' }],
        status: 400,
      },
      {
        ask: [
          'PUT',
          'Patient/@',
          '<!DOCTYPE a [<!ENTITY b "c">]><Patient xmlns="http://hl7.org/fhir"/>',
          { 'content-type': 'application/fhir+xml' },
        ],
        status: 400,
      },
      { ask: ['PUT', 'Patient/@', 'nonsense', { 'content-type': 'text/turtle' }], status: 400 },
    ],
  },
  {
    rule: 'Prefer says what a write gives back',
    source: `${http}#ops`,
    steps: [
      { ask: ['PUT', 'Patient/@', patient(), { prefer: 'return=minimal' }], status: 201, lacks: ['Jansen'] },
      {
        ask: ['PUT', 'Patient/@', patient({ active: true }), { prefer: 'return=representation' }],
        status: 200,
        has: ['Jansen'],
      },
      {
        ask: ['PUT', 'Patient/@', patient({ active: false }), { prefer: 'return=OperationOutcome' }],
        status: 200,
        has: ['OperationOutcome'],
      },
    ],
  },
  {
    rule: 'HEAD answers like GET, without the body',
    source: http,
    steps: [
      put(),
      { ask: ['HEAD', 'Patient/@'], status: 200, headers: { etag: 'W/"1"' }, lacks: ['Jansen'] },
      { ask: ['HEAD', 'Patient?_id=@'], status: 200 },
      { ask: ['HEAD', 'Patient/missing-@'], status: 404 },
    ],
  },
  {
    rule: 'scripts of other origins may ask',
    source: `${http}#security`,
    steps: [
      put(),
      {
        ask: ['GET', 'Patient/@', undefined, { origin: 'https://app.example' }],
        status: 200,
        headers: { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag' },
      },
      {
        ask: [
          'OPTIONS',
          'Patient/@',
          undefined,
          { origin: 'https://app.example', 'access-control-request-method': 'PATCH' },
        ],
        status: 204,
        headers: { 'access-control-allow-methods': 'PATCH' },
      },
    ],
  },
  {
    rule: 'large replies are compressed for those who take that',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding',
    steps: [
      {
        ask: ['GET', 'metadata', undefined, { 'accept-encoding': 'br' }],
        status: 200,
        headers: { 'content-encoding': 'br' },
      },
      {
        ask: ['GET', 'metadata', undefined, { 'accept-encoding': 'gzip' }],
        status: 200,
        headers: { 'content-encoding': 'gzip' },
        has: ['CapabilityStatement'],
      },
      {
        ask: ['GET', 'metadata', undefined, { 'accept-encoding': 'identity' }],
        status: 200,
        holds: (_, { headers }) => headers.get('content-encoding') === null,
      },
    ],
  },
  {
    rule: 'the content of a Binary goes out and comes in under its own type',
    source: 'https://hl7.org/fhir/R4B/binary.html#rest',
    steps: [
      {
        ask: ['PUT', 'Binary/@', 'hello', { 'content-type': 'text/x-note' }],
        status: 201,
        has: ['"data":"aGVsbG8="', '"contentType":"text/x-note"'],
      },
      {
        ask: ['GET', 'Binary/@', undefined, { accept: 'text/x-note' }],
        status: 200,
        headers: { 'content-type': 'text/x-note', 'x-content-type-options': 'nosniff' },
        holds: (_, { text }) => text === 'hello',
      },
      { ask: ['GET', 'Binary/@', undefined, { accept: 'application/fhir+json' }], status: 200, has: ['aGVsbG8='] },
      { ask: ['GET', 'Binary/@'], status: 200, has: ['aGVsbG8='] },
      { ask: ['POST', 'Binary', 'x,y', { 'content-type': 'text/csv' }], status: 201 },
      { ask: ['PUT', 'Patient/@', 'hello', { 'content-type': 'text/x-note' }], status: 415 },
    ],
  },
  {
    rule: 'a batch performs each entry alone, PATCH and conditions included',
    source: `${http}#transaction`,
    steps: [
      put(),
      {
        ask: [
          'POST',
          '',
          bundle(
            'batch',
            entry('GET', 'Patient/@'),
            entry('PATCH', 'Patient/@', {
              resourceType: 'Binary',
              contentType: 'application/json-patch+json',
              data: Buffer.from('[{"op":"add","path":"/active","value":true}]').toString('base64'),
            }),
            entry('GET', 'Patient/@', undefined, { ifNoneMatch: 'W/"1"' }),
            entry('GET', 'Patient?_id=@'),
            entry('GET', 'Patient/@/_history'),
            entry('DELETE', byIdentifier),
            entry('GET', 'Patient/missing-@'),
          ),
        ],
        status: 200,
        holds: (body) => statuses(body).startsWith('200 200 ') && statuses(body).endsWith('200 200 204 404'),
      },
    ],
  },
  {
    rule: 'a transaction deletes, creates, updates and patches in this order, then reads',
    source: `${http}#trules`,
    steps: [
      put({ identifier: [{ system: 'urn:case', value: '@' }] }),
      { ask: ['PUT', 'Patient/second-@', patient({ id: 'second-@' })], status: 201 },
      {
        ask: [
          'POST',
          '',
          bundle(
            'transaction',
            entry('GET', 'Patient/second-@'),
            entry(
              'PATCH',
              'Patient/second-@',
              operation(
                ['type', { valueCode: 'add' }],
                ['path', { valueString: 'Patient' }],
                ['name', { valueString: 'gender' }],
                ['value', { valueCode: 'other' }],
              ),
            ),
            entry('POST', 'Patient', identified(), { ifNoneExist: 'identifier=urn:case|@' }),
            entry('DELETE', 'Patient/@'),
          ),
        ],
        status: 200,
        holds: (body) => statuses(body) === '200 200 201 204' && body['entry'][0].resource.gender === 'other',
      },
      { ask: ['GET', 'Patient/@'], status: 410 },
    ],
  },
  {
    rule: 'a transaction takes conditional updates, deletes and patches',
    source: `${http}#trules`,
    steps: [
      {
        ask: ['POST', '', bundle('transaction', entry('PUT', byIdentifier, identified()))],
        status: 200,
        holds: (body) => statuses(body) === '201',
      },
      {
        ask: ['POST', '', bundle('transaction', entry('PUT', byIdentifier, identified({ gender: 'male' })))],
        status: 200,
        holds: (body) => statuses(body) === '200',
      },
      {
        ask: ['POST', '', bundle('transaction', entry('DELETE', byIdentifier))],
        status: 200,
        holds: (body) => statuses(body) === '204',
      },
      {
        ask: [
          'POST',
          '',
          bundle(
            'transaction',
            entry(
              'PATCH',
              byIdentifier,
              operation(['type', { valueCode: 'delete' }], ['path', { valueString: 'Patient.gender' }]),
            ),
          ),
        ],
        status: 404,
      },
    ],
  },
  {
    rule: 'a transaction is all or nothing',
    source: `${http}#trules`,
    steps: [
      {
        ask: [
          'POST',
          '',
          bundle(
            'transaction',
            entry('PUT', 'Patient/@', patient()),
            entry('PUT', 'Patient/second-@', patient({ id: 'second-@', gender: 'wrong' })),
          ),
        ],
        status: 400,
      },
      { ask: ['GET', 'Patient/@'], status: 404 },
      {
        ask: [
          'POST',
          '',
          bundle('transaction', entry('PUT', 'Patient/@', patient()), entry('PUT', 'Patient/@', patient())),
        ],
        status: 400,
      },
      {
        ask: ['POST', '', bundle('transaction', entry('PUT', 'Patient/@', patient(), { ifMatch: 'W/"3"' }))],
        status: 412,
      },
    ],
  },
  {
    rule: 'a transaction gives back what Prefer says',
    source: `${http}#transaction-response`,
    steps: [
      {
        ask: ['POST', '', bundle('transaction', entry('PUT', 'Patient/@', patient()))],
        status: 200,
        lacks: ['Jansen'],
      },
      {
        ask: [
          'POST',
          '',
          bundle('transaction', entry('PUT', 'Patient/@', patient())),
          { prefer: 'return=representation' },
        ],
        status: 200,
        has: ['Jansen'],
      },
      {
        ask: [
          'POST',
          '',
          bundle('transaction', entry('PUT', 'Patient/@', patient())),
          { prefer: 'return=OperationOutcome' },
        ],
        status: 200,
        has: ['OperationOutcome'],
      },
    ],
  },
  {
    rule: 'capabilities are told in three modes',
    source: `${http}#capabilities`,
    steps: [
      {
        ask: ['GET', 'metadata'],
        status: 200,
        has: ['"conditionalUpdate":true', '"history-system"', '"patch"', 'searchRevInclude', 'everything'],
      },
      {
        ask: ['GET', 'metadata?mode=normative'],
        status: 200,
        has: ['"type":"Patient"'],
        lacks: ['"type":"Condition"'],
      },
      { ask: ['GET', 'metadata?mode=terminology'], status: 200, has: ['TerminologyCapabilities'] },
      { ask: ['GET', 'metadata?mode=other'], status: 400 },
      { ask: ['GET', 'metadata?_format=xml'], status: 200, has: ['<CapabilityStatement'] },
    ],
  },
  {
    rule: '$meta tells, $meta-add adds, $meta-delete takes away',
    source: 'https://hl7.org/fhir/R4B/resource-operation-meta.html',
    steps: [
      put({ meta: { tag: [{ system: 'urn:t', code: 'a' }] } }),
      {
        ask: [
          'POST',
          'Patient/@/$meta-add',
          {
            resourceType: 'Parameters',
            parameter: [
              {
                name: 'meta',
                valueMeta: {
                  tag: [
                    { system: 'urn:t', code: 'b' },
                    { system: 'urn:t', code: 'a' },
                  ],
                  profile: ['http://p.example'],
                },
              },
            ],
          },
        ],
        status: 200,
        holds: (body) =>
          body['parameter'][0].valueMeta.tag.length === 2 && body['parameter'][0].valueMeta.versionId === '2',
      },
      { ask: ['GET', 'Patient/@/$meta'], status: 200, has: ['http://p.example', '"b"'] },
      {
        ask: [
          'POST',
          'Patient/@/$meta-delete',
          {
            resourceType: 'Parameters',
            parameter: [{ name: 'meta', valueMeta: { tag: [{ system: 'urn:t', code: 'a' }] } }],
          },
        ],
        status: 200,
        holds: (body) => body['parameter'][0].valueMeta.tag.length === 1,
      },
      { ask: ['GET', 'Patient?_tag=urn:t|a&_id=@'], status: 200, holds: (body) => body['total'] === 0 },
      { ask: ['POST', 'Patient/@/$meta-add', { resourceType: 'Parameters' }], status: 400 },
      { ask: ['GET', 'Patient/missing-@/$meta'], status: 404 },
    ],
  },
  {
    rule: '$everything of a patient brings the compartment and what it refers to, in pages',
    source: 'https://hl7.org/fhir/R4B/patient-operation-everything.html',
    steps: [
      { ask: ['PUT', 'Organization/@', { resourceType: 'Organization', id: '@', name: 'Org' }], status: 201 },
      put({ managingOrganization: { reference: 'Organization/@' } }),
      {
        ask: [
          'PUT',
          'Observation/one-@',
          {
            resourceType: 'Observation',
            id: 'one-@',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: 'Patient/@' },
            effectiveDateTime: '2020-01-01',
          },
        ],
        status: 201,
      },
      {
        ask: [
          'PUT',
          'Observation/two-@',
          {
            resourceType: 'Observation',
            id: 'two-@',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: 'Patient/@' },
            effectiveDateTime: '2022-01-01',
          },
        ],
        status: 201,
      },
      {
        ask: ['GET', 'Patient/@/$everything'],
        status: 200,
        has: ['Patient/@"', 'one-@', 'two-@', 'Organization/@'],
        holds: (body) => body['entry'].length === 4,
      },
      {
        ask: ['GET', 'Patient/@/$everything?start=2021-01-01'],
        status: 200,
        has: ['two-@'],
        lacks: ['Observation/one-@'],
      },
      {
        ask: ['GET', 'Patient/@/$everything?end=2021-01-01'],
        status: 200,
        has: ['one-@'],
        lacks: ['Observation/two-@'],
      },
      {
        ask: ['GET', 'Patient/@/$everything?_type=Observation'],
        status: 200,
        holds: (body) => body['entry'].filter((one: any) => one.search.mode === 'match').length === 2,
      },
      {
        ask: ['GET', 'Patient/@/$everything?_count=1'],
        status: 200,
        holds: (body) => body['link'].some((one: any) => one.relation === 'next' && one.url.includes('$everything')),
      },
      {
        ask: ['GET', 'Patient/@/$everything?_since=2100-01-01T00:00:00Z'],
        status: 200,
        holds: (body) => body['entry'] === undefined,
      },
      { ask: ['GET', 'Patient/@/$everything?foo=1'], status: 400 },
      { ask: ['GET', 'Patient/missing-@/$everything'], status: 404 },
      { ask: ['GET', 'Organization/@/$everything'], status: 400 },
    ],
  },
  {
    rule: '$lastn gives the newest observations of each code',
    source: 'https://hl7.org/fhir/R4B/observation-operation-lastn.html',
    steps: [
      put(),
      ...(['2020', '2021', '2022'] as const).map(
        (year): Step => ({
          ask: [
            'PUT',
            `Observation/${year}-@`,
            {
              resourceType: 'Observation',
              id: `${year}-@`,
              status: 'final',
              code: { coding: [{ system: 'urn:l', code: 'a' }] },
              subject: { reference: 'Patient/@' },
              effectiveDateTime: year,
            },
          ],
          status: 201,
        }),
      ),
      {
        ask: [
          'PUT',
          'Observation/other-@',
          {
            resourceType: 'Observation',
            id: 'other-@',
            status: 'final',
            code: { text: 'b' },
            subject: { reference: 'Patient/@' },
            effectiveDateTime: '2019',
          },
        ],
        status: 201,
      },
      {
        ask: ['GET', 'Observation/$lastn?patient=Patient/@'],
        status: 200,
        has: ['2022-@', 'other-@'],
        lacks: ['2021-@'],
      },
      {
        ask: ['GET', 'Observation/$lastn?patient=Patient/@&max=2&code=a'],
        status: 200,
        has: ['2022-@', '2021-@'],
        lacks: ['2020-@', 'other-@'],
      },
      { ask: ['GET', 'Observation/$lastn'], status: 400 },
      { ask: ['GET', 'Observation/$lastn?patient=Patient/@&max=0'], status: 400 },
      { ask: ['GET', 'Patient/$lastn?patient=Patient/@'], status: 400 },
    ],
  },
  {
    rule: '$expunge erases for good, with a reason',
    source: 'https://gdpr-info.eu/art-17-gdpr/',
    steps: [
      put(),
      put({ gender: 'male' }, 200),
      { ask: ['POST', 'Patient/@/$expunge', { resourceType: 'Parameters' }], status: 400 },
      { ask: ['GET', 'Patient/@/$expunge?reason=x'], status: 404, has: ['must be posted'] },
      {
        ask: [
          'POST',
          'Patient/@/$expunge',
          {
            resourceType: 'Parameters',
            parameter: [
              { name: 'reason', valueString: 'x' },
              { name: 'onlyPreviousVersions', valueBoolean: true },
            ],
          },
        ],
        status: 200,
        holds: (body) => body['parameter'][0].valueInteger === 1,
      },
      { ask: ['GET', 'Patient/@/_history/1'], status: 404 },
      { ask: ['GET', 'Patient/@'], status: 200 },
      {
        ask: [
          'POST',
          'Patient/@/$expunge',
          { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'x' }] },
        ],
        status: 200,
      },
      { ask: ['GET', 'Patient/@'], status: 404 },
      { ask: ['GET', 'Patient/@/_history'], status: 404 },
      { ask: ['GET', 'Patient?_id=@'], status: 200, holds: (body) => body['total'] === 0 },
    ],
  },
  {
    rule: '$validate checks structure, codes, invariants and profiles, and stores nothing',
    source: 'https://hl7.org/fhir/R4B/resource-operation-validate.html',
    steps: [
      { ask: ['POST', 'Patient/$validate', patient()], status: 200, has: ['no fault was found'] },
      { ask: ['GET', 'Patient/@'], status: 404 },
      {
        ask: [
          'POST',
          'Patient/$validate',
          { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: patient({ gender: 'x' }) }] },
        ],
        status: 200,
        has: ['code-invalid'],
      },
      {
        ask: ['POST', 'Patient/$validate', patient({ contact: [{ gender: 'male' }] })],
        status: 200,
        has: ['pat-1', 'invariant'],
      },
      {
        ask: ['POST', 'Patient/$validate?profile=http://unknown.example', patient()],
        status: 200,
        has: ['not known here'],
      },
      {
        ask: [
          'POST',
          '$validate',
          {
            resourceType: 'Library',
            meta: { profile: ['http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/Library-uv-f4f'] },
            status: 'active',
            type: {
              coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'asset-collection' }],
            },
            content: [{ contentType: 'text/csv' }],
          },
        ],
        status: 200,
        has: ['content.url'],
      },
      { ask: ['POST', 'Observation/$validate', patient()], status: 200, has: ['the address is for Observation'] },
      { ask: ['POST', 'Patient/$validate?mode=sing', patient()], status: 400 },
      { ask: ['POST', 'Patient/$validate'], status: 400 },
      put(),
      { ask: ['GET', 'Patient/@/$validate'], status: 200, has: ['no fault'] },
    ],
  },
  {
    rule: 'searches go back and forth between pages',
    source: `${http}#paging`,
    steps: [
      ...['a', 'b', 'c'].map(
        (one): Step => ({
          ask: [
            'PUT',
            `Patient/${one}-@`,
            patient({ id: `${one}-@`, identifier: [{ system: 'urn:page', value: '@' }] }),
          ],
          status: 201,
        }),
      ),
      {
        ask: ['GET', 'Patient?identifier=urn:page|@&_count=2'],
        status: 200,
        holds: (body) => body['link'].map((one: any) => one.relation).join(' ') === 'self first next',
      },
      {
        ask: ['GET', 'Patient?identifier=urn:page|@&_count=5'],
        status: 200,
        holds: (body) => body['total'] === 3 && body['link'].length === 1,
      },
      {
        ask: ['GET', 'Patient?identifier=urn:page|@&_maxresults=2'],
        status: 200,
        holds: (body) => body['entry'].length === 2 && body['total'] === 2,
      },
      {
        ask: ['GET', 'Patient?identifier=urn:page|@&_count=1&_maxresults=2'],
        status: 200,
        holds: (body) => body['entry'].length === 1,
      },
      {
        ask: ['GET', 'Patient?identifier=urn:page|@&_count=1&_total=accurate'],
        status: 200,
        holds: (body) => body['total'] === 3,
      },
      {
        ask: ['GET', 'Patient?identifier=urn:page|@&_count=1&_total=estimate'],
        status: 200,
        holds: (body) => body['total'] === 3,
      },
    ],
  },
  {
    rule: 'includes follow references, canonicals, all of them and again what they brought',
    source: 'https://hl7.org/fhir/R4B/search.html#revinclude',
    steps: [
      { ask: ['PUT', 'Organization/top-@', { resourceType: 'Organization', id: 'top-@', name: 'Top' }], status: 201 },
      {
        ask: [
          'PUT',
          'Organization/@',
          { resourceType: 'Organization', id: '@', name: 'Org', partOf: { reference: 'Organization/top-@' } },
        ],
        status: 201,
      },
      put({ managingOrganization: { reference: 'Organization/@' } }),
      {
        ask: [
          'PUT',
          'Questionnaire/@',
          { resourceType: 'Questionnaire', id: '@', url: 'http://q.example/@', status: 'active' },
        ],
        status: 201,
      },
      {
        ask: [
          'PUT',
          'QuestionnaireResponse/@',
          {
            resourceType: 'QuestionnaireResponse',
            id: '@',
            status: 'completed',
            questionnaire: 'http://q.example/@|2',
            subject: { reference: 'Patient/@' },
          },
        ],
        status: 201,
      },
      {
        ask: ['GET', 'Patient?_id=@&_include=Patient:organization'],
        status: 200,
        holds: (body) => body['entry'].length === 2,
      },
      {
        ask: ['GET', 'Patient?_id=@&_include=Patient:organization&_include:iterate=Organization:partof'],
        status: 200,
        holds: (body) => body['entry'].length === 3,
      },
      { ask: ['GET', 'Patient?_id=@&_include=*'], status: 200, holds: (body) => body['entry'].length === 2 },
      { ask: ['GET', 'Patient?_id=@&_include=Patient:*'], status: 200, holds: (body) => body['entry'].length === 2 },
      { ask: ['GET', 'Patient?_id=@&_revinclude=*'], status: 200, has: ['QuestionnaireResponse/@'] },
      {
        ask: [
          'GET',
          'Patient?_id=@&_revinclude=QuestionnaireResponse:subject&_include:iterate=QuestionnaireResponse:questionnaire',
        ],
        status: 200,
        holds: (body) => body['entry'].length === 3,
      },
      {
        ask: ['GET', 'QuestionnaireResponse?_id=@&_include=QuestionnaireResponse:questionnaire'],
        status: 200,
        has: ['Questionnaire/@'],
      },
      {
        ask: ['GET', 'Questionnaire?_id=@&_revinclude=QuestionnaireResponse:questionnaire'],
        status: 200,
        has: ['QuestionnaireResponse/@'],
      },
    ],
  },
  {
    rule: 'words are scored, and can be sorted by their score',
    source: 'https://hl7.org/fhir/R4B/search.html#score',
    steps: [
      put({ text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">zebra-@ once</div>' } }),
      {
        ask: [
          'PUT',
          'Patient/two-@',
          patient({
            id: 'two-@',
            text: {
              status: 'generated',
              div: '<div xmlns="http://www.w3.org/1999/xhtml">zebra-@ zebra-@ zebra-@</div>',
            },
          }),
        ],
        status: 201,
      },
      {
        ask: ['GET', 'Patient?_text=zebra&_sort=_score'],
        status: 200,
        holds: (body) => body['entry'].length < 2 || body['entry'][0].search.score >= body['entry'][1].search.score,
      },
      {
        ask: ['GET', 'Patient?_text=zebra&_id=@'],
        status: 200,
        holds: (body) => body['entry'][0].search.score > 0 && body['entry'][0].search.score <= 1,
      },
    ],
  },
  {
    rule: 'searches may be posted, in compartments and of the system too',
    source: `${http}#search`,
    steps: [
      put(),
      {
        ask: ['POST', '_search', '_type=Patient&_id=@', { 'content-type': 'application/x-www-form-urlencoded' }],
        status: 200,
        holds: (body) => body['total'] === 1,
      },
      {
        ask: [
          'POST',
          'Patient/@/Observation/_search',
          '_count=1',
          { 'content-type': 'application/x-www-form-urlencoded' },
        ],
        status: 200,
      },
      { ask: ['GET', ''], status: 400 },
      { ask: ['GET', 'Organization/@/Observation'], status: 404 },
      { ask: ['GET', 'Patient/@/Organization'], status: 404 },
      { ask: ['GET', '?_type=Nobody'], status: 400 },
      { ask: ['GET', '?_type=Patient,Observation&gender=male'], status: 400 },
    ],
  },
];
