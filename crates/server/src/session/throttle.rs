//! Slows down guessing of passwords, for each account and for each address.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::problem::HttpProblem;

const ACCOUNT_TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// A whole office may share one address.
const ADDRESS_TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Counters are swept when so many accounts or addresses have one.
const SWEEP_AT: usize = 10_000;

/// Counts tries to sign in. Each process counts its own: with several of them an attacker
/// gets as many times more tries, which is still few.
#[derive(Debug)]
pub struct SignInThrottle {
    accounts: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Default for SignInThrottle {
    fn default() -> Self {
        Self {
            accounts: RateLimiter::keyed(Quota::per_minute(ACCOUNT_TRIES_PER_MINUTE)),
            addresses: RateLimiter::keyed(Quota::per_minute(ADDRESS_TRIES_PER_MINUTE)),
            clock: DefaultClock::default(),
        }
    }
}

impl SignInThrottle {
    /// Counts a try.
    ///
    /// # Errors
    /// 429 with the seconds to wait, when there were too many.
    pub fn count(&self, account: &str, address: Option<IpAddr>) -> Result<(), HttpProblem> {
        if self.accounts.len() + self.addresses.len() > SWEEP_AT {
            self.accounts.retain_recent();
            self.addresses.retain_recent();
        }
        if let Some(address) = address {
            self.addresses.check_key(&address).map_err(|wait| self.refuse(&wait))?;
        }
        self.accounts.check_key(&account.to_lowercase()).map_err(|wait| self.refuse(&wait))
    }

    fn refuse(&self, wait: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> HttpProblem {
        let seconds = wait.wait_time_from(self.clock.now()).as_secs() + 1;
        HttpProblem::too_many_requests(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_account_whatever_its_case_and_address() {
        let throttle = SignInThrottle::default();
        let address = |last: u8| Some(IpAddr::from([10, 0, 0, last]));
        for number in 0..10 {
            let account = if number % 2 == 0 { "lin" } else { "LIN" };
            assert!(throttle.count(account, address(number)).is_ok());
        }
        let refused = throttle.count("Lin", address(99)).unwrap_err();
        assert_eq!(refused.status().as_u16(), 429);
        assert!(throttle.count("wang", address(1)).is_ok());
    }
}
