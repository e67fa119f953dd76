//! Whose turn a new message is ([`super::claim`] takes them in turn).

use super::db::{Sql, Text, Tx};
use super::error::Result;
use super::rows::to_json;
use crate::domain::lane::Lane;
use std::collections::HashMap;

/// What a row of turns is about.
const OF_SENDER: i64 = 1;
const OF_THREAD: i64 = 2;

/// The turns of new messages, in their order: that of whoever is next, but after its sender's last
/// one, and not before what names the same incident.
pub(super) async fn turns(tx: &mut Tx, lanes: &[&Lane]) -> Result<Vec<i64>> {
    let texts = |of: fn(&Lane) -> &str| {
        to_json(
            &lanes
                .iter()
                .map(|lane| Text::from(of(lane)))
                .collect::<Vec<_>>(),
        )
    };
    let rows: Vec<(i64, String, Option<i64>)> = tx
        .query(Sql {
            sqlite: "SELECT 0, '', MIN(turn) FROM messages WHERE state = 'new'
                     UNION ALL SELECT 1, sender, MAX(turn) FROM messages
                        WHERE state = 'new' AND sender IN (SELECT value FROM json_each($1))
                        GROUP BY sender
                     UNION ALL SELECT 2, thread, MAX(turn) FROM messages
                        WHERE state = 'new' AND thread <> ''
                          AND thread IN (SELECT value FROM json_each($2)) GROUP BY thread",
            postgres: "SELECT 0::bigint, '', MIN(turn) FROM messages WHERE state = 'new'
                       UNION ALL SELECT 1::bigint, sender, MAX(turn) FROM messages
                          WHERE state = 'new'
                            AND sender IN (SELECT json_array_elements_text($1::json))
                          GROUP BY sender
                       UNION ALL SELECT 2::bigint, thread, MAX(turn) FROM messages
                          WHERE state = 'new' AND thread <> ''
                            AND thread IN (SELECT json_array_elements_text($2::json))
                          GROUP BY thread",
        })
        .text(&texts(|lane| &lane.sender))
        .text(&texts(|lane| &lane.thread))
        .fetch_all()
        .await?;
    let mut next = 0;
    let mut last: HashMap<(i64, String), i64> = HashMap::new();
    for (about, name, turn) in rows {
        match (about, turn) {
            (OF_SENDER | OF_THREAD, Some(turn)) => {
                last.insert((about, name), turn);
            }
            (_, turn) => next = turn.unwrap_or(0),
        }
    }
    Ok(lanes
        .iter()
        .map(|lane| take(&mut last, next, lane))
        .collect())
}

/// The turn of one message, and it is its lanes' last from then on.
fn take(last: &mut HashMap<(i64, String), i64>, next: i64, lane: &Lane) -> i64 {
    let sender = (OF_SENDER, lane.sender.clone());
    let thread = (OF_THREAD, lane.thread.clone());
    let after_sender = last.get(&sender).map_or(next, |turn| turn + 1);
    let with_thread = last.get(&thread).copied().unwrap_or(next);
    let turn = next.max(after_sender).max(with_thread);
    last.insert(sender, turn);
    if !lane.thread.is_empty() {
        last.insert(thread, turn);
    }
    turn
}

#[cfg(test)]
mod tests {
    use super::take;
    use crate::domain::lane::Lane;
    use std::collections::HashMap;

    fn lane(sender: &str, thread: &str) -> Lane {
        Lane {
            sender: sender.to_owned(),
            thread: thread.to_owned(),
        }
    }

    #[test]
    fn senders_take_turns_and_an_answer_is_not_before_what_names_its_incident() {
        let mut last = HashMap::new();
        let turns: Vec<i64> = [
            lane("flood@x.example", ""),
            lane("flood@x.example", ""),
            lane("flood@x.example", "INC-26-00001"),
            lane("other@y.example", ""),
            lane("third@z.example", "INC-26-00001"),
            lane("other@y.example", ""),
        ]
        .iter()
        .map(|lane| take(&mut last, 5, lane))
        .collect();
        assert_eq!(turns, [5, 6, 7, 5, 7, 6]);
    }
}
