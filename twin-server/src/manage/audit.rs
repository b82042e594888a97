//! The command `audit`: walks along the log and finds the first entry that is not what it was.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::DatabaseArgs;
use crate::cli::print;
use crate::domain::audit::{BrokenChain, Chain, hex};
use crate::store::{AuditQuery, Store};

/// Entries that are read at a time.
const PAGE: u32 = 1_000;

/// The audit log.
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check that no entry was changed or taken out, and print the place and digest of the last one.
    Verify {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Place and digest of an entry as an earlier run printed them. Kept elsewhere, they show also
        /// that the log was not written anew, or cut at its end.
        #[arg(long, value_name = "PLACE:DIGEST", value_parser = head)]
        head: Option<Head>,
    },
}

#[derive(Debug, Clone)]
struct Head {
    seq: i64,
    digest: String,
}

fn head(text: &str) -> Result<Head, String> {
    let parts = text.split_once(':').and_then(|(seq, digest)| Some((seq.parse().ok()?, digest)));
    let good = |digest: &str| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    match parts {
        Some((seq, digest)) if good(digest) => Ok(Head { seq, digest: digest.to_lowercase() }),
        _ => Err("write it as `audit verify` printed it, such as `17:9f86…`".into()),
    }
}

impl AuditArgs {
    /// Does what was asked for.
    ///
    /// # Errors
    /// If the log does not hold together, or cannot be read.
    pub async fn run(self) -> anyhow::Result<()> {
        let Command::Verify { database, head } = self.command;
        let store = database.open().await?;
        let verified = verify(&*store, head.as_ref()).await;
        store.close().await?;
        let chain = verified?;
        print(&format!("{} entries hold together\n{}:{}\n", chain.seq, chain.seq, hex(&chain.head)))
    }
}

async fn verify(store: &dyn Store, head: Option<&Head>) -> anyhow::Result<Chain> {
    let query = AuditQuery { limit: PAGE, ..AuditQuery::default() };
    let mut chain = Chain::default();
    let mut found = head.is_none_or(|head| head.seq == 0);
    loop {
        let entries = store.audit_after(chain.seq, &query).await?;
        for entry in &entries {
            chain.follow(entry).context("the audit log was tampered with, or its disk is damaged")?;
            if let Some(head) = head.filter(|head| head.seq == chain.seq) {
                found = hex(&chain.head) == head.digest;
            }
        }
        if entries.len() < PAGE as usize {
            break;
        }
    }
    match head {
        Some(head) if !found => bail!("the audit log was tampered with: {}", BrokenChain::Head(head.seq)),
        _ => Ok(chain),
    }
}
