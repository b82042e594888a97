// A report's glyph as it stands in the scene: its shape tells the urge, a broken outline that it is new.
import { reportIconPath } from '../api/report-icons';
import type { Report } from '../api/reports';
import { isNew, lookOfReport, urgencyOf } from '../state/report-looks';
import { reportKinds } from '../state/reports';
import { STATUS_OF } from './report-texts';

export function ReportGlyph({ report, size }: { report: Report; size: number }) {
  return (
    <svg class="glyph report-glyph" data-status={STATUS_OF[urgencyOf(report)]} data-new={isNew(report)} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path class="shape" d={lookOfReport(report).shape} />
      <path class="icon-path" d={reportIconPath(reportKinds.value.get(report.kind)?.icon)} transform="translate(6.5 5.5) scale(.46)" />
    </svg>
  );
}
