//! Turns at questions that may be expensive: aggregates, charts, lists.
//!
//! One member, or one program in a member's name, must not take all connections that read, so
//! that the others wait for nothing. Whoever asks for more at once waits for the own turn.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{EngineError, EngineResult};

/// How long somebody waits for the own turn, before it is said that it is too slow.
const LONGEST_WAIT: Duration = Duration::from_secs(40);

/// Members that are remembered before those who ask nothing are forgotten.
const MOST_REMEMBERED: usize = 1024;

/// How much a question may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// A page of a list: mostly little, and a whole table where no index helps.
    Page,
    /// Sums and counts over many records.
    Aggregate,
}

/// The turns of all members.
pub(crate) struct Turns {
    most: Most,
    /// All aggregates together, so that there is always a connection for what is quick.
    aggregates: Arc<Semaphore>,
    members: Mutex<HashMap<String, Weak<Turn>>>,
}

#[derive(Clone, Copy)]
struct Most {
    pages: usize,
    aggregates: usize,
}

/// What one member may ask at once.
struct Turn {
    pages: Arc<Semaphore>,
    aggregates: Arc<Semaphore>,
}

/// A turn that was taken; it ends with the value.
pub(crate) struct Taken {
    _member: Arc<Turn>,
    _own: OwnedSemaphorePermit,
    _all: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// The turns at so many connections that read.
    pub(crate) fn of(readers: usize) -> Self {
        let rest = readers.saturating_sub(1).max(1);
        Self {
            most: Most { pages: rest, aggregates: (readers / 2).max(1) },
            aggregates: Arc::new(Semaphore::new(rest)),
            members: Mutex::default(),
        }
    }

    /// Waits for a member's turn.
    ///
    /// # Errors
    /// `TooSlow` when the member's other questions take too long.
    pub(crate) async fn take(&self, member: &str, cost: Cost) -> EngineResult<Taken> {
        let turn = self.of_member(member);
        let own = match cost {
            Cost::Page => &turn.pages,
            Cost::Aggregate => &turn.aggregates,
        };
        let own = permit(own).await?;
        let all = match cost {
            Cost::Page => None,
            Cost::Aggregate => Some(permit(&self.aggregates).await?),
        };
        Ok(Taken { _member: turn, _own: own, _all: all })
    }

    fn of_member(&self, member: &str) -> Arc<Turn> {
        let mut members = self.members.lock();
        if let Some(turn) = members.get(member).and_then(Weak::upgrade) {
            return turn;
        }
        if members.len() >= MOST_REMEMBERED {
            members.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::new(Turn {
            pages: Arc::new(Semaphore::new(self.most.pages)),
            aggregates: Arc::new(Semaphore::new(self.most.aggregates)),
        });
        members.insert(member.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

async fn permit(of: &Arc<Semaphore>) -> EngineResult<OwnedSemaphorePermit> {
    let waiting = timeout(LONGEST_WAIT, Arc::clone(of).acquire_owned());
    let permit = waiting.await.map_err(|_| EngineError::TooSlow)?;
    permit.map_err(|_| EngineError::Busy)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_member_leaves_connections_to_the_others() {
        let turns = Turns::of(4);
        let first = turns.take("a", Cost::Aggregate).await.unwrap();
        let second = turns.take("a", Cost::Aggregate).await.unwrap();
        assert!(turns.take("a", Cost::Aggregate).now_or_never().is_none(), "two at once");
        let other = turns.take("b", Cost::Aggregate).await.unwrap();
        assert!(turns.take("c", Cost::Aggregate).now_or_never().is_none(), "one is left for pages");
        drop(other);
        turns.take("c", Cost::Aggregate).await.unwrap();
        turns.take("a", Cost::Page).await.unwrap();
        drop((first, second));
        turns.take("a", Cost::Aggregate).await.unwrap();
    }

    #[tokio::test]
    async fn who_asks_nothing_is_forgotten() {
        let turns = Turns::of(4);
        for number in 0..3 * MOST_REMEMBERED {
            turns.take(&number.to_string(), Cost::Page).await.unwrap();
        }
        assert!(turns.members.lock().len() <= MOST_REMEMBERED);
    }
}
