//! Who calls, and what permission groups grant them.

use std::{collections::BTreeMap, sync::Arc};

use formwork_model::{
    FormKey, Locale,
    document::{Operation, PermissionGroup},
    kind::Shape,
};
use formwork_query::{FormAccess, Grant, Reader};
use formwork_store::Connection;
use jiff::Timestamp;

use crate::{Engine, EngineError, EngineResult, KeyScope, Principal, catalog::Catalog};

/// A member in whose name something is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Member id.
    pub member: String,
    /// The language of answers.
    pub locale: Locale,
    /// May do everything.
    pub is_admin: bool,
    /// How it is known who calls.
    pub proof: Proof,
}

/// What it is known by who calls. Every change looks at it again inside its transaction, so
/// that whoever was deactivated, signed out, or has lost a key changes nothing any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proof {
    /// Whoever asks vouches for the member.
    #[default]
    Member,
    /// A session of the member's, of this epoch.
    Session(i64),
    /// An API key of the member's.
    Key {
        /// Its public part.
        id: String,
        /// How far it reaches.
        scope: KeyScope,
    },
    /// The platform itself, as from the console; there need not be such a member.
    Platform,
}

impl Caller {
    /// The platform itself, in the name of an admin where there is one.
    pub fn platform(catalog: &Catalog) -> Self {
        let admin = catalog.directory.admins().into_iter().next();
        Self {
            member: admin.unwrap_or_else(|| Principal::NOBODY.to_owned()),
            locale: Locale::chinese(),
            is_admin: true,
            proof: Proof::Platform,
        }
    }

    /// The facts about the caller that scopes and filters refer to.
    pub(crate) fn reader(&self, catalog: &Catalog, now: Timestamp) -> Reader {
        reader(catalog, &self.member, now)
    }

    /// What the caller may see and do with the records of a form, linked forms included.
    pub(crate) fn access(&self, catalog: &Catalog, form: &str, now: Timestamp) -> FormAccess {
        let own = self.own_access(catalog, form, now);
        let Some(compiled) = catalog.compiled(form) else { return own };
        let linked = compiled.model.fields.values().filter_map(|field| match field.kind.shape() {
            Shape::Link(link) => Some(link.form.clone()),
            _ => None,
        });
        let links: BTreeMap<FormKey, FormAccess> = linked
            .map(|form| {
                let access = self.own_access(catalog, form.as_str(), now);
                (form, access)
            })
            .collect();
        own.with_links(links)
    }

    fn own_access(&self, catalog: &Catalog, form: &str, now: Timestamp) -> FormAccess {
        let reader = self.reader(catalog, now);
        let access = if !self.reaches(form) {
            FormAccess::granted(reader, Vec::<Grant>::new())
        } else if self.is_admin && self.must_be_whole().is_err() {
            FormAccess::whole(reader)
        } else if self.is_admin {
            FormAccess::system(reader)
        } else {
            let groups = catalog.groups().iter();
            let groups = groups.filter(|group| self.is_in(catalog, &group.document));
            let grants: Vec<Arc<Grant>> =
                groups.filter_map(|group| group.grant(form)).map(Arc::clone).collect();
            FormAccess::granted(reader, grants)
        };
        if self.must_write().is_ok() { access } else { access.only_reading() }
    }

    /// Whether the caller belongs to a permission group.
    pub(crate) fn is_in(&self, catalog: &Catalog, group: &PermissionGroup) -> bool {
        let directory = &catalog.directory;
        let members = &group.members;
        let has_role =
            || directory.roles_of(&self.member).iter().any(|role| members.roles.contains(role));
        let in_department = || {
            let own =
                directory.member(&self.member).and_then(|member| member.department.as_deref());
            own.is_some_and(|own| {
                let above = directory.with_those_above(own);
                above.iter().any(|department| members.departments.contains(&department.id))
            })
        };
        members.everyone || members.members.contains(&self.member) || has_role() || in_department()
    }

    /// Whether a dashboard may be opened.
    pub(crate) fn may_open(&self, catalog: &Catalog, dashboard: &str) -> bool {
        let opens = |group: &PermissionGroup| {
            group.dashboards.iter().any(|key| key.as_str() == dashboard)
                && self.is_in(catalog, group)
        };
        self.is_admin || catalog.groups().iter().any(|group| opens(&group.document))
    }

