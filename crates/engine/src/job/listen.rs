//! Listening to the event log from outside the engine: how measurements see what a reader costs.

use async_trait::async_trait;
use formwork_event::Event;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Worker;
use crate::{
    Engine, EngineResult,
    work::{EventReader, Work},
};

struct Listener {
    name: &'static str,
    ids: UnboundedSender<i64>,
}

#[async_trait]
impl EventReader for Listener {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn read(&self, _: &mut Work<'_>, events: &[Event]) -> EngineResult<()> {
        for event in events {
            if self.ids.send(event.id).is_err() {
                // Nobody listens any more: the worker is about to be stopped.
                break;
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Starts a worker with a reader that passes on the id of each event, from now on; a name
    /// is one place in the log for ever. The reader lives as long as the process.
    pub fn listen(&self, name: &'static str) -> (Worker, UnboundedReceiver<i64>) {
        let (ids, heard) = unbounded_channel();
        let listener: &'static Listener = Box::leak(Box::new(Listener { name, ids }));
        let readers: &'static [&'static dyn EventReader] = Box::leak(Box::new([listener as _]));
        (Worker::start(self, &[], readers), heard)
    }
}
