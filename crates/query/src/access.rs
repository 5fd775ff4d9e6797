//! Who asks, and what they may see and do: the row predicate and the field mask that every
//! statement for a person carries.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use formwork_model::{
    FieldKey, FormKey,
    document::{Operation, Scope},
};
use jiff::{civil::Date, tz::TimeZone};

/// Who asks, when and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The member's id.
    pub member: String,
    /// The departments that the member belongs to; the first is the main one.
    pub departments: Vec<String>,
    /// These departments and all below them.
    pub departments_below: Vec<String>,
    /// The day in the organisation's time zone.
    pub today: Date,
    /// The organisation's time zone.
    pub time_zone: TimeZone,
}

/// A reader for whom no variable stands for anything.
pub(crate) fn nobody() -> Reader {
    Reader {
        member: String::new(),
        departments: Vec::new(),
        departments_below: Vec::new(),
        today: Date::constant(2026, 1, 1),
        time_zone: TimeZone::UTC,
    }
}

/// What one permission group grants on a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// What may be done. Viewing comes with every other operation but `create`.
    pub operations: Vec<Operation>,
    /// With which records.
    pub scope: Scope,
    /// Whether a record may be moved out of the scope.
    pub hand_over: bool,
    /// Fields, or `subform.column`, that are not shown.
    pub hidden: Vec<String>,
    /// Fields, or `subform.column`, that are shown but cannot be changed.
    pub read_only: Vec<String>,
}

impl Grant {
    fn allows(&self, operation: Operation) -> bool {
        self.operations.contains(&operation)
            || operation == Operation::View
                && self.operations.iter().any(|granted| *granted != Operation::Create)
    }

    fn shows(&self, field: &str) -> bool {
        !self.hidden.iter().any(|hidden| hidden == field)
    }

    fn leaves_open(&self, field: &str) -> bool {
        self.shows(field) && !self.read_only.iter().any(|read_only| read_only == field)
    }
}

/// How far a field is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldAccess {
    /// Not shown.
    Hidden,
    /// Shown.
    Read,
    /// Shown, and may be changed.
    Edit,
}

/// What a reader may see and do with the records of one form. Grants add up.
#[derive(Debug, Clone)]
pub struct FormAccess {
    pub(crate) reader: Reader,
    grants: Vec<Arc<Grant>>,
    /// Grants that do not reach the one record that this access was narrowed to.
    beyond: Vec<Arc<Grant>>,
    record: Option<String>,
    /// Whether it is of records that are there: what is granted for creating opens none of
    /// their fields.
    stored: bool,
    /// A task's fields: only these can be changed.
    editable: Option<Vec<FieldKey>>,
    links: BTreeMap<FormKey, FormAccess>,
    system: bool,
}

impl FormAccess {
    /// What the grants of a member's permission groups come to. None at all: nothing.
    pub fn granted<G: Into<Arc<Grant>>>(reader: Reader, grants: Vec<G>) -> Self {
        Self {
            reader,
            grants: grants.into_iter().map(Into::into).collect(),
            beyond: Vec::new(),
            record: None,
            stored: false,
            editable: None,
            links: BTreeMap::new(),
            system: false,
        }
    }

    /// Everything: for the engine itself, and for people who may see all.
    pub fn system(reader: Reader) -> Self {
        Self { system: true, ..Self::whole(reader) }
    }

    /// All records of the one form, and of linked forms what [`FormAccess::with_links`] says.
    pub fn whole(reader: Reader) -> Self {
        let grant = Grant {
            operations: vec![
                Operation::View,
                Operation::Create,
                Operation::Update,
                Operation::Delete,
                Operation::Export,
            ],
            scope: Scope::All,
            hand_over: false,
            hidden: Vec::new(),
            read_only: Vec::new(),
        };
        Self::granted(reader, vec![grant])
    }

    /// What the reader may see of linked forms, for filters, sorting and dimensions over
    /// `link.field`. A linked form that is not here cannot be reached, except by
    /// [`FormAccess::system`]. Titles of linked records are shown in any case.
    #[must_use]
    pub fn with_links(mut self, links: BTreeMap<FormKey, FormAccess>) -> Self {
        self.links = links;
        self
    }

