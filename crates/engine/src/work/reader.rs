//! Readers of the event log: what follows from events, away from the change that wrote them.
//!
//! A step of a reader is one transaction: read the next events, do what follows from them,
//! move the cursor. So each event counts once, however often a process is killed, and none is
//! passed by.

use std::time::Duration;

use async_trait::async_trait;
use formwork_event::Event;
use formwork_store::{
    Hold,
    repo::reader::{reader_begin, reader_events, reader_is_behind, reader_move, reader_take},
};
use tokio::{sync::watch, time::sleep};

use super::Work;
use crate::{Engine, EngineResult, Principal, SystemReason, principal::Origin};

/// Every reader of the log.
pub(crate) const READERS: &[&dyn EventReader] = &[];

/// Most events of one step.
const STEP: i64 = 200;
/// How long a reader sleeps at most: what wakes it otherwise may get lost between processes.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);
/// How soon a reader looks again while earlier transactions are still under way.
const SHORTEST_SLEEP: Duration = Duration::from_millis(5);
/// How long a reader that failed stays away.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

/// Does what follows from events.
#[async_trait]
pub(crate) trait EventReader: Send + Sync {
    /// The name of its cursor, the same for ever.
    fn name(&self) -> &'static str;

    /// Whether it begins with the oldest event, or with those from its first day on.
    fn begins_with_the_oldest(&self) -> bool {
        false
    }

    /// Does what follows from some events, in the order in which they can be relied on.
    /// Events that this program cannot read are not among them.
    ///
    /// # Errors
    /// Whatever keeps it from being done: all of the step is undone, and it is tried again.
    async fn read(&self, work: &mut Work<'_>, events: &[Event]) -> EngineResult<()>;
}

/// What a step has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// So many events were read; there may be more.
    Some,
    /// There is nothing to read.
    Nothing,
    /// There is something that has to wait for earlier transactions, or for another process.
    Waiting,
}

/// Registers a reader, unless it is known.
pub(super) async fn begin(engine: &Engine, reader: &'static dyn EventReader) -> EngineResult<()> {
    let now = engine.now().as_millisecond();
    let (name, oldest) = (reader.name(), reader.begins_with_the_oldest());
    let begun = engine.store().write(Hold::Nothing, move |connection| {
        Box::pin(async move { reader_begin(connection, name, oldest, now).await })
    });
    let begun: Result<(), formwork_store::StoreError> = begun.await;
    Ok(begun?)
}

/// One step of a reader.
pub(super) async fn step(engine: &Engine, reader: &'static dyn EventReader) -> EngineResult<Read> {
    // Asked of a reading connection first: most of the time there is nothing.
    if !reader_is_behind(&mut engine.store().read().await?, reader.name()).await? {
        return Ok(Read::Nothing);
    }
    let origin = Origin::from(Principal::system(SystemReason::Upkeep, None));
    engine
        .change_holding(Hold::People, origin, move |work| {
            Box::pin(async move {
                let Some(cursor) = reader_take(work.connection, reader.name()).await? else {
                    return Ok(Read::Waiting);
                };
                let found = reader_events(work.connection, &cursor, STEP).await?;
                let Some((_, last)) = found.last() else { return Ok(Read::Waiting) };
                let last = last.clone();
                let mut events = Vec::with_capacity(found.len());
                for (stored, _) in found {
                    match stored.read() {
                        Ok(event) => events.push(event),
                        Err(unreadable) => {
                            tracing::warn!(reader = reader.name(), %unreadable, "passed by");
                        }
                    }
                }
                reader.read(work, &events).await?;
                let now = work.now_ms();
                reader_move(work.connection, reader.name(), &last, now).await?;
                Ok(Read::Some)
            })
        })
        .await
}

/// Keeps a reader going until it is told to stop.
pub(crate) async fn keep_reading(
    engine: Engine,
    reader: &'static dyn EventReader,
    mut stop: watch::Receiver<bool>,
) {
    let mut wake = engine.shared.wake.on_events();
    let (mut is_known, mut waits) = (false, SHORTEST_SLEEP);
    while !*stop.borrow() {
        // Whoever appends an event from here on wakes the reader again.
        wake.mark_unchanged();
        let read = async {
            if !is_known {
                begin(&engine, reader).await?;
                is_known = true;
            }
            step(&engine, reader).await
        };
        let rest = match read.await {
            Ok(Read::Some) => {
                waits = SHORTEST_SLEEP;
                continue;
            }
            Ok(Read::Nothing) => LONGEST_SLEEP,
            Ok(Read::Waiting) => {
                waits = (waits * 2).min(AFTER_A_FAILURE);
                waits
            }
            Err(error) => {
                tracing::error!(reader = reader.name(), %error, "reading the event log");
                AFTER_A_FAILURE
            }
        };
        tokio::select! {
            () = sleep(rest) => {}
            changed = wake.changed() => if changed.is_err() { return },
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

#[cfg(test)]
mod tests;
