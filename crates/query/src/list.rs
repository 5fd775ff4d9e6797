//! Lists of records: filtered, searched, sorted and paged.

use formwork_model::{
    FieldKey, Filter, FormModel, Operator, Problem, Problems, Storage, document::Sort, form::Forms,
};
use serde_json::Value as Json;

use crate::{
    Dialect, FormAccess, Statement,
    access::nobody,
    cursor::read_token,
    filter::{self, placed},
    json,
    sort::{self, Term, order_by, term_name},
    source::Source,
    statement::Fragment,
};

/// Most rows of a page for people.
pub const MAX_LIMIT: u32 = 200;
/// Most rows of a page for [`FormAccess::system`].
pub const MAX_SYSTEM_LIMIT: u32 = 1000;

/// Which part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Page {
    /// From the start.
    #[default]
    First,
    /// After the row with this token; see [`crate::cursor_token`].
    After(String),
    /// The page of this number, from 1. Costs more the further it goes.
    Number(u32),
}

/// A list of records.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Which records.
    pub filter: Option<Filter>,
    /// A text that the title contains.
    pub search: Option<String>,
    /// In which order; none is newest first. The id breaks ties.
    pub sort: Vec<Sort>,
    /// Most rows; more than [`most_on_a_page`] and one is taken as that.
    pub limit: u32,
    /// Which part.
    pub page: Page,
    /// The fields to answer with, `id` and `version` always; none is all.
    pub fields: Option<Vec<FieldKey>>,
    /// Whether drafts are there too. A filter that asks for the state `draft` brings them in
    /// any case.
    pub drafts: bool,
    /// Whether subforms with their rows are among the fields; lists for people leave them out.
    pub with_subforms: bool,
}

/// A page of records. Columns: `json` TEXT, one record; `cursor` TEXT, for
/// [`crate::cursor_token`].
///
/// # Errors
/// Problems under `/filter`, `/sort`, `/fields`, `/search`, `/page` or `/cursor`.
pub fn list(
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    access: &FormAccess,
    query: &ListQuery,
) -> Result<Statement, Problems> {
    let source = Source::seen(dialect, forms, form, access);
    let mut problems = Problems::new();
    let rows = keep(rows(&source, query), &mut problems);
    let terms = keep(sort::terms(&source, &query.sort), &mut problems);
    let fields = keep(fields(&source, query), &mut problems);
    let (Some(rows), Some(terms), Some(fields)) = (rows, terms, fields) else {
        return Err(problems);
    };
    // One more than a page holds tells whether there is another.
    let limit = query.limit.clamp(1, most_on_a_page(access).saturating_add(1));
    let selection = Selection { source, terms: &terms, rows: &rows, limit };
    let page = selection.page(&query.page).map_err(|problem| vec![problem])?;

    let mut statement = Fragment::raw("select ");
    statement.add(&json::record(&selection.source, fields.iter().map(FieldKey::as_str)));
    statement.push(" as json, ").push(&cursor(dialect, terms.len())).push(" as cursor from ");
    statement.add(&page);
    statement.push(&format!(" p join {} on r.\"id\" = p.\"id\" ", selection.source.table()));
    statement.push(&order_by(dialect, &terms, "p."));
    Ok(statement.finish())
}

/// How many records pass the filter and the search: one integer.
///
/// # Errors
/// Problems under `/filter` or `/search`.
pub fn count(
    dialect: Dialect,
    forms: &dyn Forms,
    form: &FormModel,
    access: &FormAccess,
    query: &ListQuery,
) -> Result<Statement, Problems> {
    let source = Source::seen(dialect, forms, form, access);
    let rows = rows(&source, query)?;
    let table = Fragment::raw(source.table());
    Ok(Fragment::fill("select count(*) as count from {} where {}", [&table, &rows]).finish())
}

/// What is wrong with a filter over a form, whoever uses it; pointers go into the filter.
pub fn check_filter(forms: &dyn Forms, form: &FormModel, filter: &Filter) -> Problems {
    let reader = nobody();
    let source =
        Source { dialect: Dialect::Sqlite, forms, form, alias: "r", reader: &reader, access: None };
    filter::compile(&source, filter).err().unwrap_or_default()
}

/// Most rows of a page for an access.
pub fn most_on_a_page(access: &FormAccess) -> u32 {
    if access.is_system() { MAX_SYSTEM_LIMIT } else { MAX_LIMIT }
}

fn keep<T>(result: Result<T, Problems>, problems: &mut Problems) -> Option<T> {
    result.map_err(|found| problems.extend(found)).ok()
}

