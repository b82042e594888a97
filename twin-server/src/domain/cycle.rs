//! Courses of things that many people work on, as tables: from which states what may be done, by whom, what must
//! be said with it, and where it leads. The same table decides, is asked what someone may do, and is drawn.
//!
//! Called by `report` and by what renewal brings along; each brings its own words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use twin_schemas::LocalizedText;

/// A word of a course: a state, a deed, a party, or what must be said.
pub trait Word: Copy + Eq + Ord + std::fmt::Debug + 'static {
    /// All of them, in the order in which people read them.
    const ALL: &'static [Self];

    /// Its stable name.
    fn id(self) -> &'static str;

    /// Its name in Chinese.
    fn zh(self) -> &'static str;

    /// Its name for people.
    fn name(self) -> LocalizedText;
}

/// A row of a course: a deed is possible in some states, for one party, with what must be said.
#[derive(Debug, Clone, Copy)]
pub struct Rule<S: 'static, D, P, N: 'static> {
    /// States from which it is possible.
    pub from: &'static [S],
    /// What is done.
    pub deed: D,
    /// The state that it leads to.
    pub to: S,
    /// Who may do it.
    pub by: P,
    /// What must be said with it.
    pub needs: &'static [N],
}

impl<S: Copy, D: Copy, P: Copy, N> Rule<S, D, P, N> {
    /// A row, in the order in which a table reads.
    pub const fn new(from: &'static [S], deed: D, to: S, by: P, needs: &'static [N]) -> Self {
        Self { from, deed, to, by, needs }
    }
}

/// A course: where it begins, its rows, and where it may rest for ever.
#[derive(Debug, Clone, Copy)]
pub struct Course<S: 'static, D: 'static, P: 'static, N: 'static> {
    /// The first state.
    pub start: S,
    /// Every possible deed. A deed leads from a state to one other state, whoever does it.
    pub rules: &'static [Rule<S, D, P, N>],
    /// States in which nothing is owed to anyone any more.
    pub ends: &'static [S],
}

impl<S: Word, D: Word, P: Word, N: Word> Course<S, D, P, N> {
    /// The rows by which a deed is possible in a state; one for each party that may do it.
    pub fn of(&self, state: S, deed: D) -> impl Iterator<Item = &'static Rule<S, D, P, N>> + use<S, D, P, N> {
        self.rules.iter().filter(move |rule| rule.deed == deed && rule.from.contains(&state))
    }

    /// All rows that lead on from a state.
    pub fn from(&self, state: S) -> impl Iterator<Item = &'static Rule<S, D, P, N>> {
        self.rules.iter().filter(move |rule| rule.from.contains(&state))
    }

    /// Whether nothing is owed in a state any more.
    #[must_use]
    pub fn is_end(&self, state: S) -> bool {
        self.ends.contains(&state)
    }

    /// The states that can be reached from one, itself included, by deeds that `counts` accepts.
    pub fn reached(&self, from: S, counts: impl Fn(&Rule<S, D, P, N>) -> bool) -> BTreeSet<S> {
        let mut reached = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            for rule in self.from(state).filter(|rule| counts(rule)) {
                if reached.insert(rule.to) {
                    open.push(rule.to);
                }
            }
        }
        reached
    }

    /// The course as a Mermaid state diagram in one language.
    #[must_use]
    pub fn diagram(&self, in_words: impl Fn(&LocalizedText) -> &str) -> String {
        let mut text = String::from("stateDiagram-v2\n");
        for state in S::ALL {
            let _ = writeln!(text, "    {}: {}", state.id(), in_words(&state.name()));
        }
        let _ = writeln!(text, "    [*] --> {}", self.start.id());
        for rule in self.rules {
            for from in rule.from {
                let (deed, by) = (rule.deed.name(), rule.by.name());
                let _ = writeln!(
                    text,
                    "    {} --> {}: {} ({})",
                    from.id(),
                    rule.to.id(),
                    in_words(&deed),
                    in_words(&by)
                );
            }
        }
        for state in self.ends {
            let _ = writeln!(text, "    {} --> [*]", state.id());
        }
        text
    }
}

/// Gives an enumeration that is defined elsewhere its names.
macro_rules! words {
    ($type:ty { $($word:ident $id:literal $zh:literal $en:literal,)+ }) => {
        impl $crate::domain::cycle::Word for $type {
            const ALL: &'static [Self] = &[$(Self::$word,)+];

            fn id(self) -> &'static str { match self { $(Self::$word => $id,)+ } }

            fn zh(self) -> &'static str { match self { $(Self::$word => $zh,)+ } }

            fn name(self) -> twin_schemas::LocalizedText {
                match self { $(Self::$word => twin_schemas::LocalizedText::new($zh, $en),)+ }
            }
        }
    };
}
pub(crate) use words;
