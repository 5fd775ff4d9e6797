//! What is a member's, and to whom it goes when they leave.

use formwork_model::{Filter, Operator, Problem, document::DocumentKind};
use formwork_query::{ListQuery, count};
use formwork_store::repo::api_key::api_key_list;
use serde_json::json;

use crate::{
    Caller, Engine, EngineError, EngineResult, caller,
    flow::{self, Duties},
    work::Work,
};

/// What is a member's, before the member is deactivated.
#[derive(Debug, Clone, Default)]
pub struct MemberHoldings {
    /// What waits in processes.
    pub duties: Duties,
    /// Forms, and how many of their records the member owns.
    pub records: Vec<(String, i64)>,
    /// Departments that the member leads, by id.
    pub departments: Vec<String>,
    /// Documents that name the member: kind and key.
    pub documents: Vec<(DocumentKind, String)>,
    /// API keys in use.
    pub api_keys: i64,
}

/// To whom goes what waits for a member in processes. What was given for a role goes to
/// whoever has it, in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandOver {
    /// To an active member.
    To(String),
    /// To the admins of each flow.
    Admins,
}

impl Engine {
    /// What is a member's: to be looked at before the member is deactivated.
    ///
    /// # Errors
    /// `Forbidden` for all but admins; `NotFound`.
    pub async fn member_holdings(&self, caller: &Caller, id: &str) -> EngineResult<MemberHoldings> {
        caller.must_be_admin()?;
        let catalog = self.catalog();
        catalog.directory.member(id).ok_or(EngineError::NotFound)?;
        let mut connection = self.store().read().await?;
        let duties = flow::duties(&mut connection, id).await?;
        let mut records = Vec::new();
        let own = || Filter::condition("owner", Operator::Eq, json!(id));
        for form in catalog.forms() {
            let access = caller::system_access(&catalog, &caller.member, self.now());
            let query = ListQuery { filter: Some(own()), drafts: true, ..ListQuery::default() };
            let dialect = connection.dialect();
            let statement = count(dialect, &*catalog, &form.model, &access, &query)?;
            let rows = connection.fetch(&statement).await?;
            let owned = rows.first().map(|row| row.int(0)).transpose()?.unwrap_or(0);
            if owned > 0 {
                records.push((form.model.key().to_string(), owned));
            }
        }
        let led = catalog.directory.departments().iter();
        let led = led.filter(|department| department.head.as_deref() == Some(id));
        let departments = led.map(|department| department.id.clone()).collect();
        let names = |json: &str| json.contains(&format!("\"{id}\""));
        let mut documents = Vec::new();
        for form in catalog.forms() {
            if let Some(flow) = catalog.flow_of(form.model.key().as_str())
                && serde_json::to_string(&flow.flow).is_ok_and(|text| names(&text))
            {
                documents.push((DocumentKind::Flow, flow.flow.key.to_string()));
            }
        }
        for group in catalog.groups() {
            if group.document.members.members.iter().any(|member| member == id) {
                documents.push((DocumentKind::PermissionGroup, group.document.key.to_string()));
            }
        }
        let keys = api_key_list(&mut connection, id).await?;
        let api_keys = keys.iter().filter(|key| key.revoked_at.is_none()).count();
        let api_keys = i64::try_from(api_keys).unwrap_or(i64::MAX);
        Ok(MemberHoldings { duties, records, departments, documents, api_keys })
    }
}

/// Refuses to deactivate somebody for whom something waits, until it is said who does it.
pub(super) async fn check_hand_over(
    work: &mut Work<'_>,
    member: &str,
    to: Option<&HandOver>,
) -> EngineResult<()> {
    match to {
        Some(HandOver::Admins) => Ok(()),
        Some(HandOver::To(to)) if to != member && work.catalog.directory.is_active(to) => Ok(()),
        Some(HandOver::To(_)) => {
            Err(EngineError::problem(Problem::new("unknown_member").at("hand_over_to")))
        }
        None => {
            let duties = flow::duties(work.connection, member).await?;
            if duties.is_empty() {
                return Ok(());
            }
            let problem = Problem::new("member_has_duties")
                .with("tasks", duties.tasks + duties.turns)
                .with("returned", duties.returned);
            Err(EngineError::Refused(problem))
        }
    }
}
