//! An organisation to test with.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use formwork_engine::{Caller, Clock, DemoOptions, Engine, InstallReport, NewMember, Proof};
use formwork_model::{Locale, document::DocumentKind};
use formwork_package::Package;
use formwork_store::Store;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value as Json, json};

use crate::{Backend, TestDatabase};

/// A clock that moves only when it is told to.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    /// The clock as the engine takes it.
    pub fn as_clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || *clock.0.lock())
    }

    /// Moves on.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock();
        *now += by;
    }
}

impl Default for TestClock {
    /// The 30th of June 2026, ten in the morning in Shanghai.
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Timestamp::from_second(1_782_784_800).unwrap_or_default())))
    }
}

/// An engine over a database of its own, with one admin.
pub struct Organisation {
    /// The platform.
    pub engine: Engine,
    /// Its database.
    pub database: TestDatabase,
    /// Its clock.
    pub clock: TestClock,
    /// The first admin.
    pub admin: Caller,
}

impl Organisation {
    /// Makes an organisation with the admin `root`.
    ///
    /// # Errors
    /// When the database cannot be made.
    pub async fn new(backend: Backend) -> Result<Self> {
        let database = TestDatabase::new(backend).await?;
        let clock = TestClock::default();
        let engine = Engine::open(Store::open(database.url()).await?, clock.as_clock()).await?;
        let root =
            NewMember { account: "root".into(), name: "Root".into(), ..NewMember::default() };
        let member = engine.set_up("Test", root).await?;
        let admin =
            Caller { member, locale: Locale::english(), is_admin: true, proof: Proof::Member };
        Ok(Self { engine, database, clock, admin })
    }

    /// Opens the organisation of a dump: its admin is `root`.
    ///
    /// # Errors
    /// When the dump cannot be read, or the database not be brought up to date.
    pub async fn restored(backend: Backend, commit: &str) -> Result<Self> {
        let database = TestDatabase::restored(backend, commit).await?;
        let clock = TestClock::default();
        let engine = Engine::open(Store::open(database.url()).await?, clock.as_clock()).await?;
        let catalog = engine.catalog();
        let root = catalog.directory.member_by_account("root").context("root")?;
        let admin = Caller {
            member: root.id.clone(),
            locale: Locale::english(),
            is_admin: true,
            proof: Proof::Member,
        };
        Ok(Self { engine, database, clock, admin })
    }

    /// Who calls in the name of an account.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn caller(&self, account: &str) -> Result<Caller> {
        let catalog = self.engine.catalog();
        let member = catalog.directory.member_by_account(account).context("an account")?;
        let (member, is_admin) = (member.id.clone(), member.is_admin);
        Ok(Caller { member, locale: Locale::english(), is_admin, proof: Proof::Member })
    }

    /// Publishes a document as the admin, over whatever revision is there.
    ///
    /// # Errors
    /// What the engine finds wrong with it.
    pub async fn publish(&self, kind: DocumentKind, document: &Json) -> Result<i64> {
        let key = document.get("key").and_then(Json::as_str).context("a key")?;
        let based_on = match self.engine.document_get(&self.admin, kind, key).await {
            Ok((_, revision)) => revision,
            Err(_) => 0,
        };
        Ok(self.engine.document_publish(&self.admin, kind, key, document, based_on).await?)
    }

    /// Adds a member; answers who calls in that name.
    ///
    /// # Errors
    /// What the engine finds wrong with it.
    pub async fn member(
        &self,
        account: &str,
        department: Option<&str>,
        roles: &[&str],
    ) -> Result<Caller> {
        let new = NewMember {
            account: account.to_owned(),
            name: account.to_owned(),
            department: department.map(str::to_owned),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..NewMember::default()
        };
        let member = self.engine.member_add(&self.admin, new).await?;
        Ok(Caller { member, locale: Locale::english(), is_admin: false, proof: Proof::Member })
    }

    /// Grants everyone everything on forms.
    ///
    /// # Errors
    /// What the engine finds wrong with it.
    pub async fn grant_all(&self, forms: &[&str]) -> Result<()> {
        let grant = json!({
            "operations": ["view", "create", "update", "delete"], "scope": "all"
        });
        let forms: serde_json::Map<String, Json> =
            forms.iter().map(|form| ((*form).to_owned(), grant.clone())).collect();
        let group = json!({
            "key": "everyone", "app": "test", "label": "Everyone",
            "members": { "everyone": true }, "forms": forms
        });
        self.publish(DocumentKind::PermissionGroup, &group).await?;
        Ok(())
    }

    /// Installs the CRM, with the example company when `demo`.
    ///
    /// # Errors
    /// What the engine finds wrong with it.
    pub async fn install_crm(&self, demo: bool) -> Result<InstallReport> {
        let demo = demo.then(|| DemoOptions {
            seed: 42,
            anchor: jiff::civil::date(2026, 6, 30),
            make_password: Arc::new(|| ("password".to_owned(), "hash".to_owned())),
        });
        Ok(self.engine.package_install(crm_package()?, "test", demo).await?)
    }
}

/// The folder of the CRM package.
pub fn template_crm_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates_crm")
}

/// The CRM package as it stands in the repository.
///
/// # Errors
/// When a file cannot be read, or a document is wrong.
pub fn crm_package() -> Result<Package> {
    let root = template_crm_folder();
    let mut files = Vec::new();
    collect(&root, &root, &mut files)?;
    Package::read(files).map_err(|problems| anyhow::anyhow!("{problems:#?}"))
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}
