//! Calls of host functions, answered inside the transaction.

use std::sync::Arc;

use formwork_model::{
    Filter, FormModel, Locale, Localized, Operator, Problem, Values, document::Sort,
    form::is_system_field,
};
use formwork_query::{ListQuery, MAX_SYSTEM_LIMIT, Page, cursor_token, list};
use formwork_store::repo::member::{DepartmentRow, department_save};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use tokio::sync::oneshot;

use crate::{
    EngineError, EngineResult, Principal,
    catalog::{Catalog, CompiledForm},
    directory::Directory,
    error::no_problems,
    package::SampleAccounts,
    people::{NewMember, add_member},
    record::{
        create_and_start,
        save::{Save, SystemFields, Writer, delete, save},
        save_many::save_many,
        stored::{load_held, parse},
    },
    work::Work,
};

/// Most records that a script holds at a time; more it goes through one by one.
const MOST_FOUND: usize = 5000;

/// What a script asks for.
pub(super) enum Request {
    /// Make records of a form.
    Create { form: String, records: Vec<Json> },
    /// Change a record.
    Update { form: String, id: String, values: Json },
    /// Delete a record.
    Remove { form: String, id: String },
    /// Find records by the values of fields: all, or with a part's place that part.
    Find { form: String, values: Json, part: Option<String> },
    /// Submit a record as a member, so that its process starts.
    Submit { form: String, values: Json, member: String },
    /// Make a department.
    Department { key: String, chinese: String, english: String, parent: Option<String> },
    /// Make a member.
    Member { account: String, name: String, department: String, roles: Vec<String>, is_head: bool },
}

/// What a call gives.
pub(super) enum Reply {
    Done,
    Id(String),
    Ids(Vec<String>),
    Records {
        model: Arc<FormModel>,
        records: Vec<Json>,
        /// Where those begin that were not read yet.
        rest: Option<String>,
    },
}

/// A request, and where its answer goes.
pub(super) struct Call {
    pub(super) request: Request,
    pub(super) answer: oneshot::Sender<Result<Reply, String>>,
}

/// The error of a call that failed: the script only sees that it did.
#[derive(Clone, Default)]
pub(super) struct Caught(Arc<Mutex<Option<EngineError>>>);

impl Caught {
    pub(super) fn take(&self) -> Option<EngineError> {
        self.0.lock().take()
    }
}

/// Carries out a call and answers it.
pub(super) async fn answer(
    work: &mut Work<'_>,
    call: Call,
    caught: &Caught,
    accounts: &mut Option<SampleAccounts>,
) {
    let reply = carry_out(work, call.request, accounts).await.map_err(|error| {
        let text = error.to_string();
        *caught.0.lock() = Some(error);
        text
    });
    // A script that was stopped no longer waits for the answer.
    drop(call.answer.send(reply));
}

async fn carry_out(
    work: &mut Work<'_>,
    request: Request,
    accounts: &mut Option<SampleAccounts>,
) -> EngineResult<Reply> {
    match request {
        Request::Create { form, records } => {
            let compiled = work.form(&form)?;
            if accounts.is_none() && records.len() > 1 {
                return create_together(work, &compiled, &form, &records).await;
            }
            let mut ids = Vec::with_capacity(records.len());
            for (index, record) in records.iter().enumerate() {
                let made = create(work, &compiled, record, writer(accounts)).await;
                ids.push(made.map_err(|error| placed(error, &form, index))?);
            }
            Ok(Reply::Ids(ids))
        }
        Request::Update { form, id, values } => {
            let compiled = work.form(&form)?;
            let old = load_held(work, &compiled.model, &id).await?;
            let writer = writer(accounts);
            let told = read(&compiled, &values, &writer)?;
            let now = work.now;
            work.now = told.created_at.unwrap_or(now);
            let saved = save(work, Save::set(compiled, writer, Some(old), told.values)).await;
            work.now = now;
            saved?;
            Ok(Reply::Done)
        }
        Request::Remove { form, id } => {
            let compiled = work.form(&form)?;
            let old = load_held(work, &compiled.model, &id).await?;
            delete(work, (&compiled, None), &old).await?;
            Ok(Reply::Done)
        }
        Request::Find { form, values, part } => find(work, &form, &values, part.as_deref()).await,
        Request::Submit { form, values, member } => {
            submit(work, &form, &values, (&member, writer(accounts))).await
        }
        Request::Department { key, chinese, english, parent } => {
            department(work, key, &Localized::new(chinese, english), parent).await
        }
        Request::Member { account, name, department, roles, is_head } => {
            let new = NewMember {
                account,
                name,
                department: Some(department),
                roles,
                ..NewMember::default()
            };
            member(work, new, is_head, accounts).await
        }
    }
}

