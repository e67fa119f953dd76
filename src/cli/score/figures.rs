//! The figures: fields, kinds, asks, attachments, counted as `spec/declaration.md` says.

use crate::domain::field::FieldName;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// Those that count.
    pub part: usize,
    /// All.
    pub whole: usize,
}

impl Rate {
    fn count(&mut self, counts: bool) {
        self.whole += 1;
        self.part += usize::from(counts);
    }

    /// 0 to 1; nothing of nothing.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        // Counts are far below 2^52.
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// In percent, two places.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        self.share().map(|share| (share * 10_000.0).round() / 100.0)
    }

    fn shown(&self) -> String {
        self.percent()
            .map_or_else(|| "-".to_owned(), |percent| percent.to_string())
    }
}

/// How well messages were understood.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// Messages with a gold file.
    pub messages: usize,
    /// Those without a result.
    pub unread: usize,
    /// Kinds that are right.
    pub kind: Rate,
    /// Fields that are right, by name.
    pub fields: BTreeMap<FieldName, Rate>,
    /// Declarations and escalations that are wholly right.
    pub perfect: Rate,
    /// Asks that are due but not made.
    pub missed_asks: Rate,
    /// Asks made for what was given.
    pub false_asks: Rate,
    /// Attachments' roles that are right.
    pub attachments: Rate,
    /// `major_suspected` that is right.
    pub major: Rate,
    /// Kinds taken for others: (gold, got) and how often.
    pub confusion: BTreeMap<(String, String), usize>,
    /// Each disagreement on a line.
    pub errors: Vec<String>,
}

impl Score {
    /// Adds one message: its gold file and what was understood (`vigie parse`'s object).
    pub fn add(&mut self, name: &str, gold: &Value, parsed: Option<&Value>) {
        let empty = json!({});
        let name = name.rsplit('/').next().unwrap_or(name);
        self.messages += 1;
        self.unread += usize::from(parsed.is_none());
        let parsed = parsed.unwrap_or(&empty);
        let mut right = true;
        let kind = gold["kind"] == parsed["kind"];
        self.kind.count(kind);
        if !kind {
            right = false;
            self.wrong(name, "kind", &gold["kind"], &parsed["kind"]);
            let pair = (word(&gold["kind"]), word(&parsed["kind"]));
            *self.confusion.entry(pair).or_default() += 1;
        }
        for field in FieldName::ALL {
            let Some(entry) = gold["fields"].get(field.as_str()) else {
                continue;
            };
            let got = &parsed["fields"][field.as_str()];
            let agrees = field_right(field, got, entry);
            self.fields.entry(field).or_default().count(agrees);
            if !agrees {
                right = false;
                self.wrong(name, field.as_str(), entry, &short(got));
            }
        }
        self.asks(name, gold, parsed, right);
        let roles: BTreeMap<&str, &Value> = parsed["attachments"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|attachment| Some((attachment["filename"].as_str()?, &attachment["role"])))
            .collect();
        for (filename, role) in gold["attachments"].as_object().into_iter().flatten() {
            let got = roles
                .get(filename.as_str())
                .copied()
                .unwrap_or(&Value::Null);
            self.attachments.count(got == role);
            if got != role {
                self.wrong(name, &format!("attachment {filename}"), role, got);
            }
        }
    }

    fn asks(&mut self, name: &str, gold: &Value, parsed: &Value, mut right: bool) {
        let asked: BTreeSet<&str> = parsed["to_ask"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let kind = gold["kind"].as_str().unwrap_or_default();
        let whole = FieldName::ALL
            .iter()
            .all(|field| gold["fields"].get(field.as_str()).is_some());
        if matches!(kind, "declaration" | "escalation") && whole {
            let (due, never) = due(gold);
            let shown = json!(asked);
            for item in &due {
                let missed = !asked.contains(item);
                self.missed_asks.count(missed);
                if missed {
                    right = false;
                    self.wrong(name, "missed ask", &json!(item), &shown);
                }
            }
            for item in &never {
                let made = asked.contains(item);
                self.false_asks.count(made);
                if made {
                    right = false;
                    self.wrong(name, "false ask", &json!(item), &shown);
                }
            }
            self.perfect.count(right);
            if let Some(major) = gold["major_suspected"].as_bool() {
                let agrees = parsed["major_suspected"].as_bool().unwrap_or(false) == major;
                self.major.count(agrees);
                if !agrees {
                    self.wrong(
                        name,
                        "major_suspected",
                        &gold["major_suspected"],
                        &parsed["major_suspected"],
                    );
                }
            }
        } else if !matches!(kind, "declaration" | "escalation" | "reply") && !asked.is_empty() {
            self.false_asks.count(true);
            self.wrong(
                name,
                "asked a kind that is never answered",
                &gold["kind"],
                &json!(asked),
            );
        }
    }

    fn wrong(&mut self, name: &str, what: &str, gold: &Value, got: &Value) {
        self.errors
            .push(format!("{name}\t{what}\tgold {gold}\tgot {got}"));
    }

    /// All fields together.
    #[must_use]
    pub fn all_fields(&self) -> Rate {
        self.fields
            .values()
            .fold(Rate::default(), |all, rate| Rate {
                part: all.part + rate.part,
                whole: all.whole + rate.whole,
            })
    }

    /// One object, for other programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let fields: serde_json::Map<String, Value> = FieldName::ALL
            .into_iter()
            .map(|field| (field.as_str().to_owned(), json!(self.of(field).percent())))
            .collect();
        json!({
            "messages": self.messages, "unread": self.unread, "kind": self.kind.percent(),
            "fields": fields, "fields_all": self.all_fields().percent(),
            "declarations_perfect": self.perfect.percent(),
            "missed_asks": self.missed_asks.percent(), "false_asks": self.false_asks.percent(),
            "attachments": self.attachments.percent(), "major": self.major.percent(),
        })
    }

