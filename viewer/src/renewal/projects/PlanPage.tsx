// x
export function PlanPage(_: { id: number | null }) { return null; }
