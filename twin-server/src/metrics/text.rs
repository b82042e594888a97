//! The text that Prometheus reads, format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::Write as _;

use super::Histogram;

/// Media type of the text.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The text while it is being written.
#[derive(Debug, Default)]
pub struct Text(String);

/// Names and values of labels.
type Labels<'a> = [(&'a str, &'a str)];

impl Text {
    /// Begins a figure: what it is, in one sentence.
    pub fn head(&mut self, name: &str, kind: &str, about: &str) {
        let _ = write!(self.0, "# HELP {name} {about}\n# TYPE {name} {kind}\n");
    }

    /// Writes one value.
    pub fn value(&mut self, name: &str, labels: &Labels<'_>, value: f64) {
        self.0.push_str(name);
        self.labels(labels, None);
        let _ = writeln!(self.0, " {value}");
    }

    /// Writes a histogram.
    pub fn histogram<const N: usize>(&mut self, name: &str, labels: &Labels<'_>, histogram: &Histogram<N>) {
        let (buckets, count, sum) = histogram.read();
        let all = buckets.iter().map(|(bound, below)| (bound.to_string(), *below));
        for (bound, below) in all.chain([("+Inf".to_owned(), count)]) {
            let _ = write!(self.0, "{name}_bucket");
            self.labels(labels, Some(&bound));
            let _ = writeln!(self.0, " {below}");
        }
        for (part, value) in [("sum", sum), ("count", count as f64)] {
            self.value(&format!("{name}_{part}"), labels, value);
        }
    }

    /// The whole text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }

    fn labels(&mut self, labels: &Labels<'_>, bound: Option<&str>) {
        let all = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
        let mut before = '{';
        for (name, value) in all {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{before}{name}=\"{value}\"");
            before = ',';
        }
        if before == ',' {
            self.0.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut text = Text::default();
        text.head("a_total", "counter", "What a is.");
        text.value("a_total", &[], 3.0);
        text.value("a_total", &[("b", "c\"d\\e\n")], 0.5);
        let histogram = Histogram::new([0.1, 1.0]);
        histogram.observe(0.5);
        text.histogram("h", &[("r", "x")], &histogram);
        assert_eq!(
            text.finish(),
            "# HELP a_total What a is.\n# TYPE a_total counter\na_total 3\n\
             a_total{b=\"c\\\"d\\\\e\\n\"} 0.5\n\
             h_bucket{r=\"x\",le=\"0.1\"} 0\nh_bucket{r=\"x\",le=\"1\"} 1\nh_bucket{r=\"x\",le=\"+Inf\"} 1\n\
             h_sum{r=\"x\"} 0.5\nh_count{r=\"x\"} 1\n"
        );
    }
}