    /// A table, for people.
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
        for field in FieldName::ALL {
            let rate = self.of(field);
            text.push_str(&format!(
                "  {:<22}{:>7} %  of {}\n",
                field.as_str(),
                rate.shown(),
                rate.whole
            ));
        }
        for ((gold, got), count) in &self.confusion {
            text.push_str(&format!("  kind {gold} taken for {got} {count} times\n"));
        }
        text
    }

    fn of(&self, field: FieldName) -> Rate {
        self.fields.get(&field).copied().unwrap_or_default()
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("nothing").to_owned()
}

fn short(got: &Value) -> Value {
    let kept = ["state", "value", "id", "precision"]
        .into_iter()
        .filter(|key| !got[*key].is_null())
        .map(|key| (key.to_owned(), got[key].clone()))
        .collect();
    Value::Object(kept)
}

fn states(entry: &Value) -> BTreeSet<&str> {
    match &entry["state"] {
        Value::Array(states) => states.iter().filter_map(Value::as_str).collect(),
        state => state.as_str().into_iter().collect(),
    }
}

/// What must be asked for, and what must not.
fn due(gold: &Value) -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut due, mut never) = (Vec::new(), Vec::new());
    for field in FieldName::ALL {
        let states = states(&gold["fields"][field.as_str()]);
        let open = |state: &&str| matches!(*state, "missing" | "unclear");
        if states.iter().all(open) {
            due.push(field.as_str());
        } else if !states.iter().any(open) {
            never.push(field.as_str());
        }
    }
    let shot = gold["attachments"]
        .as_object()
        .into_iter()
        .flatten()
        .any(|(_, role)| role == "screenshot");
    if shot { &mut never } else { &mut due }.push("screenshot");
    (due, never)
}

fn field_right(field: FieldName, got: &Value, gold: &Value) -> bool {
    let state = got["state"].as_str().unwrap_or("missing");
    if !states(gold).contains(state) {
        return false;
    }
    if state != "present" {
        return true;
    }
    let value = &got["value"];
    let texts = |key: &str| -> Vec<String> {
        gold[key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(fold)
            .collect()
    };
    if field == FieldName::Description {
        let text = fold(value.as_str().unwrap_or_default());
        return texts("must")
            .iter()
            .all(|must| text.contains(must.as_str()))
            && !texts("must_not")
                .iter()
                .any(|never| !never.is_empty() && text.contains(never.as_str()));
    }
    if field == FieldName::Entity && gold["id"].is_string() && gold["id"] == got["id"] {
        return true;
    }
    gold["accept"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|accepted| same(field, value, accepted, gold))
}

fn same(field: FieldName, got: &Value, accepted: &Value, gold: &Value) -> bool {
    use FieldName as F;
    match field {
        F::StartedAt => {
            let length = match gold["precision"].as_str() {
                Some("hour") => 13,
                Some("day") => 10,
                _ => 16,
            };
            let cut = |value: &Value| {
                value
                    .as_str()
                    .map(|text| text.get(..length).unwrap_or(text).to_owned())
            };
            cut(got).is_some() && cut(got) == cut(accepted)
        }
        F::AffectedCount => ["min", "max", "all"]
            .iter()
            .all(|key| got[*key] == accepted[*key]),
        F::DeclarantName | F::DeclarantRole | F::Entity | F::AffectedUser | F::Feature => {
            fold(got.as_str().unwrap_or_default()) == fold(accepted.as_str().unwrap_or_default())
        }
        _ => word(got).to_lowercase() == word(accepted).to_lowercase(),
    }
}

/// Text as scoring compares it: without case, accents, outer punctuation and runs of blanks.
fn fold(text: &str) -> String {
    let plain: String = text
        .replace('œ', "oe")
        .replace('Œ', "OE")
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .collect::<String>()
        .to_lowercase()
        .replace(['’', '‘', '`', '´'], "'");
    let joined = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    joined
        .trim_matches(|c: char| " .,;:!?«»\"'()[]-–—*_".contains(c))
        .to_owned()
}
