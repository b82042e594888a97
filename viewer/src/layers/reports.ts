// Residents' reports as symbols in the scene: spoken words on stems, told apart from devices by their shape.
//
// In: reports of state. Out: symbols in the viewport; which report is at a place on the canvas.
import { reportIconPath } from '../api/report-icons';
import type { Report } from '../api/reports';
import type { Viewport } from '../scene/viewport';
import { isNew, lookOfReport, pressing } from '../state/report-looks';
import { hiddenReportKinds, reportKinds, reports, reportsShown } from '../state/reports';
import { PlaceSymbols } from './place-symbols';

export class ReportSymbols extends PlaceSymbols<Report> {
  constructor(viewport: Viewport) {
    super(viewport, {
      of: 'report',
      watch: () => [reports.value, reportKinds.value, reportsShown.value, hiddenReportKinds.value],
      all: () => reports.peek(),
      // What was joined to another stands where that one stands.
      shown: ({ kind, state }) => reportsShown.peek() && state !== 'merged' && !hiddenReportKinds.peek().has(kind),
      at: ({ place }) => place.position,
      rank: pressing,
      front: ({ urge }) => urge === 'escalated',
      look: (report, selected, count) => {
        const icon = reportIconPath(reportKinds.peek().get(report.kind)?.icon);
        return { icon, ...lookOfReport(report), dashed: isNew(report), urgent: report.urge === 'escalated', selected, small: false, count };
      },
    });
  }
}
