//! How often something may be asked, by client address, by name and by key. What is over the limit
//! is told when to come again.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::secret::digest;
use crate::api::Problem;
use crate::domain::audit::Digest;

/// Limits of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests without a key of one address in a second, in the long run. A viewer that opens the
    /// model asks for hundreds of tiles, and a whole street may share an address.
    pub per_second: NonZeroU32,
    /// Requests of one address at once.
    pub burst: NonZeroU32,
    /// Attempts to sign in of one address, and for one name, before waiting begins.
    pub attempts: NonZeroU32,
}

const fn count(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { per_second: count(500), burst: count(5_000), attempts: count(10) }
    }
}

/// One further attempt of an address in this time.
const ADDRESS_ATTEMPT_EVERY: Duration = Duration::from_secs(6);
/// One further attempt for a name in this time, by whomever.
const NAME_ATTEMPT_EVERY: Duration = Duration::from_secs(15);
/// Refusals of one address that are written to the audit log at once, and one more in the next.
const REFUSALS: u32 = 20;
const REFUSAL_EVERY: Duration = Duration::from_secs(10);
/// The same for all addresses together: the log must not be filled from outside.
const ALL_REFUSALS: u32 = 500;
const ALL_REFUSALS_EVERY: Duration = Duration::from_secs(1);

/// Codes that one address may have sent at once, and one further in this time: each is a message that costs money, and
/// a street or a mobile network may share an address.
const ADDRESS_CODES: u32 = 20;
const ADDRESS_CODE_EVERY: Duration = Duration::from_secs(20);
/// One code for a number in this time: messages may come late, and who asks twice has two.
pub(crate) const CODE_AGAIN: Duration = Duration::from_secs(60);
/// Codes for one number, by whomever, and one further in this time: with five tries each, whoever guesses has a chance
/// of one in four thousand a day, and the number's owner some fifty messages that tell of it.
const NUMBER_CODES: u32 = 5;
const NUMBER_CODE_EVERY: Duration = Duration::from_secs(30 * 60);
/// The same for all together: nobody's numbers must empty the gateway's account.
const ALL_CODES: u32 = 200;
const ALL_CODES_EVERY: Duration = Duration::from_secs(2);

/// The counters of a server.
pub(super) struct Limiters {
    requests: DefaultKeyedRateLimiter<IpAddr>,
    address_attempts: DefaultKeyedRateLimiter<IpAddr>,
    name_attempts: DefaultKeyedRateLimiter<Digest>,
    refusals: DefaultKeyedRateLimiter<IpAddr>,
    all_refusals: governor::DefaultDirectRateLimiter,
    address_codes: DefaultKeyedRateLimiter<IpAddr>,
    number_waits: DefaultKeyedRateLimiter<Digest>,
    number_codes: DefaultKeyedRateLimiter<Digest>,
    all_codes: governor::DefaultDirectRateLimiter,
}

fn every(time: Duration, burst: NonZeroU32) -> Quota {
    // Only a time of zero is refused.
    Quota::with_period(time).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst)
}

impl Limiters {
    pub(super) fn new(limits: &RateLimits) -> Self {
        Self {
            requests: RateLimiter::keyed(Quota::per_second(limits.per_second).allow_burst(limits.burst)),
            address_attempts: RateLimiter::keyed(every(ADDRESS_ATTEMPT_EVERY, limits.attempts)),
            name_attempts: RateLimiter::keyed(every(NAME_ATTEMPT_EVERY, limits.attempts)),
            refusals: RateLimiter::keyed(every(REFUSAL_EVERY, count(REFUSALS))),
            all_refusals: RateLimiter::direct(every(ALL_REFUSALS_EVERY, count(ALL_REFUSALS))),
            address_codes: RateLimiter::keyed(every(ADDRESS_CODE_EVERY, count(ADDRESS_CODES))),
            number_waits: RateLimiter::keyed(every(CODE_AGAIN, NonZeroU32::MIN)),
            number_codes: RateLimiter::keyed(every(NUMBER_CODE_EVERY, count(NUMBER_CODES))),
            all_codes: RateLimiter::direct(every(ALL_CODES_EVERY, count(ALL_CODES))),
        }
    }

