//! What can be configured of who may do what. Made by `cli`, part of the server's configuration.

use std::time::Duration;

use clap::Args;

use super::address::{Network, NetworkError};
use super::limits::RateLimits;
use crate::domain::people::SessionLimits;

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthConfig {
    /// Whether reading, too, needs a sign-in or a key.
    pub require_sign_in: bool,
    /// Proxies that are believed when they tell whom they speak for.
    pub trusted_proxies: Vec<Network>,
    /// How long sessions hold.
    pub sessions: SessionLimits,
    /// How often something may be asked.
    pub rates: RateLimits,
}

/// The same as options.
#[derive(Debug, Args)]
pub struct AuthArgs {
    /// Let nobody read without a sign-in or a key; default: the model, its tiles and devices are public.
    #[arg(long, env = "TWIN_REQUIRE_SIGN_IN")]
    require_sign_in: bool,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, such as `10.0.0.0/8,::1`.
    #[arg(long, env = "TWIN_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK,…", value_parser = network)]
    trusted_proxies: Vec<Network>,
    /// Minutes without a request after which a session ends.
    #[arg(long, env = "TWIN_SESSION_IDLE_MINUTES", default_value_t = 120, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=43_200))]
    session_idle_minutes: u32,
    /// Hours after which a session ends in any case.
    #[arg(long, env = "TWIN_SESSION_HOURS", default_value_t = 12, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=720))]
    session_hours: u32,
    /// Requests without a key that one address may send in a second in the long run; ten times as
    /// many at once. This machine itself is not limited.
    #[arg(long, env = "TWIN_REQUESTS_PER_SECOND", default_value_t = 500, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    requests_per_second: u32,
}

fn network(text: &str) -> Result<Network, NetworkError> {
    text.parse()
}

impl From<AuthArgs> for AuthConfig {
    fn from(args: AuthArgs) -> Self {
        let per_second = args.requests_per_second.try_into().unwrap_or(std::num::NonZeroU32::MIN);
        Self {
            require_sign_in: args.require_sign_in,
            trusted_proxies: args.trusted_proxies,
            sessions: SessionLimits {
                idle: Duration::from_secs(u64::from(args.session_idle_minutes) * 60),
                most: Duration::from_secs(u64::from(args.session_hours) * 3600),
            },
            rates: RateLimits {
                per_second,
                burst: per_second.saturating_mul(std::num::NonZeroU32::MIN.saturating_add(9)),
                ..RateLimits::default()
            },
        }
    }
}
