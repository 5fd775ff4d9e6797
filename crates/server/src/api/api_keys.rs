//! Keys with which programs call in the caller's name.

use axum::{Json, extract::State, http::StatusCode};
use formwork_engine::KeyScope;
use formwork_model::{FormKey, Problem, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::moment,
    http::{JsonBody, PathOf},
    principal::Member,
    problem::{HttpProblem, ProblemDocument},
    session::ApiKey,
    state::ServerState,
};

/// The routes of this resource.
pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(revoke))
}

/// The caller's keys.
#[derive(Serialize, ToSchema)]
struct Keys {
    keys: Vec<KeyEntry>,
}

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
struct KeyEntry {
    id: String,
    name: String,
    /// How the key begins.
    prefix: String,
    /// How far it reaches.
    scope: Scope,
    created_at: String,
    #[schema(required)]
    last_used_at: Option<String>,
    #[schema(required)]
    revoked_at: Option<String>,
}

impl From<formwork_engine::ApiKey> for KeyEntry {
    fn from(key: formwork_engine::ApiKey) -> Self {
        Self {
            prefix: ApiKey::shown_prefix(&key.id),
            scope: KeyScope::from_stored(key.scope.as_deref()).into(),
            id: key.id,
            name: key.name,
            created_at: moment(key.created_at),
            last_used_at: key.last_used_at.map(moment),
            revoked_at: key.revoked_at.map(moment),
        }
    }
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
struct KeyToAdd {
    /// What it is for.
    name: String,
    /// How far it reaches; as far as its member when absent.
    scope: Option<Scope>,
}

/// What a key opens of what its member may do.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = KeyScope)]
#[serde(deny_unknown_fields)]
struct Scope {
    /// Whether it changes anything.
    #[serde(default)]
    writes: bool,
    /// Whether it does what only admins do. Goes with `writes` and without `forms`.
    #[serde(default)]
    administers: bool,
    /// The forms whose records it reaches, and nothing else; all that is there when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forms: Option<Vec<String>>,
}

impl From<KeyScope> for Scope {
    fn from(scope: KeyScope) -> Self {
        let KeyScope { writes, administers, forms } = scope;
        let forms = forms.map(|forms| forms.into_iter().map(|form| form.to_string()).collect());
        Self { writes, administers, forms }
    }
}

impl Scope {
    fn read(self) -> Result<KeyScope, HttpProblem> {
        let forms = self.forms.map(|forms| forms.iter().enumerate().map(read_form).collect());
        let forms = forms.transpose().map_err(HttpProblem::invalid)?;
        Ok(KeyScope { writes: self.writes, administers: self.administers, forms })
    }
}

fn read_form((index, form): (usize, &String)) -> Result<FormKey, Problems> {
    form.parse().map_err(|_| {
        let problem = Problem::new("unknown_form").with("form", form.as_str());
        vec![problem.at(index).at("forms").at("scope")]
    })
}

/// A new key.
#[derive(Serialize, ToSchema)]
struct NewKey {
    #[serde(flatten)]
    entry: KeyEntry,
    /// The whole key. It is shown this once and stored nowhere.
    key: String,
}

/// The caller's keys, the revoked included.
#[utoipa::path(
    get, path = "/api-keys", tag = "api keys",
    responses((status = 200, body = Keys), (status = 401, body = ProblemDocument))
)]
async fn list(
    State(state): State<ServerState>,
    Member(caller): Member,
) -> Result<Json<Keys>, HttpProblem> {
    let keys = state.engine.api_key_list(&caller).await?;
    Ok(Json(Keys { keys: keys.into_iter().map(KeyEntry::from).collect() }))
}

/// Makes a key.
#[utoipa::path(
    post, path = "/api-keys", tag = "api keys", request_body = KeyToAdd,
    responses((status = 201, body = NewKey), (status = 422, body = ProblemDocument))
)]
async fn add(
    State(state): State<ServerState>,
    Member(caller): Member,
    JsonBody(new): JsonBody<KeyToAdd>,
) -> Result<(StatusCode, Json<NewKey>), HttpProblem> {
    let made = ApiKey::generate();
    let key = formwork_engine::NewApiKey {
        id: made.key.id,
        secret_hash: made.key.secret_hash,
        name: new.name,
        scope: new.scope.map_or_else(|| Ok(KeyScope::everything()), Scope::read)?,
    };
    let entry = state.engine.api_key_add(&caller, key).await?.into();
    Ok((StatusCode::CREATED, Json(NewKey { entry, key: made.text })))
}

/// Revokes a key.
#[utoipa::path(
    delete, path = "/api-keys/{id}", tag = "api keys", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument))
)]
async fn revoke(
    State(state): State<ServerState>,
    Member(caller): Member,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, HttpProblem> {
    state.engine.api_key_revoke(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
