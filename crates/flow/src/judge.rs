//! Branches that were passed, when a later step changes what their conditions read.

use formwork_model::{
    DocumentKey, FieldKey, Problem,
    document::{Branch, BranchMode, StepKind, WhenFactsChange},
};
use formwork_rules::Expression;

use crate::{EventKind, Refusal, VisitState, run::Run, step::chosen};

/// Judges the branches anew that were passed on the way here and whose conditions read a
/// changed field. Answers whether the instance has gone on from there, since one of them now
/// says otherwise.
pub(crate) fn judged_anew(run: &mut Run<'_>, changed: &[FieldKey]) -> Result<bool, Refusal> {
    let policy = run.version.flow.when_facts_change.unwrap_or_default();
    if changed.is_empty() || policy == WhenFactsChange::Ignore {
        return Ok(false);
    }
    let Some((visit, key)) = differing(run, changed) else { return Ok(false) };
    let step = run.version.step(&key).ok_or(Refusal::WrongVersion)?;
    let mut since = run.state.visits.iter().filter(|one| one.id >= visit && one.counts());
    let kept = since.any(|one| one.made_records);
    run.void_open_tasks();
    run.emit(EventKind::PathChanged { visit, kept });
    if kept || policy == WhenFactsChange::Stop {
        let anew = run.enter(&key);
        run.stuck(Some(anew), Problem::new("branch_differs").with("step", key.as_str()));
    } else {
        run.go_on(Some(step))?;
    }
    Ok(true)
}

/// The first passed branch that would be chosen differently now, or cannot be told any more.
fn differing(run: &Run<'_>, changed: &[FieldKey]) -> Option<(u32, DocumentKey)> {
    let passed = run.state.visits.iter().filter(|visit| visit.state == VisitState::Passed);
    for visit in passed {
        let Some((mode, branches)) = branches_of(run, &visit.step) else { continue };
        if reads(branches, changed)
            && chosen(mode, branches, run.facts).ok().as_ref() != Some(&visit.taken)
        {
            return Some((visit.id, visit.step.clone()));
        }
    }
    None
}

fn branches_of<'run>(run: &Run<'run>, step: &DocumentKey) -> Option<(BranchMode, &'run [Branch])> {
    match &run.version.step(step)?.kind {
        StepKind::Branch { mode, branches } => Some((*mode, branches)),
        _ => None,
    }
}

/// Whether a condition of the branches reads one of the fields.
fn reads(branches: &[Branch], fields: &[FieldKey]) -> bool {
    branches.iter().filter_map(|branch| branch.when.as_deref()).any(|when| {
        read_fields(when).iter().any(|read| fields.iter().any(|field| field.as_str() == read))
    })
}

/// The fields of the record that a condition reads, as they stand in it.
pub(crate) fn read_fields(when: &str) -> Vec<String> {
    let Ok(expression) = Expression::compile(when) else { return Vec::new() };
    let names = expression.paths().iter().map(|path| match (&*path.root, &path.member) {
        ("record", Some(member)) => member.to_string(),
        (root, _) => root.to_owned(),
    });
    names.collect()
}
