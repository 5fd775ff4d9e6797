//! Members, departments and roles.

use crate::{Connection, Row, StoreError, binds};

/// A member as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Id.
    pub id: String,
    /// The name to sign in with, unique.
    pub account: String,
    /// The name that others see.
    pub name: String,
    /// Argon2 hash; none cannot sign in with a password.
    pub password_hash: Option<String>,
    /// Main department.
    pub department: Option<String>,
    /// Language.
    pub locale: String,
    /// `light`, `dark` or `system`.
    pub theme: String,
    /// May do everything.
    pub is_admin: bool,
    /// May sign in.
    pub active: bool,
    /// Sessions of an earlier epoch are signed out.
    pub session_epoch: i64,
    /// Milliseconds.
    pub created_at: i64,
}

/// A department as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentRow {
    /// Id.
    pub id: String,
    /// Localised name as JSON.
    pub name: String,
    /// The department above.
    pub parent: Option<String>,
    /// The member who leads it.
    pub head: Option<String>,
    /// Its place among its siblings.
    pub position: i64,
}

const MEMBER_LIST: &str = "select id, account, name, password_hash, department, locale, theme,
    is_admin, active, session_epoch, created_at from member order by created_at, id";
const MEMBER_INSERT: &str = "insert into member (id, account, name, password_hash, department,
    locale, theme, is_admin, active, session_epoch, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const MEMBER_UPDATE: &str = "update member set name = coalesce($2, name),
    department = case when $3 then $4 else department end, locale = coalesce($5, locale),
    theme = coalesce($6, theme), is_admin = coalesce($7, is_admin),
    active = coalesce($8, active), password_hash = coalesce($9, password_hash),
    session_epoch = session_epoch + $10 where id = $1";
const DEPARTMENT_LIST: &str =
    "select id, name, parent, head, position from department order by position, id";
const DEPARTMENT_SAVE: &str = "insert into department (id, name, parent, head, position)
    values ($1, $2, $3, $4, $5) on conflict (id) do update set name = excluded.name,
    parent = excluded.parent, head = excluded.head, position = excluded.position";
const ROLE_LIST: &str = "select key, label from role order by key";
const ROLE_INSERT: &str = "insert into role (key, label) values ($1, $2)";
const ROLE_RENAME: &str = "update role set label = $2 where key = $1";
const ROLE_SAVE: &str = "insert into role (key, label) values ($1, $2)
    on conflict (key) do update set label = excluded.label";
const ROLE_MEMBERS: &str = "select role, member from member_role order by role, member";
const MEMBER_ROLES_CLEAR: &str = "delete from member_role where member = $1";
const MEMBER_ROLE_ADD: &str = "insert into member_role (member, role) values ($1, $2)
    on conflict (member, role) do nothing";

/// Every member, the inactive included, in order of arrival.
///
/// # Errors
/// When the database fails.
pub async fn member_list(connection: &mut Connection) -> Result<Vec<MemberRow>, StoreError> {
    connection.rows(MEMBER_LIST, &[]).await?.iter().map(member).collect()
}

fn member(row: &Row) -> Result<MemberRow, StoreError> {
    Ok(MemberRow {
        id: row.text("id")?,
        account: row.text("account")?,
        name: row.text("name")?,
        password_hash: row.text_or_null("password_hash")?,
        department: row.text_or_null("department")?,
        locale: row.text("locale")?,
        theme: row.text("theme")?,
        is_admin: row.bool("is_admin")?,
        active: row.bool("active")?,
        session_epoch: row.int("session_epoch")?,
        created_at: row.int("created_at")?,
    })
}

/// Adds a member.
///
/// # Errors
/// [`StoreError::NotUnique`] when the account is taken.
pub async fn member_insert(
    connection: &mut Connection,
    member: &MemberRow,
) -> Result<(), StoreError> {
    let values = binds![
        &member.id,
        &member.account,
        &member.name,
        member.password_hash.clone(),
        member.department.clone(),
        &member.locale,
        &member.theme,
        member.is_admin,
        member.active,
        member.session_epoch,
        member.created_at,
    ];
    connection.execute(MEMBER_INSERT, values).await?;
    Ok(())
}