    /// Counts a request.
    pub(super) fn request(&self, address: IpAddr) -> Result<(), Problem> {
        check(&self.requests, &address).map_err(|wait| {
            over("rate_limited", "this address sends more requests than the server takes", wait)
        })
    }

    /// Counts an attempt to sign in.
    pub(super) fn attempt(&self, address: IpAddr, name: &str) -> Result<(), Problem> {
        let name = digest(name.as_bytes());
        check(&self.address_attempts, &address).and_then(|()| check(&self.name_attempts, &name)).map_err(
            |wait| {
                over("too_many_attempts", "too many attempts to sign in from here or under this name", wait)
            },
        )
    }

    /// Counts a code that is to be sent to a number, whoever has it.
    pub(super) fn code(&self, address: IpAddr, number: &Digest) -> Result<(), Problem> {
        let again = |wait| over("code_sent_just_now", "a code was sent to this number a moment ago", wait);
        let too_many =
            |wait| over("too_many_codes", "too many codes were sent from here or to this number", wait);
        check(&self.number_waits, number).map_err(again)?;
        check(&self.address_codes, &address).map_err(too_many)?;
        check(&self.number_codes, number).map_err(too_many)?;
        self.all_codes
            .check()
            .map_err(|not_until| too_many(not_until.wait_time_from(DefaultClock::default().now())))
    }

    /// Whether a refusal is written down.
    pub(super) fn notes_refusal(&self, address: IpAddr) -> bool {
        self.refusals.check_key(&address).is_ok() && self.all_refusals.check().is_ok()
    }

    /// Forgets those who have not asked for a while.
    pub(super) fn tidy(&self) {
        for limiter in [&self.requests, &self.address_attempts, &self.refusals, &self.address_codes] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        for limiter in [&self.name_attempts, &self.number_waits, &self.number_codes] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn check<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Duration> {
    limiter.check_key(key).map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()))
}

/// The answer to one who must wait.
pub(super) fn over(code: &'static str, detail: &str, wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail)
        .with_hint(format!("try again in {} s", seconds.max(1)))
        .with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_count_by_address_and_by_name() {
        let limiters = Limiters::new(&RateLimits { attempts: count(2), ..RateLimits::default() });
        let at = |last: u8| IpAddr::from([198, 51, 100, last]);
        assert!(limiters.attempt(at(1), "a").is_ok() && limiters.attempt(at(1), "b").is_ok());
        // The address is spent; the names each have one left.
        assert!(limiters.attempt(at(1), "c").is_err());
        assert!(limiters.attempt(at(2), "a").is_ok());
        assert!(limiters.attempt(at(3), "a").is_err());
        limiters.tidy();
        assert!(limiters.attempt(at(1), "d").is_err());
    }

    #[test]
    fn a_number_waits_for_its_next_code_and_an_address_has_so_many() {
        let limiters = Limiters::new(&RateLimits::default());
        let at = |last: u8| IpAddr::from([198, 51, 100, last]);
        let code = |last, number: u8| limiters.code(at(last), &[number; 32]).map_err(|p| p.code());
        assert_eq!(code(1, 0), Ok(()));
        // From elsewhere, too; others are not kept waiting.
        assert_eq!((code(1, 0), code(2, 0)), (Err("code_sent_just_now"), Err("code_sent_just_now")));
        assert!((1..20).all(|number| code(1, number).is_ok()));
        assert_eq!((code(1, 99), code(2, 100)), (Err("too_many_codes"), Ok(())));
    }

    #[test]
    fn the_audit_log_cannot_be_filled_from_one_address() {
        let limiters = Limiters::new(&RateLimits::default());
        let noted = (0..1000).filter(|_| limiters.notes_refusal(IpAddr::from([198, 51, 100, 1]))).count();
        assert!((20..30).contains(&noted), "{noted}");
        assert!(limiters.notes_refusal(IpAddr::from([198, 51, 100, 2])));
    }
}
