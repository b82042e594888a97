// Starts what the desk needs: the book of reports, the one that is opened, and their symbols in the scene.
import { startReportHeat } from '../layers/report-heat';
import { ReportSymbols } from '../layers/reports';
import { startBook } from '../state/book';
import { startDeskLink } from '../state/desk';
import { startOpened } from '../state/opened';
import type { Parts } from './testing';

export function start({ viewport, picking }: Parts): void {
  startDeskLink();
  startBook();
  startOpened();
  picking.reports = new ReportSymbols(viewport);
  startReportHeat(viewport);
}
