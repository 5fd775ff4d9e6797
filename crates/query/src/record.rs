//! Single records and what hangs on them.

use formwork_model::{FieldKey, FormModel, document::Scope, form::Forms};

use crate::{
    Bounds, Dialect, FormAccess, Statement, column::in_texts, json, lock::RowLock, source::Source,
    statement::Fragment,
};

/// One live record with its subforms: a single column `json` TEXT; no row when it is not
/// there or out of reach.
pub fn get(
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    access: &FormAccess,
    id: &str,
) -> Statement {
    let source = Source::seen(dialect, forms, form, access);
    let fields = json::all_fields(&source, true);
    let json = json::record(&source, fields.iter().map(FieldKey::as_str));
    let table = Fragment::raw(source.table());
    Fragment::fill(
        "select {} as json from {} where r.\"id\" = {} and {}",
        [&json, &table, &Fragment::bind(id), &source.reachable()],
    )
    .finish()
}

/// Fields of several records for the engine itself, without masks: columns `id` TEXT and
/// `json` TEXT. Deleted records are there too, and subforms may be asked for. Unknown
/// fields are left out. A lock is of the records alone: rows of subforms are read as they were
/// when the statement began, so whoever asks for them takes the lock before, with
/// [`lock_rows`](crate::lock_rows).
pub fn get_fields(
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    ids: &[String],
    fields: &[FieldKey],
    lock: RowLock,
) -> Statement {
    let reader = crate::access::nobody();
    let source = Source { dialect, forms, form, alias: "r", reader: &reader, access: None };
    let json = json::record(&source, fields.iter().map(FieldKey::as_str));
    let table = Fragment::raw(source.table());
    let wanted = in_texts(dialect, &source.physical("id"), ids);
    let mut statement = Fragment::fill(
        "select r.\"id\" as id, {} as json from {} where {}",
        [&json, &table, &wanted],
    );
    lock.add_to(&mut statement, dialect);
    statement.finish()
}

/// Which grants reach a record: one row with a column `grants` TEXT, a JSON list for
/// [`FormAccess::narrowed_to`]; no row when the record is not there.
pub fn reaching_grants(
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    access: &FormAccess,
    id: &str,
) -> Statement {
    let source = Source::seen(dialect, forms, form, access);
    let grants = grants(&source, access);
    let table = Fragment::raw(source.table());
    let mut statement = Fragment::fill(
        "select {} as grants from {} \
         where r.\"id\" = {} and r.\"deleted_at\" is null",
        [&grants, &table, &Fragment::bind(id)],
    );
    if let Some(only) = access.record() {
        statement.push(" and r.\"id\" = ").add(&Fragment::bind(only));
    }
    statement.finish()
}

/// Which grants reach each of several live records: columns `id` TEXT and `grants` TEXT, as of
/// [`reaching_grants`].
pub fn reaching_grants_of(
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    access: &FormAccess,
    ids: &[String],
) -> Statement {
    let source = Source::seen(dialect, forms, form, access);
    let grants = grants(&source, access);
    let table = Fragment::raw(source.table());
    let wanted = in_texts(dialect, &source.physical("id"), ids);
    Fragment::fill(
        "select r.\"id\" as id, {} as grants from {} where {} and r.\"deleted_at\" is null",
        [&grants, &table, &wanted],
    )
    .finish()
}

/// The records of a form as the engine reads them, whole and without masks: SQL that is the
/// same for everybody, so that it is written once and not with every request.
#[derive(Debug, Clone)]
pub struct WholeRecord {
    json: Fragment,
    table: Fragment,
    live: Fragment,
}

impl WholeRecord {
    /// The SQL of a form's records; its linked forms are found in `forms`.
    pub fn new(dialect: Dialect, forms: &dyn Forms, form: &FormModel) -> Self {
        let reader = crate::access::nobody();
        let source = Source { dialect, forms, form, alias: "r", reader: &reader, access: None };
        let fields = json::all_fields(&source, true);
        Self {
            json: json::record(&source, fields.iter().map(FieldKey::as_str)),
            table: Fragment::raw(source.table()),
            live: source.reachable(),
        }
    }
}

/// One live record for the engine and who reaches it: columns `json` TEXT as of [`get`] but
/// without masks, `grants` TEXT as of [`reaching_grants`], and `flow_status` TEXT; no row
/// when it is not there.
pub fn get_reached(
    whole: &WholeRecord,
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    access: &FormAccess,
    id: &str,
) -> Statement {
    let grants = grants(&Source::seen(dialect, forms, form, access), access);
    Fragment::fill(
        "select {} as json, {} as grants, r.\"flow_status\" as flow_status from {} \
         where r.\"id\" = {} and {}",
        [&whole.json, &grants, &whole.table, &Fragment::bind(id), &whole.live],
    )
    .finish()
}

/// Those of some records that lie within bounds as they are written now: a column `id` TEXT.
pub fn within(
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    (access, bounds): (&FormAccess, &Bounds<'_>),
    ids: &[String],
) -> Statement {
    let source = Source::seen(dialect, forms, form, access);
    let table = Fragment::raw(source.table());
    let wanted = in_texts(dialect, &source.physical("id"), ids);
    Fragment::fill(
        "select r.\"id\" as id from {} where {} and {}",
        [&table, &wanted, &source.any_scope(&bounds.scopes)],
    )
    .finish()
}

/// The numbers of the grants that reach a record, as a JSON list. Those that reach every
/// record need not be asked for.
fn grants(source: &Source<'_>, access: &FormAccess) -> Fragment {
    let numbered = || access.grants().iter().enumerate();
    let to_all = numbered().filter(|(_, grant)| grant.scope == Scope::All);
    let to_all: String = to_all.map(|(index, _)| format!(",{index}")).collect();
    let mut grants = Fragment::raw(format!("'{to_all}'"));
    for (index, grant) in numbered().filter(|(_, grant)| grant.scope != Scope::All) {
        let reached = source.scope(&grant.scope);
        grants.add(&Fragment::fill(
            &format!(" || case when {{}} then ',{index}' else '' end"),
            [&reached],
        ));
    }
    if let Some(own) = source.no_draft_of_others(access) {
        grants = Fragment::fill("case when {} then {} else '' end", [&own, &grants]);
    }
    Fragment::fill("'[' || substr({}, 2) || ']'", [&grants])
}
