//! Counts for Prometheus: requests by route and status, how long they took.

use std::{collections::BTreeMap, fmt::Write, sync::Arc, time::Duration};

use parking_lot::Mutex;

/// Upper bounds of the histogram's buckets, in seconds.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The registry; clones count into the same one. Its size is bounded by the number of
/// routes, since paths are counted as routes match them.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<(String, String, u16), u64>,
    durations: BTreeMap<(String, String), Histogram>,
}

#[derive(Debug, Default, Clone)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// Counts one request.
    pub fn observe(&self, method: &str, route: &str, status: u16, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let mut counts = self.0.lock();
        *counts.requests.entry((method.to_owned(), route.to_owned(), status)).or_default() += 1;
        let histogram = counts.durations.entry((method.to_owned(), route.to_owned())).or_default();
        histogram.count += 1;
        histogram.seconds += seconds;
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BUCKETS) {
            if seconds <= bound {
                *bucket += 1;
            }
        }
    }

    /// The text that Prometheus reads; `gauges` are further values by name.
    pub fn render(&self, gauges: &[(&str, u64)]) -> String {
        let counts = self.0.lock();
        let mut text = String::from("# TYPE formwork_http_requests_total counter\n");
        for ((method, route, status), count) in &counts.requests {
            line(
                &mut text,
                format_args!(
                    "formwork_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
                ),
            );
        }
        text.push_str("# TYPE formwork_http_request_seconds histogram\n");
        for ((method, route), histogram) in &counts.durations {
            let labels = format!("method=\"{method}\",route=\"{route}\"");
            for (bound, count) in BUCKETS.iter().zip(histogram.buckets) {
                line(
                    &mut text,
                    format_args!(
                        "formwork_http_request_seconds_bucket{{{labels},le=\"{bound}\"}} {count}"
                    ),
                );
            }
            let Histogram { count, seconds, .. } = histogram;
            line(
                &mut text,
                format_args!(
                    "formwork_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} {count}"
                ),
            );
            line(
                &mut text,
                format_args!("formwork_http_request_seconds_sum{{{labels}}} {seconds}"),
            );
            line(
                &mut text,
                format_args!("formwork_http_request_seconds_count{{{labels}}} {count}"),
            );
        }
        for (name, value) in gauges {
            line(&mut text, format_args!("# TYPE formwork_{name} gauge"));
            line(&mut text, format_args!("formwork_{name} {value}"));
        }
        text
    }
}

/// Writing to a `String` cannot fail.
fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{content}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_route_and_fills_the_buckets() {
        let metrics = Metrics::default();
        metrics.observe("GET", "/x/{id}", 200, Duration::from_millis(30));
        metrics.observe("GET", "/x/{id}", 404, Duration::from_millis(300));
        let text = metrics.render(&[("database_connections", 3)]);
        for expected in [
            "formwork_http_requests_total{method=\"GET\",route=\"/x/{id}\",status=\"200\"} 1",
            "le=\"0.025\"} 0",
            "le=\"0.05\"} 1",
            "le=\"+Inf\"} 2",
            "formwork_database_connections 3",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }
}
