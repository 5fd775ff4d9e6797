//! Departments: the tree of an organisation.

use formwork_event::{DepartmentSaved, Detail};
use formwork_model::{Localized, Problem, Problems, name::names_problem};
use formwork_store::repo::member::{DepartmentRow, department_save};
use uuid::Uuid;

use super::follow_roles;
use crate::{
    Caller, Department, Engine, EngineError, EngineResult, directory::Directory,
    error::no_problems, work::Work,
};

/// What changes of a department; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct DepartmentChange {
    /// Name.
    pub name: Option<Localized>,
    /// The department above; `Some(None)` puts it at the top.
    pub parent: Option<Option<String>>,
    /// The member who leads it; `Some(None)` takes them away.
    pub head: Option<Option<String>>,
    /// Its place among its siblings.
    pub position: Option<i64>,
}

impl Engine {
    /// Adds a department; answers its id.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; problems of the input.
    pub async fn department_add(
        &self,
        caller: &Caller,
        name: Localized,
        parent: Option<String>,
        head: Option<String>,
        position: i64,
    ) -> EngineResult<String> {
        caller.must_be_admin()?;
        self.change_people(caller.clone(), move |work| {
            Box::pin(async move {
                let id = Uuid::now_v7().to_string();
                save_department(work, Department { id, name, parent, head, position }).await
            })
        })
        .await
    }

    /// Changes a department.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`; problems of the input.
    pub async fn department_change(
        &self,
        caller: &Caller,
        id: &str,
        change: DepartmentChange,
    ) -> EngineResult<()> {
        caller.must_be_admin()?;
        let id = id.to_owned();
        self.change_people(caller.clone(), move |work| {
            Box::pin(async move {
                let old = work.catalog.directory.department(&id);
                let old = old.cloned().ok_or(EngineError::NotFound)?;
                let department = Department {
                    id,
                    name: change.name.unwrap_or(old.name),
                    parent: change.parent.unwrap_or(old.parent),
                    head: change.head.unwrap_or(old.head),
                    position: change.position.unwrap_or(old.position),
                };
                save_department(work, department).await.map(|_| ())
            })
        })
        .await
    }
}

/// Saves a department inside a change of people; answers its id.
async fn save_department(work: &mut Work<'_>, department: Department) -> EngineResult<String> {
    check_department(&work.catalog.directory, &department)?;
    let row = DepartmentRow {
        name: serde_json::to_string(&department.name).unwrap_or_default(),
        id: department.id,
        parent: department.parent,
        head: department.head,
        position: department.position,
    };
    department_save(work.connection, &row).await?;
    let saved = DepartmentSaved { department: row.id.clone(), name: department.name };
    work.log(Detail::DepartmentSaved(saved));
    follow_roles(work).await?;
    Ok(row.id)
}

fn check_department(directory: &Directory, department: &Department) -> EngineResult<()> {
    let mut problems = Problems::new();
    problems.extend(names_problem(&department.name).map(|problem| problem.at("name")));
    if let Some(parent) = &department.parent {
        if directory.department(parent).is_none() {
            problems.push(Problem::new("unknown_department").at("parent"));
        }
        // A department below its own child would hang in the air with all below it.
        if directory.with_those_below(&department.id).contains(parent) {
            problems.push(Problem::new("department_cycle").at("parent"));
        }
    }
    if department.head.as_deref().is_some_and(|head| directory.member(head).is_none()) {
        problems.push(Problem::new("unknown_member").at("head"));
    }
    no_problems(problems)
}
