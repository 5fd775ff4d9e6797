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
mod key_scope;
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

use formwork_store::{Connection, Store, repo::setting::setting_list};
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
pub use key_scope::KeyScope;
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

use settings::Generation;
use work::Wake;

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
}

async fn stored_generation(connection: &mut Connection) -> EngineResult<Generation> {
    Ok(Generation::from_rows(&setting_list(connection).await?))
}
