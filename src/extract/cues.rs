//! Words that tell something (`cues.txt`), found in folded text by one automaton in one pass.

use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::OnceLock;

/// What a cue is a sign of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The writer does not know.
    Unknown,
    /// It happens sometimes.
    Sometimes,
    /// It can't be had again.
    Never,
    /// It happens always.
    Always,
    /// The workstation's prerequisites are spoken of.
    Prerequisites,
    /// They were not checked.
    PrerequisitesNo,
    /// They were checked.
    PrerequisitesYes,
    /// Something does not work.
    Fault,
    /// What was expected instead.
    Expected,
    /// It works again.
    Resolved,
    /// Thanks.
    Thanks,
    /// A question that reports no fault.
    Question,
    /// No answer in time, or escalation asked for.
    Escalation,
    /// An automatic answer's words.
    AutoReply,
    /// A mail server's words.
    Bounce,
    /// A letter to many.
    Newsletter,
    /// Offers and frauds.
    Spam,
    /// An invitation.
    Invitation,
    /// How the writer can be reached.
    Contact,
    /// What is attached.
    Attached,
    /// Thanks, wishes, requests to pass on.
    Closing,
    /// Greetings and introductions.
    Opening,
    /// When the writer is there.
    Away,
    /// A whole service.
    Whole,
    /// Everyone.
    Everyone,
    /// Out of use.
    Out,
}

const NAMES: [(&str, Group); 26] = [
    ("unknown", Group::Unknown),
    ("sometimes", Group::Sometimes),
    ("never", Group::Never),
    ("always", Group::Always),
    ("prerequisites", Group::Prerequisites),
    ("prerequisites_no", Group::PrerequisitesNo),
    ("prerequisites_yes", Group::PrerequisitesYes),
    ("fault", Group::Fault),
    ("expected", Group::Expected),
    ("resolved", Group::Resolved),
    ("thanks", Group::Thanks),
    ("question", Group::Question),
    ("escalation", Group::Escalation),
    ("auto_reply", Group::AutoReply),
    ("bounce", Group::Bounce),
    ("newsletter", Group::Newsletter),
    ("spam", Group::Spam),
    ("invitation", Group::Invitation),
    ("contact", Group::Contact),
    ("attached", Group::Attached),
    ("closing", Group::Closing),
    ("opening", Group::Opening),
    ("away", Group::Away),
    ("whole", Group::Whole),
    ("everyone", Group::Everyone),
    ("out", Group::Out),
];

/// The cues of one text, in order of their place.
#[derive(Debug, Clone, Default)]
pub struct Cues(Vec<(Group, Range<usize>)>);

impl Cues {
    /// Finds the cues of a folded text. Linear.
    #[must_use]
    pub fn scan(folded: &str) -> Self {
        let Some(table) = table() else {
            return Self::default();
        };
        let bytes = folded.as_bytes();
        let mut found: Vec<(Group, Range<usize>)> = table
            .automaton
            .find_overlapping_iter(folded)
            .filter_map(|hit| {
                let (group, whole) = table.groups[hit.pattern().as_usize()];
                let inside = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
                let begins = hit.start() == 0 || !inside(hit.start() - 1);
                (begins && !(whole && inside(hit.end()))).then(|| (group, hit.start()..hit.end()))
            })
            .collect();
        found.sort_by_key(|(_, range)| (range.start, range.end));
        Self(found)
    }

    /// The places of a group's cues.
    pub fn of(&self, group: Group) -> impl Iterator<Item = Range<usize>> + '_ {
        self.0
            .iter()
            .filter(move |(of, _)| *of == group)
            .map(|(_, range)| range.clone())
    }

    /// The first place of a group's cues.
    #[must_use]
    pub fn first(&self, group: Group) -> Option<Range<usize>> {
        self.of(group).next()
    }

    /// Whether the group is there at all.
    #[must_use]
    pub fn has(&self, group: Group) -> bool {
        self.of(group).next().is_some()
    }

    /// How many different places the group has; overlapping cues count once.
    #[must_use]
    pub fn count(&self, group: Group) -> usize {
        let mut end = 0;
        self.of(group)
            .filter(|range| {
                let new = range.start >= end;
                end = end.max(range.end);
                new
            })
            .count()
    }
}

struct Table {
    automaton: AhoCorasick,
    groups: Vec<(Group, bool)>,
}

fn table() -> Option<&'static Table> {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let mut group = None;
            let mut cues = Vec::new();
            let mut groups = Vec::new();
            for line in include_str!("cues.txt").lines() {
                if let Some(name) = line
                    .strip_prefix('[')
                    .and_then(|line| line.strip_suffix(']'))
                {
                    group = NAMES
                        .iter()
                        .find(|(known, _)| *known == name)
                        .map(|(_, group)| *group);
                } else if let (Some(group), false) =
                    (group, line.is_empty() || line.starts_with('#'))
                {
                    let whole = line.ends_with('$');
                    cues.push(crate::text::fold(line.trim_end_matches('$')));
                    groups.push((group, whole));
                }
            }
            // A test builds it; only a table beyond the automaton's size could fail.
            AhoCorasick::new(&cues)
                .ok()
                .map(|automaton| Table { automaton, groups })
        })
        .as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_of_the_table_has_cues() {
        let table = table().unwrap();
        for (name, group) in NAMES {
            assert!(table.groups.iter().any(|(of, _)| *of == group), "{name}");
        }
    }

    /// Twenty-six cues stood twice in their group, where a reader of the list looks for one.
    #[test]
    fn no_cue_stands_twice_in_its_group() {
        let mut group = "";
        let mut seen = std::collections::BTreeSet::new();
        for line in include_str!("cues.txt").lines() {
            match line.starts_with('[') {
                true => group = line,
                false if line.is_empty() || line.starts_with('#') => (),
                false => assert!(
                    seen.insert((group, crate::text::fold(line.trim()))),
                    "{group} {line}"
                ),
            }
        }
    }

    #[test]
    fn a_cue_begins_at_a_words_beginning() {
        let cues = Cues::scan("le dashs est fige, la carte hs");
        assert_eq!(cues.count(Group::Fault), 2);
        assert!(!Cues::scan("refuser").has(Group::Out));
        assert!(Cues::scan("portail inaccessible").has(Group::Out));
    }
}
