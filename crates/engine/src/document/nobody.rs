//! Steps of a flow that name somebody whom the organisation does not have: a warning, for
//! people come and go, and roles of a package are filled later.

use formwork_model::{
    Problem, Problems,
    document::{Approver, Flow, Step, StepKind},
};

use crate::directory::Directory;

/// A warning for each, at its place.
pub(super) fn warnings(flow: &Flow, directory: &Directory) -> Problems {
    of_steps(&flow.steps, directory).into_iter().map(|problem| problem.at("steps")).collect()
}

fn of_steps(steps: &[Step], directory: &Directory) -> Problems {
    let found = steps.iter().enumerate().flat_map(|(index, step)| {
        let found = of_step(step, directory).into_iter();
        found.map(move |problem| problem.at(index)).collect::<Problems>()
    });
    found.collect()
}

fn of_step(step: &Step, directory: &Directory) -> Problems {
    match &step.kind {
        StepKind::Approve(assigned) | StepKind::Fill(assigned) => {
            of_approvers(&assigned.assignees, "assignees", directory)
        }
        StepKind::CopyTo { to } => of_approvers(to, "to", directory),
        StepKind::Branch { branches, .. } => {
            let found = branches.iter().enumerate().flat_map(|(index, branch)| {
                let found = of_steps(&branch.steps, directory).into_iter();
                found.map(move |problem| problem.at("steps").at(index)).collect::<Problems>()
            });
            found.map(|problem| problem.at("branches")).collect()
        }
        StepKind::Act { .. } => Problems::new(),
    }
}

fn of_approvers(approvers: &[Approver], at: &str, directory: &Directory) -> Problems {
    let found = approvers.iter().enumerate().filter_map(|(index, approver)| {
        let (code, name) = match approver {
            Approver::Member(id) if directory.member(id).is_none() => ("unknown_member", "member"),
            Approver::Member(id) if !directory.is_active(id) => ("member_inactive", "member"),
            Approver::Role(role) if !directory.roles().iter().any(|known| known.key == *role) => {
                ("unknown_role", "role")
            }
            Approver::DepartmentHead(id) if directory.department(id).is_none() => {
                ("unknown_department", "department_head")
            }
            _ => return None,
        };
        let mut problem = Problem::new(code).with("severity", "warning");
        match approver {
            Approver::Role(role) => problem = problem.with("role", role.as_str()),
            Approver::Member(id) => {
                let name = directory.member(id).map_or("", |member| member.name.as_str());
                problem = problem.with("name", name);
            }
            _ => {}
        }
        Some(problem.at(name).at(index).at(at))
    });
    found.collect()
}
