//! Use cases: submit a record, act on a task, publish a form, install a package. One
//! transaction each.
//!
//! Nothing else opens a transaction over more than one of records, processes, events and
//! documents. Every write of a record, whoever asks for it, goes through one door
//! (`record::save`), which validates, computes and writes the history.

pub mod account;
mod api_key;
mod caller;
mod catalog;
mod dashboard;
mod directory;
mod document;
mod error;
mod flow;
mod idempotency;
mod inspect;
mod job;
mod package;
mod people;
mod principal;
mod record;
mod schema;
mod screen;
mod script;
mod session;
mod settings;
mod turn;
mod work;

use std::sync::Arc;

use formwork_store::{
    Connection, Hold, Store,
    repo::setting::{setting_count_up, setting_list},
};
use futures_util::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};

pub use api_key::{ApiKey, NewApiKey};
pub use caller::{Caller, Proof};
pub use catalog::{
    Catalog, CompiledFlow, CompiledForm, CompiledGroup, CompiledPage, CompiledScript, DocumentId,
    Use,
};
pub use dashboard::{ChartAnswer, DashboardScreen};
pub use directory::{Department, Directory, Role};
pub use document::{DocumentEntry, DraftEntry, FormulaForm, FormulaTrial, PublishPlan, Published};
pub use error::{EngineError, EngineResult};
pub use flow::{Duties, InstanceInNeed, OpenInstance, OpenTask, TaskAnswer, TaskEntry, TaskKind};
pub use formwork_package::Package;
pub use formwork_store::StoreError;
pub use idempotency::{Answer as IdempotentAnswer, Request as IdempotentRequest};
pub use inspect::Finding;
pub use job::{JobEntry, JobState, Worker};
pub use package::{
    Credentials, DemoOptions, InstallReport, InstalledPackage, MakePassword, SampleAccount,
};
pub use people::{DepartmentChange, HandOver, MemberChange, MemberHoldings, NewMember, OwnChange};
pub use principal::{Principal, SystemReason};
pub use record::{
    AggregateRequest, BatchItem, BatchMode, BatchOutcome, ButtonOutcome, Evaluation,
    EvaluationRequest, FieldChange, FieldState, HistoryEntry, OpenRecord, RecordPage, Submission,
};
pub use schema::{ConversionEntry, ConversionReport, DeferredWork, LostValue, SchemaFinding};
pub use screen::{AppEntry, NavigationEntry, NavigationSection};
pub use settings::Settings;

use principal::Origin;
use settings::Generation;
use work::{AfterCommit, Wake, Work};

/// Gives the current moment. Tests hand in one of their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The platform over one database. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    clock: Clock,
    catalog: RwLock<Arc<Catalog>>,
    /// What a change loaded inside its transaction, for those that share it.
    uncommitted: Mutex<Option<Arc<Catalog>>>,
    api_keys: api_key::KnownKeys,
    turns: turn::Turns,
    wake: Wake,
    /// Deferred work on tables is done by one at a time.
    schema_work: tokio::sync::Mutex<()>,
}

impl Engine {
    /// Opens the platform over a database and compiles what is published.
    ///
    /// # Errors
    /// When the database fails. What cannot be read or compiled is disabled, see
    /// [`Catalog::problems_of`].
    pub async fn open(store: Store, clock: Clock) -> EngineResult<Self> {
        let catalog = Catalog::load(&mut store.read().await?).await?;
        let turns = turn::Turns::of(store.readers());
        let shared = Shared {
            store,
            clock,
            catalog: RwLock::new(Arc::new(catalog)),
            uncommitted: Mutex::default(),
            api_keys: api_key::KnownKeys::default(),
            turns,
            wake: Wake::default(),
            schema_work: tokio::sync::Mutex::default(),
        };
        let catalog = shared.catalog.read().clone();
        if let Err(error) = schema::adopt(&shared.store, &catalog).await {
            // It may be opened to be looked at, or its disk be full; the next time fills it.
            tracing::warn!(%error, "the inventory of tables is not filled");
        }
        Ok(Self { shared: Arc::new(shared) })
    }

    /// What is published now.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.shared.catalog.read())
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The current moment.
    pub fn now(&self) -> Timestamp {
        (self.shared.clock)()
    }

