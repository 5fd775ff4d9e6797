//! What is said at the console.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the console is where these commands answer"
)]

use formwork_engine::SampleAccount;

/// Says one line.
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// Says why a command did not do what it was asked to.
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("formwork: {error:#}");
}

/// Says who can sign in, with passwords that are shown this once.
pub(crate) fn say_accounts(accounts: &[SampleAccount]) {
    if accounts.is_empty() {
        return;
    }
    say("");
    say("Sign in with one of these. The passwords are shown this once:");
    for account in accounts {
        say(format_args!(
            "  {:<16} {:<22} {} ({})",
            account.account, account.password, account.name, account.role
        ));
    }
    say("");
}
