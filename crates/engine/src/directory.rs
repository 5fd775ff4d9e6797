//! Who is in the organisation: members, departments, roles, and how they hang together.

use std::collections::{HashMap, HashSet};

use formwork_model::Localized;
use formwork_store::{
    Connection,
    repo::member::{
        DepartmentRow, MemberRow, department_list, member_list, role_list, role_members,
    },
};

use crate::{EngineError, EngineResult, account};

/// The organisation's people at one moment. Immutable.
#[derive(Debug, Default)]
pub struct Directory {
    members: HashMap<String, MemberRow>,
    order: Vec<String>,
    departments: Vec<Department>,
    roles: Vec<Role>,
    member_roles: HashMap<String, Vec<String>>,
}

/// A department.
#[derive(Debug, Clone)]
pub struct Department {
    /// Id.
    pub id: String,
    /// Name.
    pub name: Localized,
    /// The department above.
    pub parent: Option<String>,
    /// The member who leads it.
    pub head: Option<String>,
    /// Its place among its siblings.
    pub position: i64,
}

/// A role.
#[derive(Debug, Clone)]
pub struct Role {
    /// Key.
    pub key: String,
    /// Name.
    pub label: Localized,
}

impl Directory {
    /// Reads the people from the database.
    pub(crate) async fn load(connection: &mut Connection) -> EngineResult<Self> {
        let members = member_list(connection).await?;
        let order = members.iter().map(|member| member.id.clone()).collect();
        let departments = department_list(connection).await?;
        let departments: EngineResult<Vec<_>> = departments.into_iter().map(department).collect();
        let roles: EngineResult<Vec<_>> = role_list(connection)
            .await?
            .into_iter()
            .map(|(key, label)| Ok(Role { key, label: localized(&label)? }))
            .collect();
        let mut member_roles: HashMap<String, Vec<String>> = HashMap::new();
        for (role, member) in role_members(connection).await? {
            member_roles.entry(member).or_default().push(role);
        }
        Ok(Self {
            members: members.into_iter().map(|member| (member.id.clone(), member)).collect(),
            order,
            departments: departments?,
            roles: roles?,
            member_roles,
        })
    }

    /// A member by id, the inactive included.
    pub fn member(&self, id: &str) -> Option<&MemberRow> {
        self.members.get(id)
    }

    /// A member by the name to sign in with, however it is typed.
    pub fn member_by_account(&self, account: &str) -> Option<&MemberRow> {
        let found = |account: &str| self.members.values().find(|member| member.account == account);
        // Accounts from before they were folded are stored in lower case alone.
        found(&account::folded(account)).or_else(|| found(&account.trim().to_lowercase()))
    }

    /// Every member, in order of arrival.
    pub fn members(&self) -> impl Iterator<Item = &MemberRow> {
        self.order.iter().filter_map(|id| self.members.get(id))
    }

    /// Every department, in order.
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    /// A department by id.
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.id == id)
    }

    /// Every role.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// A member's roles.
    pub fn roles_of(&self, member: &str) -> &[String] {
        self.member_roles.get(member).map_or(&[], Vec::as_slice)
    }

    /// The active members in a role.
    pub fn in_role(&self, role: &str) -> Vec<String> {
        let has = |member: &&MemberRow| self.roles_of(&member.id).iter().any(|own| own == role);
        self.active().filter(has).map(|member| member.id.clone()).collect()
    }

    /// The active members who may do everything.
    pub fn admins(&self) -> Vec<String> {
        self.active().filter(|member| member.is_admin).map(|member| member.id.clone()).collect()
    }

    /// Whether a member is there and active.
    pub fn is_active(&self, member: &str) -> bool {
        self.members.get(member).is_some_and(|member| member.active)
    }

    fn active(&self) -> impl Iterator<Item = &MemberRow> {
        self.members().filter(|member| member.active)
    }

    /// A department and all below it.
    pub fn with_those_below(&self, department: &str) -> Vec<String> {
        let mut found = vec![department.to_owned()];
        let mut seen: HashSet<String> = found.iter().cloned().collect();
        let mut next = 0;
        while let Some(current) = found.get(next).cloned() {
            for child in &self.departments {
                if child.parent.as_deref() == Some(&current) && seen.insert(child.id.clone()) {
                    found.push(child.id.clone());
                }
            }
            next += 1;
        }
        found
    }

    /// The departments from one up to the root.
    pub fn with_those_above(&self, department: &str) -> Vec<&Department> {
        let mut found: Vec<&Department> = Vec::new();
        let mut current = self.department(department);
        while let Some(department) = current {
            if found.iter().any(|seen| seen.id == department.id) {
                break;
            }
            found.push(department);
            current = department.parent.as_deref().and_then(|parent| self.department(parent));
        }
        found
    }

    /// The active head for a member: of the own department, or `levels` heads higher. The
    /// member is never the own head; departments without an active head are passed over.
    pub fn head_of(&self, member: &str, levels: u8) -> Option<String> {
        let department = self.members.get(member)?.department.as_deref()?;
        let mut heads: Vec<&String> = Vec::new();
        for department in self.with_those_above(department) {
            if let Some(head) = &department.head
                && head != member
                && self.is_active(head)
                && !heads.contains(&head)
            {
                heads.push(head);
            }
        }
        heads.get(usize::from(levels)).map(|head| (*head).clone())
    }
}

fn department(row: DepartmentRow) -> EngineResult<Department> {
    Ok(Department {
        name: localized(&row.name)?,
        id: row.id,
        parent: row.parent,
        head: row.head,
        position: row.position,
    })
}

fn localized(json: &str) -> EngineResult<Localized> {
    serde_json::from_str(json).map_err(EngineError::unexpected_in("a stored name"))
}
