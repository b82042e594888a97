//! Requests by route, method and class of status, and how long their answers took to begin.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::{Counter, Histogram, Text};

/// Methods that are told apart; all others are one.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Requests. Routes are the templates of the router, so that there are only so many.
#[derive(Debug)]
pub struct HttpMetrics {
    routes: RwLock<BTreeMap<Box<str>, Arc<Route>>>,
}

#[derive(Debug)]
struct Route {
    /// By method (the last one: any other) and class of status.
    answers: [[Counter; CLASSES.len()]; METHODS.len() + 1],
    seconds: Histogram<14>,
}

impl Route {
    fn new() -> Self {
        Self {
            answers: Default::default(),
            seconds: Histogram::new([
                0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            ]),
        }
    }

    fn observe(&self, method: &str, status: u16, took: Duration) {
        let method = METHODS.iter().position(|name| *name == method).unwrap_or(METHODS.len());
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        if let Some(counter) = self.answers.get(method).and_then(|classes| classes.get(class)) {
            counter.add(1);
        }
        self.seconds.observe(took.as_secs_f64());
    }
}

impl HttpMetrics {
    pub(super) const fn new() -> Self {
        Self { routes: RwLock::new(BTreeMap::new()) }
    }

    /// Counts an answer.
    pub fn observe(&self, route: &str, method: &str, status: u16, took: Duration) {
        if let Some(known) = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(route) {
            known.observe(method, status, took);
            return;
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        routes.entry(route.into()).or_insert_with(|| Arc::new(Route::new())).observe(method, status, took);
    }

    pub(super) fn write(&self, out: &mut Text) {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner).clone();
        out.head("twin_http_requests_total", "counter", "Requests by route, method and class of status.");
        for (name, route) in &routes {
            for (method, classes) in METHODS.iter().chain(&["other"]).zip(&route.answers) {
                for (class, counter) in CLASSES.iter().zip(classes).filter(|(_, counter)| counter.get() > 0) {
                    let labels = [("route", &**name), ("method", method), ("status", class)];
                    out.value("twin_http_requests_total", &labels, counter.get() as f64);
                }
            }
        }
        out.head("twin_http_seconds", "histogram", "Time until an answer began, by route.");
        for (name, route) in &routes {
            out.histogram("twin_http_seconds", &[("route", &**name)], &route.seconds);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_method_and_class() {
        let metrics = HttpMetrics::new();
        for (method, status) in [("GET", 200), ("GET", 204), ("GET", 404), ("BREW", 418), ("POST", 999)] {
            metrics.observe("/a/{id}", method, status, Duration::from_millis(2));
        }
        let mut text = Text::default();
        metrics.write(&mut text);
        let text = text.finish();
        for line in [
            "twin_http_requests_total{route=\"/a/{id}\",method=\"GET\",status=\"2xx\"} 2\n",
            "twin_http_requests_total{route=\"/a/{id}\",method=\"GET\",status=\"4xx\"} 1\n",
            "twin_http_requests_total{route=\"/a/{id}\",method=\"other\",status=\"4xx\"} 1\n",
            "twin_http_requests_total{route=\"/a/{id}\",method=\"POST\",status=\"5xx\"} 1\n",
            "twin_http_seconds_bucket{route=\"/a/{id}\",le=\"0.001\"} 0\n",
            "twin_http_seconds_bucket{route=\"/a/{id}\",le=\"0.0025\"} 5\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
    }
}
