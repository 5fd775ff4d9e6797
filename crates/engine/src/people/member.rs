//! Members: added, changed by admins, and by themselves.

use std::sync::Arc;

use formwork_event::{Detail, MemberAdded, MemberChanged};
use formwork_model::{Problem, Problems, name::name_problem};
use formwork_store::{
    Hold,
    repo::{
        api_key::api_key_revoke_all,
        member::{MemberRow, MemberUpdate, member_insert, member_set_roles, member_update},
        setting::setting_save,
    },
};
use uuid::Uuid;

use super::{
    follow_roles,
    leaving::{HandOver, check_hand_over},
    taken,
};
use crate::{
    Caller, Engine, EngineError, EngineResult, account, directory::Directory, error::no_problems,
    flow, work::Work,
};

/// A member to add.
#[derive(Debug, Clone, Default)]
pub struct NewMember {
    /// The name to sign in with.
    pub account: String,
    /// The name that others see.
    pub name: String,
    /// Argon2 hash of a password.
    pub password_hash: Option<String>,
    /// Main department.
    pub department: Option<String>,
    /// Role keys.
    pub roles: Vec<String>,
    /// Language.
    pub locale: Option<String>,
    /// May do everything.
    pub is_admin: bool,
}

/// What changes of a member; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct MemberChange {
    /// The name that others see.
    pub name: Option<String>,
    /// Main department; `Some(None)` takes it away.
    pub department: Option<Option<String>>,
    /// Role keys.
    pub roles: Option<Vec<String>>,
    /// May do everything.
    pub is_admin: Option<bool>,
    /// May sign in; taking it away signs out everywhere.
    pub active: Option<bool>,
    /// Argon2 hash of a new password; signs out everywhere.
    pub password_hash: Option<String>,
    /// Language.
    pub locale: Option<String>,
    /// `light`, `dark` or `system`.
    pub theme: Option<String>,
    /// To whom goes what waits for a member who is deactivated; needed when something does.
    pub hand_over: Option<HandOver>,
}

/// What a member changes of the own account; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct OwnChange {
    /// The name that others see.
    pub name: Option<String>,
    /// Language.
    pub locale: Option<String>,
    /// `light`, `dark` or `system`.
    pub theme: Option<String>,
    /// Argon2 hash of a new password.
    pub password_hash: Option<String>,
}

impl Engine {
    /// Makes the first member, an admin, of an organisation that has none.
    ///
    /// # Errors
    /// `Refused` when there are members already; problems of the input.
    pub async fn set_up(&self, organisation: &str, admin: NewMember) -> EngineResult<String> {
        let organisation = organisation.trim().to_owned();
        let founder = Caller::platform(&self.catalog());
        self.redefine(Hold::Everything, founder, move |work| {
            Box::pin(async move {
                if work.catalog.directory.members().next().is_some() {
                    return Err(EngineError::refused("already_set_up"));
                }
                if let Some(problem) = name_problem(&organisation) {
                    return Err(EngineError::problem(problem.at("organisation")));
                }
                setting_save(work.connection, "organisation_name", &organisation).await?;
                add_member(work, NewMember { is_admin: true, ..admin }).await
            })
        })
        .await
    }

    /// Adds a member; answers the id.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; problems of the input.
    pub async fn member_add(&self, caller: &Caller, member: NewMember) -> EngineResult<String> {
        caller.must_be_admin()?;
        self.change_people(caller.clone(), move |work| {
            Box::pin(async move { add_member(work, member).await })
        })
        .await
    }

    /// Changes a member.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`; `Refused` when the last admin would go;
    /// problems of the input.
    pub async fn member_change(
        &self,
        caller: &Caller,
        id: &str,
        change: MemberChange,
    ) -> EngineResult<()> {
        caller.must_be_admin()?;
        let id = id.to_owned();
        self.change_people(caller.clone(), move |work| {
            Box::pin(async move { change_member(work, &id, change).await })
        })
        .await
    }

    /// Changes the caller's own name, language, theme or password; a new password signs out
    /// everywhere.
    ///
    /// # Errors
    /// Problems of the input.
    pub async fn member_change_self(&self, caller: &Caller, change: OwnChange) -> EngineResult<()> {
        caller.must_be_whole()?;
        let id = caller.member.clone();
        let OwnChange { name, locale, theme, password_hash } = change;
        let change = MemberChange { name, locale, theme, password_hash, ..MemberChange::default() };
        self.change_own(caller.clone(), move |work| {
            Box::pin(async move { change_member(work, &id, change).await })
        })
        .await
    }

    /// Ends all of the caller's sessions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn member_sign_out_everywhere(&self, caller: &Caller) -> EngineResult<()> {
        caller.must_be_whole()?;
        self.change_own(caller.clone(), |work| {
            Box::pin(async move {
                let update = MemberUpdate { ends_sessions: true, ..MemberUpdate::default() };
                Ok(member_update(work.connection, work.principal.by(), &update).await?)
            })
        })
        .await
    }
}