/// What changes of a member; what is none stays as it is, whoever changes it meanwhile.
#[derive(Debug, Clone, Default)]
pub struct MemberUpdate {
    /// The name that others see.
    pub name: Option<String>,
    /// Main department; an inner none takes it away.
    pub department: Option<Option<String>>,
    /// Language.
    pub locale: Option<String>,
    /// `light`, `dark` or `system`.
    pub theme: Option<String>,
    /// May do everything.
    pub is_admin: Option<bool>,
    /// May sign in.
    pub active: Option<bool>,
    /// Argon2 hash.
    pub password_hash: Option<String>,
    /// Whether the sessions that there are come to their end.
    pub ends_sessions: bool,
}

/// Changes some attributes of a member.
///
/// # Errors
/// When the database fails.
pub async fn member_update(
    connection: &mut Connection,
    id: &str,
    update: &MemberUpdate,
) -> Result<(), StoreError> {
    let values = binds![
        id,
        update.name.clone(),
        update.department.is_some(),
        update.department.clone().flatten(),
        update.locale.clone(),
        update.theme.clone(),
        update.is_admin,
        update.active,
        update.password_hash.clone(),
        i64::from(update.ends_sessions),
    ];
    connection.execute(MEMBER_UPDATE, values).await?;
    Ok(())
}

/// Every department.
///
/// # Errors
/// When the database fails.
pub async fn department_list(
    connection: &mut Connection,
) -> Result<Vec<DepartmentRow>, StoreError> {
    let rows = connection.rows(DEPARTMENT_LIST, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(DepartmentRow {
                id: row.text("id")?,
                name: row.text("name")?,
                parent: row.text_or_null("parent")?,
                head: row.text_or_null("head")?,
                position: row.int("position")?,
            })
        })
        .collect()
}

/// Adds or changes a department.
///
/// # Errors
/// When the database fails.
pub async fn department_save(
    connection: &mut Connection,
    department: &DepartmentRow,
) -> Result<(), StoreError> {
    let values = binds![
        &department.id,
        &department.name,
        department.parent.clone(),
        department.head.clone(),
        department.position,
    ];
    connection.execute(DEPARTMENT_SAVE, values).await?;
    Ok(())
}

/// Every role: key and localised label as JSON.
///
/// # Errors
/// When the database fails.
pub async fn role_list(connection: &mut Connection) -> Result<Vec<(String, String)>, StoreError> {
    let rows = connection.rows(ROLE_LIST, &[]).await?;
    rows.iter().map(|row| Ok((row.text("key")?, row.text("label")?))).collect()
}

/// Adds a role.
///
/// # Errors
/// [`StoreError::NotUnique`] when the key is taken.
pub async fn role_insert(
    connection: &mut Connection,
    key: &str,
    label: &str,
) -> Result<(), StoreError> {
    connection.execute(ROLE_INSERT, binds![key, label]).await?;
    Ok(())
}

/// Renames a role; answers whether there is one.
///
/// # Errors
/// When the database fails.
pub async fn role_rename(
    connection: &mut Connection,
    key: &str,
    label: &str,
) -> Result<bool, StoreError> {
    Ok(connection.execute(ROLE_RENAME, binds![key, label]).await? == 1)
}

/// Adds or renames a role.
///
/// # Errors
/// When the database fails.
pub async fn role_save(
    connection: &mut Connection,
    key: &str,
    label: &str,
) -> Result<(), StoreError> {
    connection.execute(ROLE_SAVE, binds![key, label]).await?;
    Ok(())
}

/// Who has which role: role key and member id.
///
/// # Errors
/// When the database fails.
pub async fn role_members(
    connection: &mut Connection,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = connection.rows(ROLE_MEMBERS, &[]).await?;
    rows.iter().map(|row| Ok((row.text("role")?, row.text("member")?))).collect()
}

/// Gives a member exactly these roles.
///
/// # Errors
/// When the database fails.
pub async fn member_set_roles(
    connection: &mut Connection,
    member: &str,
    roles: &[String],
) -> Result<(), StoreError> {
    connection.execute(MEMBER_ROLES_CLEAR, binds![member]).await?;
    for role in roles {
        connection.execute(MEMBER_ROLE_ADD, binds![member, role]).await?;
    }
    Ok(())
}
