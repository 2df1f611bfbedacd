/** All indicators with their measures, in RDA's order: tables, MeasureReports and the reference are made from this list. https://doi.org/10.15497/rda00050 */
import { fairIndicators } from '../../fhir/specification/fair-indicator.ts';
import { accessibleData } from './indicator/accessible-data.ts';
import { accessibleMetadata } from './indicator/accessible-metadata.ts';
import { findable } from './indicator/findable.ts';
import { interoperableFormats } from './indicator/interoperable.ts';
import { licence } from './indicator/licence.ts';
import { linked } from './indicator/linked.ts';
import { reusable } from './indicator/reusable.ts';
import type { Indicator } from './measurement.ts';

const measures = new Map(
  [findable, accessibleMetadata, accessibleData, interoperableFormats, linked, licence, reusable]
    .flat()
    .map((one) => [one.id, one]),
);

// A test holds that there is a measure for each.
export const indicators: readonly Indicator[] = fairIndicators.map((one) => ({ ...one, ...measures.get(one.id)! }));
