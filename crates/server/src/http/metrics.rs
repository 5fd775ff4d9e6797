//! Counts for Prometheus: requests by route and status, how long they took.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// Upper bounds of the histogram's buckets, in seconds.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Durations wait in a list until they are sorted into the buckets, which is done each time
/// that so many have come: nobody may be reading the counts.
const SORT_EVERY: u64 = 1024;

/// The registry of a server; clones count into the same one. Its size is bounded by the
/// number of routes, since paths are counted as routes match them.
#[derive(Clone)]
pub struct Metrics(Arc<Registry>);

struct Registry {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    observed: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        Self(Arc::new(Registry { recorder, handle, observed: AtomicU64::new(0) }))
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Counts one request.
    pub fn observe(&self, method: &str, route: &str, status: u16, duration: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        with_local_recorder(&self.0.recorder, || {
            counter!(
                "formwork_http_requests_total",
                "method" => method.clone(), "route" => route.clone(), "status" => status.to_string()
            )
            .increment(1);
            histogram!("formwork_http_request_seconds", "method" => method, "route" => route)
                .record(duration.as_secs_f64());
        });
        if self.0.observed.fetch_add(1, Ordering::Relaxed) % SORT_EVERY == SORT_EVERY - 1 {
            self.0.handle.run_upkeep();
        }
    }

    /// The text that Prometheus reads; `gauges` are further values by name.
    pub fn render(&self, gauges: &[(&str, u64)]) -> String {
        with_local_recorder(&self.0.recorder, || {
            for (name, value) in gauges {
                gauge!(format!("formwork_{name}")).set(*value as f64);
            }
        });
        self.0.handle.render()
    }
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

    #[test]
    fn keeps_no_list_of_durations_when_nobody_reads() {
        let metrics = Metrics::default();
        for _ in 0..3 * SORT_EVERY {
            metrics.observe("GET", "/x", 200, Duration::from_millis(1));
        }
        let text = metrics.render(&[]);
        assert!(text.contains(&format!("le=\"+Inf\"}} {}", 3 * SORT_EVERY)), "{text}");
    }
}
