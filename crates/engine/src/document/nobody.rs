//! Steps of a flow that name somebody whom the organisation does not have: a warning, for
//! people come and go, and roles of a package are filled later.

use formwork_model::{
    Problem, Problems,
    document::{Approver, Flow, Step, StepKind},
};

use crate::directory::Directory;

/// A warning for each, at its place.
pub(super) fn warnings(flow: &Flow, directory: &Directory) -> Problems {
    let mut found: Problems =
        of_steps(&flow.steps, directory).into_iter().map(|problem| problem.at("steps")).collect();
    let members = flow.admins.members.iter().cloned().map(Approver::Member);
    let roles = flow.admins.roles.iter().cloned().map(Approver::Role);
    for (name, admins) in [("members", members.collect::<Vec<_>>()), ("roles", roles.collect())] {
        let place = |problem: Problem| Problem {
            // The lists hold plain keys.
            pointer: problem.pointer.rsplit_once('/').map_or("", |(list, _)| list).to_owned(),
            ..problem
        };
        let problems = of_approvers(&admins, name, directory).into_iter().map(place);
        found.extend(problems.map(|problem| problem.at("admins")));
    }
    found
}

fn of_steps(steps: &[Step], directory: &Directory) -> Problems {
    let found = steps.iter().enumerate().flat_map(|(index, step)| {
        let found = of_step(step, directory).into_iter();
        found.map(move |problem| problem.at(index)).collect::<Problems>()
    });
    found.collect()
}

fn of_step(step: &Step, directory: &Directory) -> Problems {
    if let Some(assigned) = step.kind.assigned() {
        return of_approvers(&assigned.assignees, "assignees", directory);
    }
    match &step.kind {
        StepKind::CopyTo { to } => of_approvers(to, "to", directory),
        StepKind::Branch { branches, .. } => {
            let found = branches.iter().enumerate().flat_map(|(index, branch)| {
                let found = of_steps(&branch.steps, directory).into_iter();
                found.map(move |problem| problem.at("steps").at(index)).collect::<Problems>()
            });
            found.map(|problem| problem.at("branches")).collect()
        }
        _ => Problems::new(),
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