    /// Takes notice of what other processes on the same database have published.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self) -> EngineResult<()> {
        let mut connection = self.store().read().await?;
        let current = stored_generation(&mut connection).await?;
        if current != self.catalog().generation {
            let next = self.catalog().up_to(current, &mut connection).await?;
            self.replace_catalog(Arc::new(next));
        }
        Ok(())
    }

    /// Makes a catalog the current one. It must be committed: readers do not see anything else.
    fn replace_catalog(&self, catalog: Arc<Catalog>) {
        let mut current = self.shared.catalog.write();
        if catalog.generation > current.generation {
            *current = catalog;
        }
    }

    /// Runs a change in one transaction, on the definitions and people as they are inside it.
    /// It may run more than once, when others got in its way; only the last time counts. Once
    /// it is committed, whoever waits for what it brought is woken.
    pub(crate) async fn change<T, F>(&self, origin: impl Into<Origin>, change: F) -> EngineResult<T>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w mut Work<'w>) -> BoxFuture<'w, EngineResult<T>>
            + Clone
            + Send
            + 'static,
    {
        self.change_holding(Hold::People, origin.into(), change).await
    }

    async fn change_holding<T, F>(&self, hold: Hold, origin: Origin, change: F) -> EngineResult<T>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w mut Work<'w>) -> BoxFuture<'w, EngineResult<T>>
            + Clone
            + Send
            + 'static,
    {
        let engine = self.clone();
        let request = idempotency::take();
        let (outcome, catalog, told) = self
            .store()
            .write(hold, move |connection| {
                async move {
                    let catalog = engine.catalog_inside(connection).await?;
                    if let Some(caller) = &origin.caller {
                        engine.must_still_be(connection, &catalog, caller).await?;
                    }
                    if let Some(request) = &request {
                        let now = engine.now().as_millisecond();
                        idempotency::note(connection, request, now).await?;
                    }
                    let known = Arc::clone(&catalog);
                    let after_commit = AfterCommit::default();
                    let told = after_commit.clone();
                    let mut work = Work {
                        connection,
                        catalog,
                        now: engine.now(),
                        principal: origin.principal,
                        cause: origin.cause,
                        after_commit,
                    };
                    Ok::<_, EngineError>((change(&mut work).await?, known, told))
                }
                .boxed()
            })
            .await?;
        self.replace_catalog(catalog);
        self.shared.wake.tell(&told, self.store());
        Ok(outcome)
    }

    /// The definitions as a transaction sees them. On SQLite they may be of a publish that
    /// shares the transaction and is not committed yet.
    async fn catalog_inside(&self, connection: &mut Connection) -> EngineResult<Arc<Catalog>> {
        let generation = stored_generation(connection).await?;
        let current = self.catalog();
        if generation == current.generation {
            return Ok(current);
        }
        let loaded = self.shared.uncommitted.lock().clone();
        if let Some(loaded) = loaded.filter(|loaded| loaded.generation == generation) {
            return Ok(loaded);
        }
        let catalog = Arc::new(current.up_to(generation, connection).await?);
        *self.shared.uncommitted.lock() = Some(Arc::clone(&catalog));
        Ok(catalog)
    }

    /// Runs a change of definitions, and compiles what came of it. It holds the documents
    /// alone, or people and documents.
    pub(crate) async fn redefine<T, F>(
        &self,
        hold: Hold,
        origin: impl Into<Origin>,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w mut Work<'_>) -> BoxFuture<'w, EngineResult<T>>
            + Clone
            + Send
            + 'static,
    {
        let of = [settings::DEFINITIONS, settings::PEOPLE].as_slice();
        self.change_and_tell(hold, of, origin.into(), change).await
    }

    /// Runs a change of people that others lean on: nobody else changes anything meanwhile.
    pub(crate) async fn change_people<T, F>(
        &self,
        origin: impl Into<Origin>,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w mut Work<'_>) -> BoxFuture<'w, EngineResult<T>>
            + Clone
            + Send
            + 'static,
    {
        self.change_and_tell(Hold::PeopleAlone, &[settings::PEOPLE], origin.into(), change).await
    }

    /// Runs a change of what is the caller's own: language, theme, password, keys, sessions.
    pub(crate) async fn change_own<T, F>(
        &self,
        origin: impl Into<Origin>,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w mut Work<'_>) -> BoxFuture<'w, EngineResult<T>>
            + Clone
            + Send
            + 'static,
    {
        self.change_and_tell(Hold::People, &[settings::PEOPLE], origin.into(), change).await
    }

    /// Runs a change and counts generations up, so that every process notices it.
    async fn change_and_tell<T, F>(
        &self,
        hold: Hold,
        generations: &'static [&'static str],
        origin: Origin,
        change: F,
    ) -> EngineResult<T>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w mut Work<'_>) -> BoxFuture<'w, EngineResult<T>>
            + Clone
            + Send
            + 'static,
    {
        let outcome = self
            .change_holding(hold, origin, move |work| {
                async move {
                    let outcome = change(work).await?;
                    work.after_commit.definitions();
                    for generation in generations {
                        setting_count_up(work.connection, generation, work.now_ms()).await?;
                    }
                    Ok(outcome)
                }
                .boxed()
            })
            .await?;
        self.refresh().await?;
        Ok(outcome)
    }
}

async fn stored_generation(connection: &mut Connection) -> EngineResult<Generation> {
    Ok(Generation::from_rows(&setting_list(connection).await?))
}