/// The records that the reader sees and that pass the filter and the search.
fn rows(source: &Source<'_>, query: &ListQuery) -> Result<Fragment, Problems> {
    let mut problems = Problems::new();
    let mut conditions = vec![source.reachable()];
    if !query.drafts && !asks_for_drafts(query.filter.as_ref()) {
        conditions.push(source.no_draft());
    }
    if let Some(filter) = &query.filter {
        match filter::compile(source, filter) {
            Ok(condition) => conditions.push(condition),
            Err(found) => problems.extend(placed(found, &["filter"])),
        }
    }
    if let Some(text) = query.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        match filter::search(source, text) {
            Ok(condition) => conditions.push(condition),
            Err(problem) => problems.push(problem.at("search")),
        }
    }
    if problems.is_empty() { Ok(Fragment::join(&conditions, " and ")) } else { Err(problems) }
}

/// Whether a filter names the state of drafts.
pub(crate) fn asks_for_drafts(filter: Option<&Filter>) -> bool {
    filter.is_some_and(|filter| {
        filter.conditions().iter().any(|condition| {
            let names_draft = match &condition.value {
                Json::String(state) => state == "draft",
                Json::Array(states) => states.iter().any(|state| state == "draft"),
                _ => false,
            };
            condition.field == "flow_status"
                && matches!(condition.op, Operator::Eq | Operator::In)
                && names_draft
        })
    })
}

fn fields(source: &Source<'_>, query: &ListQuery) -> Result<Vec<FieldKey>, Problems> {
    let Some(wanted) = &query.fields else {
        return Ok(json::all_fields(source, query.with_subforms));
    };
    let mut problems = Problems::new();
    for (index, key) in wanted.iter().enumerate() {
        match source.field(key.as_str()) {
            Ok(column) if query.with_subforms || column.storage != Storage::Rows => {}
            Ok(_) => problems.push(Problem::new("not_in_lists").at(index).at("fields")),
            Err(problem) => problems.push(problem.at(index).at("fields")),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let always =
        source.form.system.keys().filter(|key| matches!(key.as_str(), "id" | "version" | "title"));
    let mut fields: Vec<FieldKey> = Vec::with_capacity(wanted.len() + 3);
    for key in always.chain(wanted) {
        if !fields.contains(key) {
            fields.push(key.clone());
        }
    }
    Ok(fields)
}

/// The sort values of a row of `p`, as a JSON list.
fn cursor(dialect: Dialect, terms: usize) -> String {
    let names: Vec<String> =
        (0..terms).map(|index| format!("p.\"{}\"", term_name(index, terms))).collect();
    match dialect {
        Dialect::Sqlite => format!("json_array({})", names.join(", ")),
        Dialect::Postgres => format!("jsonb_build_array({})::text", names.join(", ")),
    }
}

/// The ids of a page with their sort values. The records' JSON is made for these only.
struct Selection<'a> {
    source: Source<'a>,
    terms: &'a [Term],
    rows: &'a Fragment,
    limit: u32,
}

impl Selection<'_> {
    /// A table expression with the page's rows.
    fn page(&self, page: &Page) -> Result<Fragment, Problem> {
        let all = Fragment::raw("true");
        match page {
            Page::First => Ok(parenthesised(&self.part(&all))),
            Page::Number(number) => {
                let before = number.checked_sub(1).and_then(|pages| pages.checked_mul(self.limit));
                let range = || Problem::new("out_of_range").with("min", 1).with("max", u32::MAX);
                let offset = before.ok_or_else(|| range().at("page"))?;
                let mut part = self.part(&all);
                part.push(" offset ").add(&Fragment::bind(i64::from(offset)));
                Ok(parenthesised(&part))
            }
            Page::After(token) => {
                let row = read_token(token, self.terms)?;
                let parts = sort::after(self.source.dialect, self.terms, &row);
                Ok(self.continued(&parts))
            }
        }
    }

    fn continued(&self, parts: &[Fragment]) -> Fragment {
        match parts {
            [] => parenthesised(&self.part(&Fragment::raw("false"))),
            [single] => parenthesised(&self.part(single)),
            _ => {
                let parts: Vec<Fragment> = parts
                    .iter()
                    .map(|part| Fragment::fill("select * from ({}) part", [&self.part(part)]))
                    .collect();
                let mut union = Fragment::join(&parts, " union all ");
                union.push(" ").push(&order_by(self.source.dialect, self.terms, ""));
                union.push(" limit ").add(&Fragment::bind(i64::from(self.limit)));
                parenthesised(&union)
            }
        }
    }

    fn part(&self, condition: &Fragment) -> Fragment {
        let columns: Vec<Fragment> = self
            .terms
            .iter()
            .enumerate()
            .map(|(index, term)| {
                let name = term_name(index, self.terms.len());
                Fragment::fill(&format!("{{}} as \"{name}\""), [&term.expression])
            })
            .collect();
        let mut part = Fragment::raw("select ");
        part.add(&Fragment::join(&columns, ", "));
        part.push(&format!(" from {} where ", self.source.table())).add(self.rows);
        part.push(" and ").add(condition).push(" ");
        part.push(&order_by(self.source.dialect, self.terms, ""));
        part.push(" limit ").add(&Fragment::bind(i64::from(self.limit)));
        part
    }
}

fn parenthesised(query: &Fragment) -> Fragment {
    Fragment::fill("({})", [query])
}
