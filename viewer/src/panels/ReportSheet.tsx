// The sheet of a resident's report: its head, and what is in it.
import { reports } from '../state/reports';
import { opened } from '../state/opened';
import { ReportDetail } from './ReportDetail';
import { ReportGlyph } from './ReportGlyph';
import { deskWords, kindName } from './report-texts';
import { Icon } from './Icon';
import { Frame } from './Sheet';
import { toolIcon } from './tool-cards';
import { zoneName } from './BuildingRows';

export function ReportSheet({ id, phone }: { id: number; phone: boolean }) {
  const t = deskWords.value;
  const now = opened.value;
  const report = typeof now === 'object' && now.report.id === id ? now.report : reports.value.get(id);
  const mark = report ? <ReportGlyph report={report} size={40} /> : <Icon d={toolIcon('message-square')} />;
  const note = report ? [t.line[report.line], zoneName(report.zone ?? '') || report.place.address].filter(Boolean).join(' · ') : '';
  return (
    <Frame phone={phone} of="report" mark={mark} title={report ? t.title(kindName(report.kind), id) : t.number(id)} note={note} lost={!report?.place.position}>
      <ReportDetail />
    </Frame>
  );
}