    /// What is left on records that are there already, whichever grants reach them. Without
    /// this an access is also of the records that are yet to be created.
    #[must_use]
    pub fn of_stored(mut self) -> Self {
        self.stored = true;
        self
    }

    /// What is left to who may only read.
    #[must_use]
    pub fn only_reading(mut self) -> Self {
        let kept = self.grants.iter().filter(|grant| grant.allows(Operation::View)).map(|grant| {
            let reading = [Operation::View, Operation::Export].into_iter();
            let operations = reading.filter(|operation| grant.allows(*operation)).collect();
            Arc::new(Grant { operations, ..(**grant).clone() })
        });
        self.grants = kept.collect();
        self
    }

    /// Only one record.
    #[must_use]
    pub fn only_record(mut self, id: impl Into<String>) -> Self {
        self.record = Some(id.into());
        self
    }

    /// What the holder of a task may do with its record, whatever groups grant: view and
    /// update, with these fields to change and those not shown. Goes with
    /// [`FormAccess::only_record`].
    #[must_use]
    pub fn with_task_fields(mut self, editable: Vec<FieldKey>, hidden: Vec<String>) -> Self {
        self.grants = vec![Arc::new(Grant {
            operations: vec![Operation::View, Operation::Update],
            scope: Scope::All,
            hand_over: false,
            hidden,
            read_only: Vec::new(),
        })];
        self.editable = Some(editable);
        self
    }

    /// The access that is left on a stored record that only some grants reach; `reaching` are the
    /// numbers that the statement of [`crate::reaching_grants`] answers with.
    #[must_use]
    pub fn narrowed_to(&self, reaching: &[usize]) -> Self {
        let (kept, beyond): (Vec<_>, Vec<_>) =
            self.grants.iter().enumerate().partition(|(index, _)| reaching.contains(index));
        let grants = |numbered: Vec<(usize, &Arc<Grant>)>| {
            numbered.into_iter().map(|(_, grant)| Arc::clone(grant)).collect()
        };
        Self {
            grants: grants(kept),
            beyond: grants(beyond),
            reader: self.reader.clone(),
            record: self.record.clone(),
            stored: true,
            editable: self.editable.clone(),
            links: self.links.clone(),
            system: self.system,
        }
    }

