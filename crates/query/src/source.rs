//! The records of a form as somebody sees them: fields through links and masks, and the
//! records within scopes.

use std::sync::Arc;

use formwork_model::{
    FormModel, Problem,
    document::Scope,
    form::Forms,
    kind::{Link, Shape},
};

use crate::{
    Dialect, FormAccess, Reader,
    access::Mask,
    column::{Column, Columns, in_texts, unknown_field},
    filter,
    statement::{Fragment, quoted},
};

/// The records of a form under an alias, as somebody sees them.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) forms: &'a dyn Forms,
    pub(crate) form: &'a FormModel,
    /// The table's alias; linked tables get the same with an `l` behind.
    pub(crate) alias: &'a str,
    pub(crate) reader: &'a Reader,
    /// Whose masks apply; none for what admins define and the engine asks.
    pub(crate) access: Option<&'a FormAccess>,
}

/// The system columns that are never empty.
const NEVER_EMPTY: &[&str] = &["id", "version", "title", "created_at", "updated_at"];

impl<'a> Source<'a> {
    /// A source for the reader of an access, with its masks.
    pub(crate) fn seen(
        dialect: Dialect,
        forms: &'a dyn Forms,
        form: &'a FormModel,
        access: &'a FormAccess,
    ) -> Self {
        Self { dialect, forms, form, alias: "r", reader: access.reader(), access: Some(access) }
    }

    /// The table with its alias.
    pub(crate) fn table(&self) -> String {
        format!("{} {}", quoted(&self.form.table()), self.alias)
    }

    /// A column of the table by its physical name, no mask.
    pub(crate) fn physical(&self, column: &str) -> Fragment {
        Fragment::raw(format!("{}.{}", self.alias, quoted(column)))
    }

    /// A field of the form itself.
    pub(crate) fn field(&self, key: &str) -> Result<Column, Problem> {
        let (key, field) = self
            .form
            .fields
            .get_key_value(key)
            .or_else(|| self.form.system.get_key_value(key))
            .ok_or_else(|| unknown_field(key))?;
        let bare = match &field.subform {
            None => self.physical(&field.column),
            Some(subform) => Fragment::raw(format!(
                "(select 1 from {} rows where rows.\"record_id\" = {}.\"id\" limit 1)",
                quoted(&subform.table),
                self.alias
            )),
        };
        let shown = self.shown(key.as_str())?;
        let expression = match &shown {
            None => bare.clone(),
            Some(shown) => Fragment::fill("case when {} then {} end", [shown, &bare]),
        };
        Ok(Column {
            nullable: shown.is_some() || !NEVER_EMPTY.contains(&key.as_str()),
            expression,
            bare,
            shown,
            storage: field.storage(),
            kind: Arc::clone(&field.kind),
        })
    }

    /// The condition under which a field, or `subform.column`, is shown; none is always.
    pub(crate) fn shown(&self, path: &str) -> Result<Option<Fragment>, Problem> {
        match self.access.map_or(Mask::Shown, |access| access.mask(path)) {
            Mask::Shown => Ok(None),
            Mask::Hidden => Err(unknown_field(path)),
            Mask::ShownIn(scopes) => Ok(Some(self.any_scope(&scopes))),
        }
    }

    fn linked(&self, link: &str, field: &str) -> Result<Column, Problem> {
        let link = self.field(link)?;
        let Shape::Link(target) = link.kind.shape() else {
            return Err(unknown_field(field));
        };
        let access = match self.access {
            Some(access) if !access.is_system() => {
                Some(access.link(&target.form).ok_or_else(|| unknown_field(field))?)
            }
            _ => None,
        };
        let form = self.forms.form(target.form.as_str()).ok_or_else(|| unknown_field(field))?;
        let alias = format!("{}l", self.alias);
        let source = Source { form: &form, alias: &alias, access, ..*self };
        let column = source.field(field)?;
        let table = Fragment::raw(source.table());
        let mut reached = Fragment::fill(&format!("{alias}.\"id\" = {{}}"), [&link.expression]);
        if let Some(access) = access {
            reached = Fragment::fill("{} and {}", [&reached, &source.in_view(access)]);
        }
        let expression =
            Fragment::fill("(select {} from {} where {})", [&column.expression, &table, &reached]);
        Ok(Column { bare: expression.clone(), expression, shown: None, nullable: true, ..column })
    }

