//! Which messages the server still owes us: what was found, what was handed over, how far the cursor
//! may go. Pure, so that every order of events can be tried.
//!
//! The cursor goes only over messages that were handed over or are gone. One that does not come holds
//! it back, while those behind it are taken and remembered in `above`.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::message::Cursor;

/// So often a message is asked for before it is recorded as one that the server does not give.
pub(super) const TRIES: u8 = 5;

/// The account of one folder under one UIDVALIDITY.
#[derive(Debug, Default)]
pub(super) struct Owed {
    uidvalidity: u32,
    /// Found and not yet handed over.
    pending: BTreeSet<u32>,
    /// Handed over though something below is still pending.
    above: BTreeSet<u32>,
    /// What did not come, and how often.
    tries: BTreeMap<u32, u8>,
    /// What was in a command that failed, and is asked for alone from now on; true for the one that
    /// may be why.
    alone: BTreeMap<u32, bool>,
    /// Every UID below was searched for.
    searched: u32,
}

impl Owed {
    /// Nothing known: everything from `uidnext` on is still to be searched for.
    pub(super) fn from(cursor: Cursor) -> Self {
        Self {
            uidvalidity: cursor.uidvalidity,
            searched: cursor.uidnext.max(1),
            ..Self::default()
        }
    }

    pub(super) fn uidvalidity(&self) -> u32 {
        self.uidvalidity
    }

    /// The first UID that was not searched for.
    pub(super) fn searched(&self) -> u32 {
        self.searched
    }

    /// Takes what a search found from [`Owed::searched`] on; every UID below `up_to` was searched for.
    /// Gives what is to be fetched, oldest first; what failed before comes last.
    pub(super) fn found(&mut self, uids: &[u32], up_to: u32) -> Vec<u32> {
        let new: BTreeSet<u32> = uids
            .iter()
            .copied()
            .filter(|uid| *uid >= self.searched && !self.above.contains(uid))
            .collect();
        // `*` names the newest message even where all are older: RFC 9051 section 9, seq-range.
        let last = new.last().map_or(0, |uid| uid.saturating_add(1));
        self.searched = self.searched.max(up_to).max(last);
        self.pending.extend(&new);
        self.in_order(new)
    }

    /// What is still owed from earlier rounds.
    pub(super) fn left(&self) -> Vec<u32> {
        self.in_order(self.pending.iter().copied())
    }

    /// Found and neither handed over nor gone.
    pub(super) fn owes(&self, uid: u32) -> bool {
        self.pending.contains(&uid)
    }

    /// These are to be fetched after all, however far the cursor went. Gives those that were not
    /// owed already.
    pub(super) fn reopen(&mut self, uids: &[u32]) -> Vec<u32> {
        let new: BTreeSet<u32> = uids
            .iter()
            .copied()
            .filter(|uid| *uid > 0 && *uid < self.searched && !self.owes(*uid))
            .collect();
        for uid in &new {
            self.above.remove(uid);
            self.tries.remove(uid);
            self.alone.remove(uid);
        }
        self.pending.extend(&new);
        self.in_order(new)
    }

    /// Handed over, or no more there.
    pub(super) fn settle(&mut self, uid: u32) {
        if self.pending.remove(&uid) {
            self.above.insert(uid);
            self.tries.remove(&uid);
            self.alone.remove(&uid);
        }
        let floor = self.floor();
        self.above = self.above.split_off(&floor);
    }

    /// Did not come, though the server says that it is there. True once that is enough.
    pub(super) fn withheld(&mut self, uid: u32) -> bool {
        let tries = self.tries.entry(uid).or_default();
        *tries = tries.saturating_add(1);
        self.alone.insert(uid, true);
        *tries >= TRIES
    }

    /// Asked for in vain as often as it may be.
    pub(super) fn is_given_up(&self, uid: u32) -> bool {
        self.tries.get(&uid).is_some_and(|tries| *tries >= TRIES)
    }

    /// A command for these failed, and none of them came: each is asked for alone from now on. Servers
    /// answer in order, so the first is the likeliest reason.
    pub(super) fn separate(&mut self, uids: &[u32]) {
        let first = uids.iter().min();
        for uid in uids {
            *self.alone.entry(*uid).or_default() |= Some(uid) == first;
        }
    }

    /// To be asked for alone.
    pub(super) fn is_alone(&self, uid: u32) -> bool {
        self.alone.contains_key(&uid)
    }

