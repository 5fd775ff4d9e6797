//! Slows down guessing of passwords.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use formwork_engine::account;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock, Reference},
    middleware::NoOpMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use crate::problem::HttpProblem;

/// From one address, for one account.
const TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// A whole office may share one address.
const ADDRESS_TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Longest account that is counted under its own name, in bytes. No account is longer, and
/// what strangers send must not be kept as it is.
const LONGEST_ACCOUNT: usize = 256;
/// Counters are swept when so many have one.
const SWEEP_AT: usize = 10_000;

/// Whose password is tried.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Tried {
    account: String,
    /// The account's count of "signed out everywhere". Counting it up, which an admin and the
    /// console can, forgives what was tried before.
    epoch: i64,
    network: Option<IpAddr>,
}

type Limiter<K, C> =
    RateLimiter<K, DefaultKeyedStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Counts tries to sign in: of an account from an address, so that who tries from elsewhere
/// does not keep the right one out, and from an address. Each process counts its own: with
/// several of them an attacker gets as many times more tries, which is still few.
#[derive(Debug)]
pub struct SignInThrottle<C: Clock = DefaultClock> {
    accounts: Limiter<Tried, C>,
    addresses: Limiter<IpAddr, C>,
    clock: C,
}

impl Default for SignInThrottle {
    fn default() -> Self {
        Self::with_clock(DefaultClock::default())
    }
}

impl<C: Clock + Clone> SignInThrottle<C> {
    /// A throttle with a clock of its own.
    pub fn with_clock(clock: C) -> Self {
        let accounts = Quota::per_minute(TRIES_PER_MINUTE);
        let addresses = Quota::per_minute(ADDRESS_TRIES_PER_MINUTE);
        let store = DefaultKeyedStateStore::default;
        Self {
            accounts: RateLimiter::new(accounts, store(), clock.clone()),
            addresses: RateLimiter::new(
                addresses,
                DefaultKeyedStateStore::default(),
                clock.clone(),
            ),
            clock,
        }
    }

    /// Counts a try of an account in its epoch (0 when there is no such account).
    ///
    /// # Errors
    /// 429 with the seconds to wait, when there were too many.
    pub fn count(
        &self,
        account: &str,
        epoch: i64,
        address: Option<IpAddr>,
    ) -> Result<(), HttpProblem> {
        if self.accounts.len() + self.addresses.len() > SWEEP_AT {
            self.accounts.retain_recent();
            self.addresses.retain_recent();
        }
        let network = address.map(network);
        if let Some(network) = network {
            self.addresses
                .check_key(&network)
                .map_err(|wait| self.refuse(wait.earliest_possible()))?;
        }
        let account = if account.len() > LONGEST_ACCOUNT { "" } else { account };
        let tried = Tried { account: account::folded(account), epoch, network };
        self.accounts.check_key(&tried).map_err(|wait| self.refuse(wait.earliest_possible()))
    }

    fn refuse(&self, earliest: C::Instant) -> HttpProblem {
        let wait = std::time::Duration::from(earliest.duration_since(self.clock.now()));
        HttpProblem::too_many_requests(wait.as_secs() + 1)
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
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    const HOME: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)));
    const ELSEWHERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

    #[test]
    fn counts_a_whole_network_of_ipv6_as_one_address() {
        let throttle = SignInThrottle::with_clock(FakeRelativeClock::default());
        let address = |text: String| text.parse().ok();
        for number in 0..60 {
            let neighbour = address(format!("2001:db8:0:1::{number:x}"));
            assert!(throttle.count(&format!("member{number}"), 0, neighbour).is_ok());
        }
        let one_more = address("2001:db8:0:1:ffff::1".to_owned());
        assert!(throttle.count("one more", 0, one_more).is_err());
        assert!(throttle.count("one more", 0, address("2001:db8:0:2::1".to_owned())).is_ok());
        // An address of IPv4 in the clothes of IPv6 is that address.
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn keeps_no_account_that_is_longer_than_any_can_be() {
        let throttle = SignInThrottle::with_clock(FakeRelativeClock::default());
        for number in 0..10 {
            assert!(throttle.count(&format!("{number}{}", "x".repeat(1000)), 0, None).is_ok());
        }
        assert!(throttle.count(&format!("10{}", "x".repeat(1000)), 0, None).is_err());
        assert_eq!(throttle.accounts.len(), 1);
    }

    #[test]
    fn wrong_tries_from_elsewhere_keep_nobody_out() {
        let throttle = SignInThrottle::with_clock(FakeRelativeClock::default());
        for account in ["lin", "LIN", " lin", "ｌｉｎ", "Lin"].iter().cycle().take(10) {
            assert!(throttle.count(account, 0, ELSEWHERE).is_ok());
        }
        let refused = throttle.count("Lin", 0, ELSEWHERE).unwrap_err();
        assert_eq!(refused.status().as_u16(), 429);
        assert!(throttle.count("lin", 0, HOME).is_ok(), "the right one, from another address");
        assert!(throttle.count("wang", 0, ELSEWHERE).is_ok());
    }

    #[test]
    fn tries_are_forgotten_with_time_and_forgiven_by_a_new_epoch() {
        let clock = FakeRelativeClock::default();
        let throttle = SignInThrottle::with_clock(clock.clone());
        for _ in 0..10 {
            assert!(throttle.count("lin", 0, HOME).is_ok());
        }
        let refused = throttle.count("lin", 0, HOME).unwrap_err();
        assert_eq!(refused.retry_after_seconds(), Some(7), "one try comes back in six seconds");
        assert!(throttle.count("lin", 1, HOME).is_ok(), "signed out everywhere meanwhile");
        clock.advance(Duration::from_secs(5));
        assert!(throttle.count("lin", 0, HOME).is_err());
        clock.advance(Duration::from_secs(1));
        assert!(throttle.count("lin", 0, HOME).is_ok());
        assert!(throttle.count("lin", 0, HOME).is_err(), "one, not ten");
        clock.advance(Duration::from_secs(60));
        for _ in 0..10 {
            assert!(throttle.count("lin", 0, HOME).is_ok());
        }
    }
}
