//! `[retention]`: how long readings are kept.

use super::section::{Key, Section, literal};
use crate::domain::kinds::DeviceKinds;
use crate::domain::retention::{DAYS_LIMIT, KindRetention, Retention};

impl Section for Retention {
    const NAME: &'static str = "retention";
    const ABOUT: &'static str = "How long readings are kept.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "days",
            about: "days that readings are kept; 0 keeps them for ever",
            secret: false,
            sample: "",
            show: |retention| Some(retention.days.to_string()),
            set: |retention, given| given.integer(0..=DAYS_LIMIT).map(|days| retention.days = days),
        },
        Key {
            name: "kinds",
            about: "days for kinds of device, such as [\"camera=7\", \"water_meter=0\"]",
            secret: false,
            sample: "",
            show: |retention| {
                let all = retention.kinds.iter().map(|(kind, days)| literal(&format!("{kind}={days}")));
                Some(format!("[{}]", all.collect::<Vec<_>>().join(", ")))
            },
            set: |retention, given| {
                let read = |text: &String| text.parse::<KindRetention>();
                let kinds: Result<Vec<_>, _> = given.texts()?.iter().map(read).collect();
                let kinds = kinds.map_err(|error| format!("is wrong: {error}"))?;
                let known = DeviceKinds::built_in().map_err(|error| format!("is wrong: {error}"))?;
                if let Some(one) = kinds.iter().find(|one| known.get(&one.kind).is_none()) {
                    let (kind, ids) = (&one.kind, known.ids());
                    return Err(format!(
                        "names the kind `{kind}`, which does not exist\nhint: use one of {ids}"
                    ));
                }
                retention.kinds = kinds.into_iter().map(|one| (one.kind, one.days)).collect();
                Ok(())
            },
        },
    ];
}
