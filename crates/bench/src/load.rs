//! Load: a few connections that ask as fast as they are answered, for a given time.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::client::{Client, Request};

/// Connections that are kept open.
pub(crate) const CONNECTIONS: usize = 8;
/// Most requests of one run.
const MOST_REQUESTS: usize = 2_000_000;

/// Makes the request of a number.
pub(crate) type MakeRequest = Arc<dyn Fn(usize) -> Request + Send + Sync>;

/// What came of a run.
#[derive(Default, Clone)]
pub(crate) struct Measured {
    pub(crate) requests: usize,
    pub(crate) spent: Duration,
    latencies: Vec<Duration>,
}

impl Measured {
    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.spent += other.spent;
        self.latencies.extend(other.latencies);
    }

    pub(crate) fn per_second(&self) -> f64 {
        let requests = u32::try_from(self.requests).unwrap_or(u32::MAX);
        f64::from(requests) / self.spent.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency that so many of a hundred requests do not exceed.
    pub(crate) fn percentile(&mut self, percent: usize) -> Duration {
        self.latencies.sort_unstable();
        let index = self.latencies.len().saturating_mul(percent) / 100;
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(index.min(last)).copied().unwrap_or_default()
    }
}

/// Asks for `window`; the numbers of the requests go on from `counter`.
pub(crate) async fn run(
    address: SocketAddr,
    bearer: &str,
    window: Duration,
    counter: &Arc<AtomicUsize>,
    make: &MakeRequest,
) -> Result<Measured> {
    let started = Instant::now();
    let mut running = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let mut client = Client::connect(address, bearer).await?;
        let (counter, make) = (Arc::clone(counter), Arc::clone(make));
        running.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while started.elapsed() < window && latencies.len() < MOST_REQUESTS / CONNECTIONS {
                let request = make(counter.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                let answer = client.ask(&request).await?;
                latencies.push(sent.elapsed());
                if answer.status >= 300 {
                    let text = String::from_utf8_lossy(&answer.body).into_owned();
                    bail!("{} {}: {} {text}", request.method, request.path, answer.status);
                }
            }
            Ok(latencies)
        }));
    }
    let mut measured = Measured::default();
    for task in running {
        measured.latencies.extend(task.await??);
    }
    measured.spent = started.elapsed();
    measured.requests = measured.latencies.len();
    Ok(measured)
}