/// Who writes: the maker of example data has accounts to give away.
fn writer(accounts: &Option<SampleAccounts>) -> Writer {
    if accounts.is_some() { Writer::Seed } else { Writer::Script }
}

/// What a script's map says of a record.
struct Told {
    values: Values,
    /// The moment at which example data places it.
    created_at: Option<Timestamp>,
    /// The state in which example data places it.
    flow_status: Option<String>,
}

/// Reads a script's map. Only example data tells of the past.
fn read(form: &CompiledForm, json: &Json, writer: &Writer) -> EngineResult<Told> {
    let mut object = json.as_object().cloned().unwrap_or_default();
    if !matches!(writer, Writer::Seed) {
        let closed = object
            .keys()
            .filter(|key| is_system_field(key) && !matches!(key.as_str(), "owner" | "department"));
        no_problems(closed.map(|key| Problem::new("field_not_writable").at(key)).collect())?;
    }
    let created_at = object.remove("created_at").filter(|value| !value.is_null());
    let created_at = match created_at.as_ref().and_then(Json::as_str).map(str::parse) {
        Some(Ok(moment)) => Some(moment),
        Some(Err(_)) => {
            let problem = Problem::new("wrong_type").with("expected", "datetime");
            return Err(EngineError::problem(problem.at("created_at")));
        }
        None => None,
    };
    let flow_status = object.remove("flow_status");
    let flow_status = flow_status.as_ref().and_then(Json::as_str).map(str::to_owned);
    let (values, problems) = form.model.read_values(&Json::Object(object));
    no_problems(problems)?;
    Ok(Told { values, created_at, flow_status })
}

/// Makes the records of a list, written together; the first that is refused undoes them all.
async fn create_together(
    work: &mut Work<'_>,
    form: &Arc<CompiledForm>,
    key: &str,
    records: &[Json],
) -> EngineResult<Reply> {
    let mut requests = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let told =
            read(form, record, &Writer::Script).map_err(|error| placed(error, key, index))?;
        requests.push(Save::set(Arc::clone(form), Writer::Script, None, told.values));
    }
    let Some(saved) = save_many(work, form, requests).await? else {
        return Err(EngineError::unexpected("scripts write within no bounds"));
    };
    let mut ids = Vec::with_capacity(saved.len());
    for (index, saved) in saved.into_iter().enumerate() {
        ids.push(saved.map_err(|error| placed(error, key, index))?.id);
    }
    Ok(Reply::Ids(ids))
}

async fn create(
    work: &mut Work<'_>,
    form: &Arc<CompiledForm>,
    json: &Json,
    writer: Writer,
) -> EngineResult<String> {
    let Told { values, created_at, flow_status } = read(form, json, &writer)?;
    let flow_status = flow_status.map(Some);
    let system = SystemFields { created_at, flow_status, ..SystemFields::default() };
    let request = Save::set(Arc::clone(form), writer, None, values).with_system(system);
    // Records that tell of the past are made as if it were then.
    let now = work.now;
    work.now = created_at.unwrap_or(now);
    let saved = save(work, request).await;
    work.now = now;
    Ok(saved?.id)
}

/// Says which of many records a problem is in.
fn placed(error: EngineError, form: &str, index: usize) -> EngineError {
    match error {
        EngineError::Problems(problems) => EngineError::Problems(
            problems.into_iter().map(|problem| problem.at(index).at(form)).collect(),
        ),
        other => other,
    }
}

