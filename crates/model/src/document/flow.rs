//! A flow: a tree of steps that records run through.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AppKey, DocumentKey, FieldKey, FormKey, Localized};

/// What starts when a record of its form is submitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Permanent key.
    pub key: DocumentKey,
    /// The app that it belongs to.
    pub app: AppKey,
    /// The form whose records run through it. A form has at most one flow.
    pub form: FormKey,
    /// Name.
    pub label: Localized,
    /// The steps, in order.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
    /// Field of the record, and the expression that it is set to when the instance is rejected.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub on_rejected: IndexMap<FieldKey, String>,
    /// The same, when the record goes back to the starter.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub on_returned: IndexMap<FieldKey, String>,
    /// The same, when the starter takes the record back.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub on_withdrawn: IndexMap<FieldKey, String>,
    /// Who steps in when an instance is stuck, or somebody is missing. The organisation's
    /// admins always may; they alone do when nobody is named.
    #[serde(default, skip_serializing_if = "FlowAdmins::is_empty")]
    pub admins: FlowAdmins,
    /// What happens when a later step changes what the condition of a passed branch reads, and
    /// it now says otherwise. Absent, the branch is taken anew, and publishing warns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_facts_change: Option<WhenFactsChange>,
}

/// The admins of a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowAdmins {
    /// Member ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Role keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

impl FlowAdmins {
    fn is_empty(&self) -> bool {
        self.members.is_empty() && self.roles.is_empty()
    }
}

/// What happens when the condition of a passed branch says otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenFactsChange {
    /// The branch is taken anew: what was decided since no longer counts. Where records were
    /// made since, the instance stops.
    #[default]
    ReturnToBranch,
    /// The instance stops, for the flow's admins to decide.
    Stop,
    /// The path stays as it was judged.
    Ignore,
}

/// One step of a flow.
///
/// The schema refuses properties that the kind does not have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct Step {
    /// Permanent key, unique in the flow.
    pub key: DocumentKey,
    /// Name.
    pub label: Localized,
    /// What happens here.
    #[serde(flatten)]
    pub kind: StepKind,
}

/// What happens at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepKind {
    /// People decide.
    Approve(AssignedStep),
    /// People fill in fields, without deciding.
    Fill(AssignedStep),
    /// People are told; the instance goes on at once.
    CopyTo {
        /// Who is told.
        to: Vec<Approver>,
    },
    /// The path divides by conditions.
    Branch {
        /// Which of the matching branches are taken.
        #[serde(default)]
        mode: BranchMode,
        /// The branches, in order. The last may have no condition: it is taken otherwise.
        #[schemars(length(min = 1, max = 20))]
        branches: Vec<Branch>,
    },
    /// Records are changed, in the same transaction.
    Act {
        /// What is changed, in order.
        #[schemars(length(min = 1, max = 20))]
        effects: Vec<Effect>,
    },
}

impl StepKind {
    /// What is asked of people, of kinds that give out tasks.
    pub fn assigned(&self) -> Option<&AssignedStep> {
        match self {
            Self::Approve(assigned) | Self::Fill(assigned) => Some(assigned),
            _ => None,
        }
    }
}

/// A step at which people have tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssignedStep {
    /// Who gets a task. Those named twice get one.
    #[schemars(length(min = 1, max = 100))]
    pub assignees: Vec<Approver>,
    /// Whose decisions are needed.
    #[serde(default)]
    pub mode: ApproverMode,
    /// What happens when nobody is found.
    #[serde(default)]
    pub when_nobody: WhenNobody,
    /// What they may do beyond the first thing (approve, or submit what was filled in). A
    /// step that only fills in is never rejected.
    #[serde(default = "every_action")]
    pub actions: Vec<TaskAction>,
    /// What they may see and change.
    #[serde(default)]
    pub fields: StepFields,
    /// Skips those who submitted the record or decided the step before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_repeated: bool,
    /// To whom a task may be handed on.
    #[serde(default, skip_serializing_if = "TransferTo::is_default")]
    pub transfer_to: TransferTo,
}

