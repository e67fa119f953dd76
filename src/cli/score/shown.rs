//! The figures as programs and people read them.

use super::Score;
use crate::domain::field::FieldName;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

type Pairs = BTreeMap<(String, String), usize>;

impl Score {
    /// One object, for other programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let of_fields = |value: &dyn Fn(FieldName) -> Value| -> Map<String, Value> {
            self.names()
                .map(|field| (field.as_str().to_owned(), value(field)))
                .collect()
        };
        let fields = of_fields(&|field| json!(self.of(field).percent()));
        let by_field = of_fields(&|field| {
            let calibration = self.calibrations.get(&field);
            calibration.map_or(Value::Null, super::Calibration::to_json)
        });
        let asks: Map<String, Value> = self
            .asks
            .iter()
            .map(|(item, asks)| {
                let value = json!({
                    "due": asks.missed.whole, "missed": asks.missed.part,
                    "undue": asks.false_asks.whole, "false": asks.false_asks.part,
                });
                (item.clone(), value)
            })
            .collect();
        json!({
            "messages": self.messages, "unread": self.unread, "kind": self.kind.percent(),
            "fields": fields, "fields_all": self.all_fields().percent(),
            "declarations_perfect": self.perfect.percent(),
            "missed_asks": self.missed_asks.percent(), "false_asks": self.false_asks.percent(),
            "attachments": self.attachments.percent(), "major": self.major.percent(),
            "kinds": nested(&self.kinds), "roles": nested(&self.roles), "asks": asks,
            "calibration": self.calibration.to_json(), "calibration_by_field": by_field,
        })
    }

    /// Tables, for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "messages {}  unread {}  kind {} %  fields {} %  perfect declarations {} %\n\
             missed asks {} %  false asks {} %  attachments {} %  major {} %\n",
            self.messages,
            self.unread,
            self.kind.shown(),
            self.all_fields().shown(),
            self.perfect.shown(),
            self.missed_asks.shown(),
            self.false_asks.shown(),
            self.attachments.shown(),
            self.major.shown(),
        );
        for field in self.names() {
            let rate = self.of(field);
            text.push_str(&format!(
                "  {:<22}{:>7} %  of {}\n",
                field.as_str(),
                rate.shown(),
                rate.whole
            ));
        }
        text.push_str(&matrix("kinds, labelled below, taken for", &self.kinds));
        if !self.roles.is_empty() {
            text.push_str(&matrix("attachments, taken for", &self.roles));
        }
        if !self.asks.is_empty() {
            text.push_str(&format!(
                "\n{:<24}{:>7}{:>8}{:>9}{:>7}\n",
                "asks", "due", "missed", "not due", "false"
            ));
        }
        for (item, asks) in &self.asks {
            text.push_str(&format!(
                "  {item:<22}{:>7}{:>8}{:>9}{:>7}\n",
                asks.missed.whole, asks.missed.part, asks.false_asks.whole, asks.false_asks.part
            ));
        }
        text.push_str("\nvalues right, by confidence\n");
        text.push_str(&self.calibration.to_text());
        text
    }
}

/// `{gold: {got: count}}`.
fn nested(pairs: &Pairs) -> Value {
    let mut rows: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for ((gold, got), count) in pairs {
        let row = rows.entry(gold).or_default();
        row.insert(got.clone(), json!(count));
    }
    json!(rows)
}

/// A table with a row for each labelled word and a column for each that was understood.
fn matrix(title: &str, pairs: &Pairs) -> String {
    let golds: BTreeSet<&str> = pairs.keys().map(|(gold, _)| gold.as_str()).collect();
    let gots: BTreeSet<&str> = pairs.keys().map(|(_, got)| got.as_str()).collect();
    let mut text = format!("\n{title}\n  {:<14}", "");
    for got in &gots {
        text.push_str(&format!("{got:>13}"));
    }
    for gold in golds {
        text.push_str(&format!("\n  {gold:<14}"));
        for got in &gots {
            let count = pairs.get(&(gold.to_owned(), (*got).to_owned()));
            let count = count.map_or_else(|| "·".to_owned(), usize::to_string);
            text.push_str(&format!("{count:>13}"));
        }
    }
    text + "\n"
}
