//! Slows down guessing of passwords, for each account and for each address.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::problem::HttpProblem;

const ACCOUNT_TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// A whole office may share one address.
const ADDRESS_TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Longest account that is counted under its own name, in bytes. No account is longer, and
/// what strangers send must not be kept as it is.
const LONGEST_ACCOUNT: usize = 256;
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
            self.addresses.check_key(&network(address)).map_err(|wait| self.refuse(&wait))?;
        }
        let account = if account.len() > LONGEST_ACCOUNT { "" } else { account };
        self.accounts.check_key(&account.to_lowercase()).map_err(|wait| self.refuse(&wait))
    }

    fn refuse(&self, wait: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> HttpProblem {
        let seconds = wait.wait_time_from(self.clock.now()).as_secs() + 1;
        HttpProblem::too_many_requests(seconds)
    }
}

/// Whom an address stands for: whoever has one of IPv6 has the 2^64 beside it too.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_a_whole_network_of_ipv6_as_one_address() {
        let throttle = SignInThrottle::default();
        let address = |text: String| text.parse().ok();
        for number in 0..60 {
            let neighbour = address(format!("2001:db8:0:1::{number:x}"));
            assert!(throttle.count(&format!("member{number}"), neighbour).is_ok());
        }
        assert!(throttle.count("one more", address("2001:db8:0:1:ffff::1".to_owned())).is_err());
        assert!(throttle.count("one more", address("2001:db8:0:2::1".to_owned())).is_ok());
        // An address of IPv4 in the clothes of IPv6 is that address.
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn keeps_no_account_that_is_longer_than_any_can_be() {
        let throttle = SignInThrottle::default();
        for number in 0..10 {
            assert!(throttle.count(&format!("{number}{}", "x".repeat(1000)), None).is_ok());
        }
        assert!(throttle.count(&format!("10{}", "x".repeat(1000)), None).is_err());
        assert_eq!(throttle.accounts.len(), 1);
    }

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