/// Records by the values of fields, the oldest first: all of them, or with a place to go on
/// from a part.
async fn find(
    work: &mut Work<'_>,
    form: &str,
    values: &Json,
    part: Option<&str>,
) -> EngineResult<Reply> {
    let compiled = work.form(form)?;
    // What the script concludes from the set of them must hold when it is written.
    work.connection.hold_table(&compiled.model.table()).await?;
    let conditions = values.as_object().into_iter().flatten();
    let all = conditions
        .map(|(key, value)| {
            let op = if value.is_null() { Operator::Empty } else { Operator::Eq };
            Filter::condition(key, op, value.clone())
        })
        .collect();
    let mut query = ListQuery {
        filter: Some(Filter::All { all }),
        sort: vec![Sort { field: "created_at".to_owned(), descending: false }],
        limit: MAX_SYSTEM_LIMIT,
        page: part.filter(|part| !part.is_empty()).map_or(Page::First, |at| Page::After(at.into())),
        ..ListQuery::default()
    };
    let mut records = Vec::new();
    loop {
        let rest = read_part(work, &compiled, &query, &mut records).await?;
        let Some(next) = rest.clone().filter(|_| part.is_none()) else {
            let model = Arc::clone(&compiled.model);
            return Ok(Reply::Records { model, records, rest });
        };
        if records.len() >= MOST_FOUND {
            let problem = Problem::new("too_many_found").with("max", MOST_FOUND);
            return Err(EngineError::problem(problem.with("form", form)));
        }
        query.page = Page::After(next);
    }
}

/// Reads some of the records that are found; answers where the others begin.
async fn read_part(
    work: &mut Work<'_>,
    form: &CompiledForm,
    query: &ListQuery,
    records: &mut Vec<Json>,
) -> EngineResult<Option<String>> {
    let (catalog, access) = (Arc::clone(&work.catalog), work.system_access());
    let dialect = work.connection.dialect();
    let statement = list(dialect, catalog.as_ref(), &form.model, &access, query)?;
    let rows = work.connection.fetch(&statement).await?;
    for row in &rows {
        records.push(parse(&row.text(0)?)?);
    }
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == query.limit);
    match rows.last().filter(|_| is_full) {
        Some(last) => Ok(Some(cursor_token(&last.text(1)?))),
        None => Ok(None),
    }
}

async fn submit(
    work: &mut Work<'_>,
    form: &str,
    values: &Json,
    (member, writer): (&str, Writer),
) -> EngineResult<Reply> {
    let compiled = work.form(form)?;
    let Told { values, created_at, .. } = read(&compiled, values, &writer)?;
    let principal = std::mem::replace(&mut work.principal, Principal::of_member(member));
    let now = work.now;
    work.now = created_at.unwrap_or(now);
    let request = Save::set(compiled, writer, None, values);
    let made = create_and_start(work, request, false).await;
    (work.principal, work.now) = (principal, now);
    Ok(Reply::Id(made?.id))
}

async fn department(
    work: &mut Work<'_>,
    key: String,
    name: &Localized,
    parent: Option<String>,
) -> EngineResult<Reply> {
    let position = i64::try_from(work.catalog.directory.departments().len()).unwrap_or(0);
    let name = serde_json::to_string(name).unwrap_or_default();
    let row = DepartmentRow { id: key.clone(), name, parent, head: None, position };
    department_save(work.connection, &row).await?;
    reload_people(work).await?;
    Ok(Reply::Id(key))
}

async fn member(
    work: &mut Work<'_>,
    mut new: NewMember,
    is_head: bool,
    accounts: &mut Option<SampleAccounts>,
) -> EngineResult<Reply> {
    let department = new.department.clone().unwrap_or_default();
    if let Some(accounts) = accounts {
        new.password_hash = accounts.password_for(&new, &work.catalog, &Locale::chinese());
    }
    let id = add_member(work, new).await?;
    if is_head && let Some(found) = work.catalog.directory.department(&department) {
        let row = DepartmentRow {
            id: department,
            name: json!(found.name).to_string(),
            parent: found.parent.clone(),
            head: Some(id.clone()),
            position: found.position,
        };
        department_save(work.connection, &row).await?;
    }
    reload_people(work).await?;
    Ok(Reply::Id(id))
}

/// Lets the rest of the change know the people that it has just made.
async fn reload_people(work: &mut Work<'_>) -> EngineResult<()> {
    let directory = Directory::load(work.connection).await?;
    let mut catalog = Catalog::clone(&work.catalog);
    catalog.directory = Arc::new(directory);
    work.catalog = Arc::new(catalog);
    Ok(())
}
