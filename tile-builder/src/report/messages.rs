//! The messages of a report: the worst first, those of one kind together.

use std::fmt::Write as _;

use twin_schemas::report::{Message, Severity};

use super::{grouped, ticked};

/// So many messages of one kind are in sight; the others unfold.
const IN_SIGHT: usize = 4;

/// A list, or nothing if there is nothing to say.
pub(super) fn list(page: &mut String, messages: &[Message]) {
    if messages.is_empty() {
        return;
    }
    page.push_str("<h2>Messages</h2>\n");
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let mut kinds: Vec<(&str, Vec<&Message>)> = Vec::new();
        for message in messages.iter().filter(|message| message.severity == severity) {
            match kinds.iter_mut().find(|(code, _)| *code == message.code) {
                Some((_, of_kind)) => of_kind.push(message),
                None => kinds.push((&message.code, vec![message])),
            }
        }
        for (_, of_kind) in kinds {
            let (seen, folded) = of_kind.split_at(of_kind.len().min(IN_SIGHT));
            items(page, seen);
            if !folded.is_empty() {
                let _ = writeln!(
                    page,
                    "<details><summary>{} more of this kind</summary>",
                    grouped(folded.len() as u64)
                );
                items(page, folded);
                page.push_str("</details>\n");
            }
        }
    }
}

fn items(page: &mut String, messages: &[&Message]) {
    page.push_str("<ul class=\"messages\">\n");
    for message in messages {
        let class = match message.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let _ = write!(page, "<li class=\"{class}\"><b>{class}</b> {}", ticked(&message.text));
        if let Some(hint) = &message.hint {
            let _ = write!(page, "<span class=\"hint\">{}</span>", ticked(hint));
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ul>\n");
}