    /// Where a record must lie once it was created or updated under this access: in a scope
    /// of any grant of the operation, so that who may change a record here and there may move
    /// it from here to there. None when it may lie anywhere.
    pub fn bounds(&self, operation: Operation) -> Option<Bounds<'_>> {
        let allows = |grant: &&Arc<Grant>| grant.allows(operation);
        if self.system || self.grants.iter().filter(allows).any(|grant| grant.hand_over) {
            return None;
        }
        let all = self.grants.iter().chain(&self.beyond).filter(allows);
        let scopes: Vec<&Scope> = all.map(|grant| &grant.scope).collect();
        let reader = &self.reader;
        (!scopes.contains(&&Scope::All)).then_some(Bounds { reader, scopes })
    }

    /// Whether drafts of others are out of reach.
    pub(crate) fn keeps_drafts_apart(&self) -> bool {
        !self.system && self.editable.is_none()
    }

    /// Who asks.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Whether some grant allows the operation, on some record at least.
    pub fn may(&self, operation: Operation) -> bool {
        self.grants.iter().any(|grant| grant.allows(operation))
    }

    /// How far a field is open: the best over the grants.
    pub fn field(&self, key: &FieldKey) -> FieldAccess {
        self.open(key.as_str(), key.as_str())
    }

    /// How far a column of a subform is open: no further than the subform itself.
    pub fn column(&self, subform: &FieldKey, column: &FieldKey) -> FieldAccess {
        let path = format!("{subform}.{column}");
        self.field(subform).min(self.open(subform.as_str(), &path))
    }

    fn open(&self, key: &str, path: &str) -> FieldAccess {
        let editable = self
            .editable
            .as_ref()
            .is_none_or(|editable| editable.iter().any(|field| field.as_str() == key));
        let granting = |operation: Operation| {
            self.grants.iter().filter(move |grant| {
                grant.allows(operation) || !self.stored && grant.allows(Operation::Create)
            })
        };
        if editable && granting(Operation::Update).any(|grant| grant.leaves_open(path)) {
            FieldAccess::Edit
        } else if granting(Operation::View).any(|grant| grant.shows(path)) {
            FieldAccess::Read
        } else {
            FieldAccess::Hidden
        }
    }

    /// Whether nothing of the records that the reader sees is hidden.
    pub fn shows_all(&self) -> bool {
        let mut viewing = self.grants.iter().filter(|grant| grant.allows(Operation::View));
        viewing.all(|grant| grant.hidden.is_empty())
    }

    /// Whether some records are reached by other grants than others.
    pub fn differs_by_record(&self) -> bool {
        self.grants.iter().any(|grant| grant.scope != Scope::All)
    }

    /// Whether some grant hides fields.
    pub fn hides_fields(&self) -> bool {
        self.grants.iter().any(|grant| !grant.hidden.is_empty())
    }

    pub(crate) fn record(&self) -> Option<&str> {
        self.record.as_deref()
    }

    pub(crate) fn is_system(&self) -> bool {
        self.system
    }

    pub(crate) fn grants(&self) -> &[Arc<Grant>] {
        &self.grants
    }

    /// The scopes of the grants that let the reader see records.
    pub(crate) fn view_scopes(&self) -> Vec<&Scope> {
        let viewing = self.grants.iter().filter(|grant| grant.allows(Operation::View));
        viewing.map(|grant| &grant.scope).collect()
    }

    /// In which scopes a field is shown.
    pub(crate) fn mask(&self, field: &str) -> Mask<'_> {
        let viewing = || self.grants.iter().filter(|grant| grant.allows(Operation::View));
        let showing: Vec<&Scope> =
            viewing().filter(|grant| grant.shows(field)).map(|grant| &grant.scope).collect();
        if field == "id" || showing.len() == viewing().count() || showing.contains(&&Scope::All) {
            Mask::Shown
        } else if showing.is_empty() {
            Mask::Hidden
        } else {
            Mask::ShownIn(showing)
        }
    }

    pub(crate) fn link(&self, form: &FormKey) -> Option<&Self> {
        self.links.get(form)
    }
}

/// The scopes in one of which a written record must lie.
#[derive(Debug)]
pub struct Bounds<'a> {
    reader: &'a Reader,
    pub(crate) scopes: Vec<&'a Scope>,
}

impl Bounds<'_> {
    /// The fields of the record that decide whether it lies within; of a path over a link
    /// the link.
    pub fn fields(&self) -> BTreeSet<&str> {
        let mut fields = BTreeSet::new();
        for scope in &self.scopes {
            match scope {
                Scope::All => {}
                Scope::Own => drop(fields.insert("owner")),
                Scope::Department | Scope::DepartmentAndBelow => drop(fields.insert("department")),
                Scope::Filter(filter) => {
                    fields.extend(filter.conditions().into_iter().map(|condition| {
                        condition.field.split_once('.').map_or(&*condition.field, |(link, _)| link)
                    }))
                }
            }
        }
        fields
    }

    /// Whether its owner or department alone says that a record lies within; else the
    /// database is asked, with [`crate::within`].
    pub fn plainly_hold(&self, owner: Option<&str>, department: Option<&str>) -> bool {
        let in_departments = |departments: &[String]| {
            department.is_some_and(|own| departments.iter().any(|one| one == own))
        };
        self.scopes.iter().any(|scope| match scope {
            Scope::All => true,
            Scope::Own => owner == Some(self.reader.member.as_str()),
            Scope::Department => in_departments(&self.reader.departments),
            Scope::DepartmentAndBelow => in_departments(&self.reader.departments_below),
            Scope::Filter(_) => false,
        })
    }
}

/// Where a field is shown.
pub(crate) enum Mask<'a> {
    /// On every record that the reader sees.
    Shown,
    /// On none.
    Hidden,
    /// On the records of these scopes.
    ShownIn(Vec<&'a Scope>),
}
