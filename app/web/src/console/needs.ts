/** The capability codes a console offers; whatever else comes over the wire is shown as it is. */
export const NEEDS = ['medic', 'water', 'rope', 'air', 'boat', 'interp_es', 'interp_pt'] as const;
