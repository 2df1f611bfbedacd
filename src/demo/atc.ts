/** A fragment of the Anatomical Therapeutic Chemical classification: diabetes and cardiovascular drugs. https://atcddd.fhi.no/atc_ddd_index/ */
export const atcSystem = 'http://www.whocc.no/atc';

/** Codes and names; a code stands below the longest other code that it begins with. */
export const atcNames: Readonly<Record<string, string>> = {
  A10: 'Drugs used in diabetes',
  A10A: 'Insulins and analogues',
  A10AB: 'Insulins and analogues for injection, fast-acting',
  A10AB05: 'insulin aspart',
  A10AE: 'Insulins and analogues for injection, long-acting',
  A10AE04: 'insulin glargine',
  A10B: 'Blood glucose lowering drugs, excl. insulins',
  A10BA: 'Biguanides',
  A10BA02: 'metformin',
  A10BB: 'Sulfonylureas',
  A10BB12: 'glimepiride',
  A10BH: 'Dipeptidyl peptidase 4 (DPP-4) inhibitors',
  A10BH01: 'sitagliptin',
  A10BK: 'Sodium-glucose co-transporter 2 (SGLT2) inhibitors',
  A10BK01: 'dapagliflozin',
  A10BK03: 'empagliflozin',
  C07: 'Beta blocking agents',
  C07A: 'Beta blocking agents',
  C07AA: 'Beta blocking agents, non-selective',
  C07AA05: 'propranolol',
  C07AA07: 'sotalol',
  C07AB: 'Beta blocking agents, selective',
  C07AB02: 'metoprolol',
  C07AB03: 'atenolol',
  C07AB07: 'bisoprolol',
  C07AB12: 'nebivolol',
  C07AG: 'Alpha and beta blocking agents',
  C07AG02: 'carvedilol',
  C08: 'Calcium channel blockers',
  C08C: 'Selective calcium channel blockers with mainly vascular effects',
  C08CA: 'Dihydropyridine derivatives',
  C08CA01: 'amlodipine',
  C08CA05: 'nifedipine',
  C08D: 'Selective calcium channel blockers with direct cardiac effects',
  C08DA: 'Phenylalkylamine derivatives',
  C08DA01: 'verapamil',
  C08DB: 'Benzothiazepine derivatives',
  C08DB01: 'diltiazem',
  C09: 'Agents acting on the renin-angiotensin system',
  C09A: 'ACE inhibitors, plain',
  C09AA: 'ACE inhibitors, plain',
  C09AA02: 'enalapril',
  C09AA05: 'ramipril',
  C09C: 'Angiotensin II receptor blockers (ARBs), plain',
  C09CA: 'Angiotensin II receptor blockers (ARBs), plain',
  C09CA01: 'losartan',
  C09CA03: 'valsartan',
  C10: 'Lipid modifying agents',
  C10A: 'Lipid modifying agents, plain',
  C10AA: 'HMG CoA reductase inhibitors',
  C10AA01: 'simvastatin',
  C10AA05: 'atorvastatin',
  C10AA07: 'rosuvastatin',
  C10AX: 'Other lipid modifying agents',
  C10AX09: 'ezetimibe',
};

/** Substances below each of the groups that the demo prescribes from. */
export const beta = substancesBelow('C07');
export const verapamil = 'C08DA01';
export const substances = {
  diabetes: substancesBelow('A10'),
  calcium: substancesBelow('C08').filter((code) => code !== verapamil),
  renin: substancesBelow('C09'),
  lipid: substancesBelow('C10'),
} as const;

export function atcName(code: string): string {
  return atcNames[code] ?? code;
}

/** Substances have seven characters; shorter codes are groups. */
function substancesBelow(group: string): string[] {
  return Object.keys(atcNames).filter((code) => code.startsWith(group) && code.length === 7);
}