/// To whom a task may be handed on. The new holder sees what the step shows and the own
/// permission groups do not hide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferTo {
    /// Those in the role that the task was given for; for tasks given by name or to a head,
    /// those whose permission groups show them records of the form.
    #[default]
    Peers,
    /// Any active member.
    Anyone,
}

impl TransferTo {
    // Serde hands in a reference.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn every_action() -> Vec<TaskAction> {
    vec![TaskAction::Reject, TaskAction::Return, TaskAction::Transfer]
}

/// Which fields count at a step; those not named can be read and not changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepFields {
    /// Fields that can be changed here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editable: Vec<FieldKey>,
    /// Fields that must be filled in before the step can be passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<FieldKey>,
    /// Fields that are not shown here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<FieldKey>,
    /// Fields, or `subform.column`, that are shown here to whoever has the task, even where
    /// permission groups hide them. Fields that can be changed here, or must be filled in, are
    /// shown in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reveals: Vec<String>,
}

/// Who gets a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// A member, by id.
    Member(String),
    /// Everyone in a role, by its key.
    Role(String),
    /// The head of a department, by its id.
    DepartmentHead(String),
    /// The head of the starter's department, or that many levels higher (0 is the own one).
    /// A starter who is that head goes one level up.
    StarterHead(u8),
    /// The members in a field of the record.
    Field(FieldKey),
    /// Who started the instance.
    Starter(Always),
}

/// Takes only `true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "bool", into = "bool")]
#[schemars(extend("const" = true))]
pub struct Always;

impl TryFrom<bool> for Always {
    type Error = &'static str;
    fn try_from(yes: bool) -> Result<Self, Self::Error> {
        if yes { Ok(Self) } else { Err("must be true") }
    }
}

impl From<Always> for bool {
    fn from(_: Always) -> bool {
        true
    }
}

/// Whose decisions a step needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApproverMode {
    /// One decision settles it (或签).
    #[default]
    Any,
    /// Everyone must agree; one rejection settles it (会签).
    All,
    /// Everyone must agree, one after the other (依次审批).
    InOrder,
}

/// What happens when a step finds nobody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenNobody {
    /// The admins get the task.
    #[default]
    Admins,
    /// The step is passed, and the path says so.
    Skip,
    /// The action that led here is refused.
    Refuse,
}

/// What can be done with a task or an instance beyond approving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskAction {
    /// Agree, or submit what was filled in.
    Approve,
    /// End the instance with a no.
    Reject,
    /// Send back to an earlier step or to the starter.
    Return,
    /// Hand the task to another member.
    Transfer,
    /// Take the record back (the starter, before the first decision).
    Withdraw,
}

/// Where a return leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnTarget {
    /// To the starter, who can edit and submit again.
    Starter,
    /// To an earlier step.
    Step(DocumentKey),
}

/// Which of the matching branches are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BranchMode {
    /// The first one.
    #[default]
    First,
    /// All of them, one after the other.
    Every,
}

/// One branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Permanent key, unique in the flow.
    pub key: DocumentKey,
    /// Name.
    pub label: Localized,
    /// A condition over the record; none is "otherwise".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The steps; none goes on after the branching.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A change of records by the flow itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Makes a record.
    Create {
        /// The form.
        form: FormKey,
        /// Field, and an expression over the record of the instance (`row.<column>` with
        /// `for_each`).
        set: IndexMap<FieldKey, String>,
        /// A subform: one record for each of its rows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_each: Option<FieldKey>,
        /// Only when this holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<String>,
    },
    /// Changes the record of the instance, or one that it links to.
    Update {
        /// A link field; none is the record itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<FieldKey>,
        /// Field of the changed record, and an expression over the record of the instance
        /// (`target.<field>` is the changed record).
        set: IndexMap<FieldKey, String>,
        /// Only when this holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<String>,
    },
}
