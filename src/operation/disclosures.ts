/** `$disclosures`: who was shown what of a patient, when and for what purpose; for that person and for stewards. https://profiles.ihe.net/ITI/BALP/volume-1.html */
import { auditReply, pageOf, periodOf } from './audit-page.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

export const disclosures: Operation = {
  code: 'disclosures',
  levels: ['instance'],
  types: ['Patient'],
  affectsState: false,
  summary:
    'Who was shown or changed what of a patient, when and for what purpose, as AuditEvents, newest first. For the patient and for stewards; of other people only those who asked are named.',
  parameters: [
    { name: 'date', min: 0, max: '2', type: 'string', documentation: 'When, with ge, gt, le, lt or eq before it.' },
    { name: '_count', min: 0, max: '1', type: 'integer', documentation: 'Entries on a page.' },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, disclosures.parameters, 'disclosures');
    const { id } = request;
    const shownTo = server.searchContext.hash(`Patient/${id}`);
    const place = { path: `Patient/${id}/$disclosures`, inputs, shownTo };
    const page = pageOf(place, server);
    const period = periodOf(inputs.texts('date'));
    return auditReply(place, page, await server.door.audit.disclosures(id, { ...period, ...page }), server);
  },
};