    /// How far everything has been handed over.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor {
            uidvalidity: self.uidvalidity,
            uidnext: self.floor(),
        }
    }

    /// Oldest first, but what failed comes last, and what failed most often at the very end.
    fn in_order(&self, uids: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut uids: Vec<u32> = uids.into_iter().collect();
        uids.sort_by_key(|uid| (self.alone.get(uid), self.tries.get(uid), *uid));
        uids
    }

    fn floor(&self) -> u32 {
        self.pending.first().copied().unwrap_or(self.searched)
    }
}

/// UIDs in the shortest form of RFC 9051's sequence-set: `1:3,7`.
pub(super) fn uid_set(uids: &[u32]) -> String {
    let mut uids = uids.to_vec();
    uids.sort_unstable();
    uids.dedup();
    let ranges: Vec<String> = uids
        .chunk_by(|left, right| left.checked_add(1) == Some(*right))
        .filter_map(|range| match (range.first()?, range.last()?) {
            (first, last) if first == last => Some(first.to_string()),
            (first, last) => Some(format!("{first}:{last}")),
        })
        .collect();
    ranges.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owed(uidnext: u32) -> Owed {
        Owed::from(Cursor {
            uidvalidity: 7,
            uidnext,
        })
    }

    #[test]
    fn the_cursor_stops_at_the_first_that_is_owed() {
        let mut owed = owed(10);
        assert_eq!(owed.found(&[12, 10, 15], 20), [10, 12, 15]);
        assert_eq!(owed.cursor().uidnext, 10);
        owed.settle(12);
        assert_eq!(owed.cursor().uidnext, 10, "10 is still owed");
        owed.settle(10);
        assert_eq!(owed.cursor().uidnext, 15);
        owed.settle(15);
        assert_eq!(owed.cursor().uidnext, 20);
        assert_eq!(owed.left(), [] as [u32; 0]);
    }

    #[test]
    fn what_is_behind_the_cursor_or_taken_is_not_found_again() {
        let mut owed = owed(10);
        assert_eq!(
            owed.found(&[9], 0),
            [] as [u32; 0],
            "`10:*` names the last old one"
        );
        assert_eq!(owed.cursor().uidnext, 10);
        owed.found(&[10, 11], 0);
        owed.settle(11);
        owed.settle(11);
        assert_eq!(owed.left(), [10]);
        assert_eq!(owed.found(&[9, 10, 11], 0), [] as [u32; 0]);
    }

    #[test]
    fn a_message_is_given_up_after_five_tries_and_blocks_none() {
        let mut owed = owed(1);
        owed.found(&[1, 2, 3], 4);
        owed.settle(2);
        owed.settle(3);
        for _ in 1..TRIES {
            assert!(!owed.withheld(1));
        }
        assert!(owed.withheld(1) && owed.is_given_up(1));
        owed.settle(1);
        assert_eq!(owed.cursor().uidnext, 4);
        assert!(!owed.is_given_up(1));
    }

    #[test]
    fn what_is_reopened_is_owed_again_and_holds_the_cursor() {
        let mut owed = owed(10);
        owed.found(&[10, 11], 12);
        owed.settle(11);
        assert_eq!(owed.reopen(&[3, 10, 11, 12, 0]), [3, 11]);
        assert_eq!(owed.cursor().uidnext, 3);
        owed.settle(3);
        assert_eq!(owed.cursor().uidnext, 10);
        owed.settle(10);
        owed.settle(11);
        assert_eq!(owed.cursor().uidnext, 12);
        assert!(owed.above.is_empty());
    }

    #[test]
    fn what_failed_comes_last_and_alone() {
        let mut owed = owed(1);
        owed.found(&[1, 2, 3], 4);
        owed.separate(&[1, 2]);
        assert_eq!(owed.left(), [3, 2, 1]);
        assert!(owed.is_alone(1) && owed.is_alone(2) && !owed.is_alone(3));
        owed.withheld(2);
        assert_eq!(owed.left(), [3, 1, 2]);
    }

    #[test]
    fn the_last_uid_of_all_does_not_overflow() {
        let mut owed = owed(4_294_967_290);
        owed.found(&[4_294_967_294, 4_294_967_295], 0);
        owed.settle(4_294_967_294);
        owed.settle(4_294_967_295);
        assert_eq!(owed.cursor().uidnext, u32::MAX);
        assert_eq!(owed.found(&[4_294_967_295], 0), [] as [u32; 0]);
    }

    #[test]
    fn sets_are_short() {
        for (uids, set) in [
            (vec![3, 1, 2], "1:3"),
            (vec![1, 3, 5, 6], "1,3,5:6"),
            (vec![u32::MAX, u32::MAX - 1], "4294967294:4294967295"),
            (vec![], ""),
        ] {
            assert_eq!(uid_set(&uids), set);
        }
    }
}