    /// How far the caller's key reaches; none for callers without one.
    pub fn key_scope(&self) -> Option<&KeyScope> {
        match &self.proof {
            Proof::Key { scope, .. } => Some(scope),
            Proof::Member | Proof::Session(_) | Proof::Platform => None,
        }
    }

    /// Whether records of a form are within reach of the caller's key.
    pub(crate) fn reaches(&self, form: &str) -> bool {
        self.key_scope().is_none_or(|scope| scope.reaches(form))
    }

    /// Refuses keys that only read.
    pub(crate) fn must_write(&self) -> EngineResult<()> {
        let writes = self.key_scope().is_none_or(|scope| scope.writes);
        if writes { Ok(()) } else { Err(EngineError::OutsideKeyScope) }
    }

    /// Refuses keys that do not administer, whoever their member is.
    pub(crate) fn key_must_administer(&self) -> EngineResult<()> {
        let administers = self.key_scope().is_none_or(|scope| scope.administers);
        if administers { Ok(()) } else { Err(EngineError::OutsideKeyScope) }
    }

    /// Refuses keys that do not reach as far as their member: for what concerns the account
    /// and its keys.
    pub(crate) fn must_be_whole(&self) -> EngineResult<()> {
        let whole = self.key_scope().is_none_or(|scope| *scope == KeyScope::everything());
        if whole { Ok(()) } else { Err(EngineError::OutsideKeyScope) }
    }

    /// Refuses everybody but admins, and keys of theirs that do not administer.
    ///
    /// # Errors
    /// `Forbidden`, or `OutsideKeyScope`.
    pub fn must_be_admin(&self) -> EngineResult<()> {
        if !self.is_admin {
            return Err(EngineError::Forbidden);
        }
        self.key_must_administer()
    }
}

impl Engine {
    /// Refuses a caller who is no longer who they were when an answer began that goes on for
    /// long.
    ///
    /// # Errors
    /// `NotSignedIn`, or `Forbidden` for one who is no longer an admin.
    pub async fn caller_stands(&self, caller: &Caller) -> EngineResult<()> {
        let catalog = self.catalog();
        let mut connection = self.store().read().await?;
        self.must_still_be(&mut connection, &catalog, caller).await
    }

    /// Refuses a caller who is no longer who they were when the request began.
    pub(crate) async fn must_still_be(
        &self,
        connection: &mut Connection,
        catalog: &Catalog,
        caller: &Caller,
    ) -> EngineResult<()> {
        if caller.proof == Proof::Platform {
            return Ok(());
        }
        let member = catalog.directory.member(&caller.member).filter(|member| member.active);
        let member = member.ok_or(EngineError::NotSignedIn)?;
        let stands = match &caller.proof {
            Proof::Session(epoch) => member.session_epoch == *epoch,
            Proof::Key { id, .. } => self.key_stands(connection, catalog, id).await?,
            Proof::Member | Proof::Platform => true,
        };
        if !stands {
            return Err(EngineError::NotSignedIn);
        }
        if caller.is_admin && !member.is_admin { Err(EngineError::Forbidden) } else { Ok(()) }
    }
}

/// What a form's access amounts to for a screen.
pub(crate) fn operations(access: &FormAccess) -> Vec<Operation> {
    [Operation::View, Operation::Create, Operation::Update, Operation::Delete, Operation::Export]
        .into_iter()
        .filter(|operation| access.may(*operation))
        .collect()
}

/// The facts about a member that scopes and filters refer to.
pub(crate) fn reader(catalog: &Catalog, member: &str, now: Timestamp) -> Reader {
    let directory = &catalog.directory;
    let department = directory.member(member).and_then(|member| member.department.clone());
    let departments: Vec<String> = department.into_iter().collect();
    let departments_below =
        departments.iter().flat_map(|department| directory.with_those_below(department)).collect();
    Reader {
        member: member.to_owned(),
        departments,
        departments_below,
        today: catalog.settings.day_of(now),
        time_zone: catalog.settings.zone().clone(),
    }
}

/// The scope of someone who may see all, as the engine itself.
pub(crate) fn system_access(catalog: &Catalog, member: &str, now: Timestamp) -> FormAccess {
    FormAccess::system(reader(catalog, member, now))
}