    /// The title of the record that a link expression leads to, deleted ones included.
    pub(crate) fn linked_title(&self, link: &Link, id: &Fragment) -> Fragment {
        if self.forms.form(link.form.as_str()).is_none() {
            return Fragment::raw("cast(null as text)");
        }
        let table = quoted(&format!("r_{}", link.form));
        let alias = format!("{}t", self.alias);
        Fragment::fill(
            &format!("(select {alias}.\"title\" from {table} {alias} where {alias}.\"id\" = {{}})"),
            [id],
        )
    }

    /// The live records that the reader may see.
    pub(crate) fn reachable(&self) -> Fragment {
        let live = Fragment::raw(format!("{}.\"deleted_at\" is null", self.alias));
        match self.access {
            None => live,
            Some(access)
                if matches!(access.view_scopes().as_slice(), [Scope::All])
                    && access.record().is_none() =>
            {
                match self.no_draft_of_others(access) {
                    None => live,
                    Some(own) => Fragment::fill("{} and {}", [&live, &own]),
                }
            }
            Some(access) => Fragment::fill("{} and {}", [&live, &self.in_view(access)]),
        }
    }

    /// Whether the reader may see a record, live or not.
    fn in_view(&self, access: &FormAccess) -> Fragment {
        let mut scopes = self.any_scope(&access.view_scopes());
        if let Some(own) = self.no_draft_of_others(access) {
            scopes = Fragment::fill("({} and {})", [&scopes, &own]);
        }
        match access.record() {
            None => scopes,
            Some(id) => Fragment::fill(
                &format!("({}.\"id\" = {{}} and {{}})", self.alias),
                [&Fragment::bind(id), &scopes],
            ),
        }
    }

    /// Drafts are their owner's alone; none where the access does not keep them apart.
    pub(crate) fn no_draft_of_others(&self, access: &FormAccess) -> Option<Fragment> {
        access.keeps_drafts_apart().then(|| {
            let me = Fragment::bind(self.reader.member.as_str());
            Fragment::fill("({} or {} = {})", [&self.no_draft(), &self.physical("owner"), &me])
        })
    }

    /// The records that are no drafts.
    pub(crate) fn no_draft(&self) -> Fragment {
        Fragment::fill("coalesce({}, '') <> 'draft'", [&self.physical("flow_status")])
    }

    /// Whether a record lies in at least one of the scopes.
    pub(crate) fn any_scope(&self, scopes: &[&Scope]) -> Fragment {
        if scopes.is_empty() {
            return Fragment::raw("false");
        }
        if scopes.contains(&&Scope::All) {
            return Fragment::raw("true");
        }
        let parts: Vec<_> = scopes.iter().map(|scope| self.scope(scope)).collect();
        Fragment::fill("({})", [&Fragment::join(&parts, " or ")])
    }

    /// Whether a record lies in a scope. Scopes are defined by admins: no mask applies. One
    /// that the form no longer fits reaches nothing.
    pub(crate) fn scope(&self, scope: &Scope) -> Fragment {
        let bare = Source { access: None, ..*self };
        match scope {
            Scope::All => Fragment::raw("true"),
            Scope::Own => Fragment::fill(
                "{} = {}",
                [&self.physical("owner"), &Fragment::bind(self.reader.member.as_str())],
            ),
            Scope::Department => bare.in_departments(&self.reader.departments),
            Scope::DepartmentAndBelow => bare.in_departments(&self.reader.departments_below),
            Scope::Filter(filter) => {
                filter::compile(&bare, filter).unwrap_or_else(|_| Fragment::raw("false"))
            }
        }
    }

    fn in_departments(&self, departments: &[String]) -> Fragment {
        in_texts(self.dialect, &self.physical("department"), departments)
    }
}

impl Columns for Source<'_> {
    fn path(&self, path: &str) -> Result<Column, Problem> {
        match path.split_once('.') {
            None => self.field(path),
            Some((link, field)) => self.linked(link, field).map_err(|_| unknown_field(path)),
        }
    }

    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn reader(&self) -> &Reader {
        self.reader
    }
}
