//! Installing a package into an organisation.

use std::{collections::HashMap, sync::Arc};

use formwork_model::{
    FormModel, Problem, Problems,
    document::{Document, DocumentKind},
    schema::plan,
};
use formwork_package::{Package, PackageLock, PackagedDocument};
use formwork_store::{
    Hold,
    repo::{
        document::document_get,
        member::role_save,
        package::{PackageRow, package_list, package_save},
    },
};
use jiff::civil::Date;

use super::{SampleAccount, SampleAccounts, accounts::MakePassword};
use crate::{
    Caller, Engine, EngineError, EngineResult, Principal,
    document::publish::{check_as_part, store},
    error::no_problems,
    people::{NewMember, add_member},
    schema::{apply, existing, wanted_of},
    script::{DemoParameters, run_demo},
    work::Work,
};

/// What was installed.
#[derive(Debug, Clone, Default)]
pub struct InstallReport {
    /// How many documents.
    pub documents: usize,
    /// Accounts to sign in with, with their passwords: shown once.
    pub accounts: Vec<SampleAccount>,
}

/// An installed package.
#[derive(Debug, Clone)]
pub struct InstalledPackage {
    /// Key.
    pub key: String,
    /// Version.
    pub version: String,
    /// Milliseconds.
    pub installed_at: i64,
}

/// How example data is made.
#[derive(Clone)]
pub struct DemoOptions {
    /// The same seed gives the same data.
    pub seed: u64,
    /// The last day of the data.
    pub anchor: Date,
    /// Makes up passwords for the accounts that can sign in.
    pub make_password: MakePassword,
}

impl Engine {
    /// The packages that are installed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn package_list(&self) -> EngineResult<Vec<InstalledPackage>> {
        let mut connection = self.store().read().await?;
        let rows = package_list(&mut connection).await?;
        let installed = rows.into_iter().map(|row| InstalledPackage {
            key: row.key,
            version: row.version,
            installed_at: row.installed_at,
        });
        Ok(installed.collect())
    }

    /// Installs a package, with example data when `demo` is given, all in one transaction.
    ///
    /// # Errors
    /// `Refused` when it is installed already; every problem of its documents.
    pub async fn package_install(
        &self,
        package: Package,
        source: &str,
        demo: Option<DemoOptions>,
    ) -> EngineResult<InstallReport> {
        let source = source.to_owned();
        self.redefine(Hold::Everything, Caller::platform(&self.catalog()), move |work| {
            Box::pin(async move {
                install(work, &package, &source).await?;
                let mut report =
                    InstallReport { documents: package.documents.len(), ..Default::default() };
                if let (Some(demo), Some(script)) = (demo, package.demo) {
                    // The rest of this change knows what it has just published.
                    let published = work.catalog.renewed(work.connection).await?;
                    work.catalog = Arc::new(published);
                    report.accounts = fill_with_examples(work, script, demo).await?;
                }
                Ok(report)
            })
        })
        .await
    }
}

async fn install(work: &mut Work<'_>, package: &Package, source: &str) -> EngineResult<()> {
    let key = package.manifest.key.to_string();
    if package_list(work.connection).await?.iter().any(|row| row.key == key) {
        let problem = Problem::new("package_installed").with("package", key);
        return Err(EngineError::Refused(problem));
    }
    for role in &package.manifest.roles {
        let label = serde_json::to_string(&role.label).unwrap_or_default();
        role_save(work.connection, &role.key, &label).await?;
    }
    keys_must_be_free(work, package).await?;
    let models = check_together(work, package)?;
    let mut catalog = (*work.catalog).clone();
    for packaged in &package.documents {
        if let Document::Dashboard(page) = &packaged.document {
            catalog.put_dashboard(&Arc::new(page.clone()));
        }
    }
    for packaged in &package.documents {
        let model = models.get(packaged.key.as_str());
        let model = model.filter(|_| packaged.kind == DocumentKind::Form);
        if let Some(model) = model {
            let wanted = wanted_of(&catalog, model);
            let there = existing(work.connection, packaged.key.as_str(), &wanted).await?;
            apply(work, packaged.key.as_str(), &plan(&wanted, &there)).await?;
        }
        let model = model.map(Arc::as_ref);
        store(work, &packaged.document, &packaged.json, None, model, Some(&key)).await?;
    }
    let lock = serde_json::to_string(&PackageLock::of(package, source))
        .map_err(EngineError::unexpected_in("the lock of a package"))?;
    let version = package.manifest.version.clone();
    let row = PackageRow { key, version, lock, installed_at: work.now_ms() };
    Ok(package_save(work.connection, &row).await?)
}

/// Refuses a package whose keys belong to documents that are there already.
async fn keys_must_be_free(work: &mut Work<'_>, package: &Package) -> EngineResult<()> {
    let mut taken = Problems::new();
    for PackagedDocument { kind, key, .. } in &package.documents {
        if document_get(work.connection, kind.as_str(), key.as_str()).await?.is_some() {
            let problem = Problem::new("key_taken").with("kind", kind.as_str());
            taken.push(problem.with("key", key.as_str()));
        }
    }
    no_problems(taken)
}

/// Checks all documents against each other; answers the models of the forms.
fn check_together(
    work: &Work<'_>,
    package: &Package,
) -> EngineResult<HashMap<String, Arc<FormModel>>> {
    let mut models = HashMap::new();
    for packaged in &package.documents {
        if let Document::Form(form) = &packaged.document {
            let model = FormModel::build(form.as_ref().clone(), 1, None)?;
            models.insert(form.key.to_string(), Arc::new(model));
        }
    }
    let mut problems = Problems::new();
    for packaged in &package.documents {
        let found = check_as_part(&work.catalog, models.clone(), &packaged.document, work.today());
        let in_file = |problem: Problem| problem.with("file", packaged.path.as_str());
        problems.extend(found.into_iter().map(in_file));
    }
    no_problems(problems)?;
    Ok(models)
}

async fn fill_with_examples(
    work: &mut Work<'_>,
    script: String,
    demo: DemoOptions,
) -> EngineResult<Vec<SampleAccount>> {
    let mut accounts = SampleAccounts::new(demo.make_password);
    if work.catalog.directory.admins().is_empty() {
        let name = "管理员".to_owned();
        let password_hash = accounts.add("admin", &name, name.clone());
        let account = "admin".to_owned();
        let admin =
            NewMember { account, name, password_hash, is_admin: true, ..NewMember::default() };
        work.principal = Principal::of_member(add_member(work, admin).await?);
    }
    let parameters = DemoParameters { seed: demo.seed, anchor: demo.anchor };
    Ok(run_demo(work, script, parameters, accounts).await?.made)
}
