//! Sign-in accounts of example data: one with a password for each role.

use std::collections::HashSet;

use formwork_model::Locale;

use crate::{catalog::Catalog, people::NewMember};

/// An account of the example company that somebody can sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAccount {
    /// The name to sign in with.
    pub account: String,
    /// The member's name.
    pub name: String,
    /// The role that it shows, in Chinese.
    pub role: String,
    /// The generated password; kept nowhere else.
    pub password: String,
}

/// A password that was made up, and its hash.
pub type Credentials = (String, String);

/// Makes passwords up; the caller knows how they are hashed.
pub type MakePassword = std::sync::Arc<dyn Fn() -> Credentials + Send + Sync>;

/// The accounts as they are made.
#[derive(Clone, Default)]
pub(crate) struct SampleAccounts {
    pub(crate) made: Vec<SampleAccount>,
    roles: HashSet<String>,
    make: Option<MakePassword>,
}

impl SampleAccounts {
    pub(crate) fn new(make: MakePassword) -> Self {
        Self { make: Some(make), ..Self::default() }
    }

    /// A password hash for the first member of each role; none for the others, who cannot
    /// sign in until an admin gives them a password.
    pub(crate) fn password_for(
        &mut self,
        member: &NewMember,
        catalog: &Catalog,
        locale: &Locale,
    ) -> Option<String> {
        let role = member.roles.iter().find(|role| !self.roles.contains(*role))?.clone();
        let label = catalog.directory.roles().iter().find(|known| known.key == role)?;
        let label = label.label.get(locale).to_owned();
        self.roles.insert(role);
        self.add(&member.account, &member.name, label)
    }

    /// Makes a password for an account; answers its hash.
    pub(crate) fn add(&mut self, account: &str, name: &str, role: String) -> Option<String> {
        let (password, hash) = self.make.as_ref()?();
        self.made.push(SampleAccount {
            account: account.to_owned(),
            name: name.to_owned(),
            role,
            password,
        });
        Some(hash)
    }
}