/// Adds a member inside a change of people.
pub(crate) async fn add_member(work: &mut Work<'_>, member: NewMember) -> EngineResult<String> {
    let directory = std::sync::Arc::clone(&work.catalog.directory);
    let mut problems = Problems::new();
    let account = new_account(&directory, &member.account).unwrap_or_else(|problem| {
        problems.push(problem.at("account"));
        String::new()
    });
    problems.extend(check_name(&member.name));
    problems.extend(check_place(&directory, member.department.as_deref(), &member.roles));
    problems.extend(check_choice("locale", member.locale.as_deref(), &["zh-CN", "en"]));
    no_problems(problems)?;
    let row = MemberRow {
        id: Uuid::now_v7().to_string(),
        account,
        name: member.name.trim().to_owned(),
        password_hash: member.password_hash,
        department: member.department,
        locale: member.locale.unwrap_or_else(|| "zh-CN".to_owned()),
        theme: "system".to_owned(),
        is_admin: member.is_admin,
        active: true,
        session_epoch: 0,
        created_at: work.now_ms(),
    };
    member_insert(work.connection, &row).await.map_err(|error| taken(error, "account"))?;
    member_set_roles(work.connection, &row.id, &member.roles).await?;
    let has_roles = !member.roles.is_empty();
    let added = MemberAdded {
        member: row.id.clone(),
        account: row.account,
        name: row.name,
        roles: member.roles,
    };
    work.log(Detail::MemberAdded(added));
    if has_roles {
        follow_roles(work).await?;
    }
    Ok(row.id)
}

/// Changes a member inside a change of people, or of what is the member's own: writes only
/// what changes.
async fn change_member(work: &mut Work<'_>, id: &str, change: MemberChange) -> EngineResult<()> {
    let directory = std::sync::Arc::clone(&work.catalog.directory);
    let member = directory.member(id).ok_or(EngineError::NotFound)?;
    no_problems(check_change(&directory, &change))?;
    let loses_admin = change.is_admin == Some(false) || change.active == Some(false);
    if member.is_admin && loses_admin && directory.admins().iter().all(|admin| admin == id) {
        return Err(EngineError::refused("last_admin"));
    }
    let what = named_changes(&change);
    let is_deactivated = change.active == Some(false);
    if is_deactivated {
        check_hand_over(work, id, change.hand_over.as_ref()).await?;
    }
    let moves = change.active.is_some()
        || change.is_admin.is_some()
        || change.roles.is_some()
        || change.department.is_some();
    let hand_over = change.hand_over;
    let update = MemberUpdate {
        name: change.name.map(|name| name.trim().to_owned()),
        department: change.department,
        is_admin: change.is_admin,
        active: change.active,
        locale: change.locale,
        theme: change.theme,
        ends_sessions: change.password_hash.is_some() || is_deactivated,
        password_hash: change.password_hash,
    };
    member_update(work.connection, id, &update).await?;
    if let Some(roles) = &change.roles {
        member_set_roles(work.connection, id, roles).await?;
    }
    if is_deactivated {
        // Who comes back signs in anew and makes new keys.
        api_key_revoke_all(work.connection, id, work.now_ms()).await?;
    }
    if moves {
        work.catalog = Arc::new(work.catalog.with_people(work.connection).await?);
    }
    if is_deactivated {
        let to = match &hand_over {
            Some(HandOver::To(member)) => Some(member.as_str()),
            Some(HandOver::Admins) | None => None,
        };
        flow::hand_over(work, id, to).await?;
    }
    if moves {
        flow::follow_roles(work, &directory).await?;
    }
    if what.is_empty() {
        return Ok(());
    }
    let changed = what.into_iter().map(str::to_owned).collect();
    let changed = MemberChanged { member: id.to_owned(), changed };
    work.log(Detail::MemberChanged(changed));
    Ok(())
}

fn check_change(directory: &Directory, change: &MemberChange) -> Problems {
    let mut problems = Problems::new();
    problems.extend(change.name.as_deref().and_then(check_name));
    let department = change.department.as_ref().and_then(Option::as_deref);
    let roles = change.roles.as_deref().unwrap_or_default();
    problems.extend(check_place(directory, department, roles));
    let themes = ["light", "dark", "system"];
    problems.extend(check_choice("theme", change.theme.as_deref(), &themes));
    problems.extend(check_choice("locale", change.locale.as_deref(), &["zh-CN", "en"]));
    problems
}

fn check_choice(at: &str, value: Option<&str>, options: &[&str]) -> Option<Problem> {
    let odd = value.filter(|value| !options.contains(value))?;
    Some(Problem::new("not_an_option").with("value", odd).at(at))
}

/// What a change is of, for the log; language and theme are nobody's business.
fn named_changes(change: &MemberChange) -> Vec<&'static str> {
    let named = [
        (change.name.is_some(), "name"),
        (change.department.is_some(), "department"),
        (change.roles.is_some(), "roles"),
        (change.is_admin.is_some(), "is_admin"),
        (change.active.is_some(), "active"),
        (change.password_hash.is_some(), "password"),
    ];
    named.into_iter().filter(|(is_changed, _)| *is_changed).map(|(_, name)| name).collect()
}

/// Reads the account of somebody new. It must not look like another one.
fn new_account(directory: &Directory, text: &str) -> Result<String, Problem> {
    let account = account::read(text)?;
    let mut members = directory.members();
    if members.any(|member| account::look_alike(&member.account, &account)) {
        return Err(Problem::new("not_unique"));
    }
    Ok(account)
}

fn check_name(name: &str) -> Option<Problem> {
    name_problem(name).map(|problem| problem.at("name"))
}

fn check_place(directory: &Directory, department: Option<&str>, roles: &[String]) -> Problems {
    let mut problems = Problems::new();
    if department.is_some_and(|id| directory.department(id).is_none()) {
        problems.push(Problem::new("unknown_department").at("department"));
    }
    for (index, role) in roles.iter().enumerate() {
        if !directory.roles().iter().any(|known| known.key == *role) {
            let problem = Problem::new("unknown_role").with("role", role.as_str());
            problems.push(problem.at(index).at("roles"));
        }
    }
    problems
}
