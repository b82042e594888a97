//! `[metrics]`: who may read `/metrics`.

use super::section::{Key, Section, literal};

/// Who may read the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MetricsAccess {
    /// Programs on this machine, not through a proxy; and whoever has the token or may `read_metrics`.
    #[default]
    Loopback,
    /// Whoever has the token or may `read_metrics`.
    Token,
    /// Everyone who reaches the server.
    Open,
}

const ACCESS: &[(&str, MetricsAccess)] =
    &[("loopback", MetricsAccess::Loopback), ("token", MetricsAccess::Token), ("open", MetricsAccess::Open)];
/// Shortest token: 16 random characters cannot be guessed.
const TOKEN_MIN: usize = 16;

/// The figures for Prometheus.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetricsConfig {
    /// Who may read them.
    pub access: MetricsAccess,
    /// What a reader from elsewhere sends as `Authorization: Bearer`.
    pub token: Option<String>,
}

impl Section for MetricsConfig {
    const NAME: &'static str = "metrics";
    const ABOUT: &'static str = "Who may read `/metrics`, the figures for Prometheus.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "access",
            about: "`loopback` (this machine, or the token), `token`, or `open`; a key that may `read_metrics` always may",
            secret: false,
            sample: "",
            show: |metrics| {
                ACCESS.iter().find(|(_, access)| *access == metrics.access).map(|(name, _)| literal(name))
            },
            set: |metrics, given| given.one_of(ACCESS).map(|access| metrics.access = access),
        },
        Key {
            name: "token",
            about: "sent as `Authorization: Bearer <token>`; at least 16 characters",
            secret: true,
            sample: "\"<the output of openssl rand -hex 32>\"",
            show: |metrics| metrics.token.as_deref().map(literal),
            set: |metrics, given| {
                let token = given.text()?;
                if token.is_empty() {
                    metrics.token = None;
                    return Ok(());
                }
                if token.len() < TOKEN_MIN || !token.bytes().all(|b| b.is_ascii_graphic()) {
                    return Err(format!(
                        "has {} characters, at least {TOKEN_MIN} visible ASCII characters are needed",
                        token.chars().count()
                    ));
                }
                metrics.token = Some(token.to_owned());
                Ok(())
            },
        },
    ];
}
