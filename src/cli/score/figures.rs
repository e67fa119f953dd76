//! The figures: fields, kinds, asks, attachments, counted as `spec/declaration.md` says.

use super::agree::{field_right, states, word};
use super::calibration::Calibration;
use crate::domain::field::FieldName;
use crate::domain::form::Form;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// Those that count.
    pub part: usize,
    /// All.
    pub whole: usize,
}

impl Rate {
    pub(super) fn count(&mut self, counts: bool) {
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

    /// In percent, two places, rounded as the scoring script rounds.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let percent = || 100.0 * self.part as f64 / self.whole as f64;
        (self.whole > 0)
            .then(|| format!("{:.2}", percent()))
            .and_then(|percent| percent.parse().ok())
    }

    pub(super) fn shown(&self) -> String {
        self.percent()
            .map_or_else(|| "-".to_owned(), |percent| percent.to_string())
    }
}

/// The asks for one item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemAsks {
    /// Those that are due but not made, of those due.
    pub missed: Rate,
    /// Those made for what was given, of those not due.
    pub false_asks: Rate,
}

/// How well messages were understood.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// The fields of the form, in its order, with whether they are asked for.
    names: Vec<(FieldName, bool)>,
    /// Whether a screenshot is asked for.
    screenshot: bool,
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
    /// What kinds were taken for: (gold, got) and how often, agreements too.
    pub kinds: BTreeMap<(String, String), usize>,
    /// What roles of attachments were taken for.
    pub roles: BTreeMap<(String, String), usize>,
    /// Asks by item.
    pub asks: BTreeMap<String, ItemAsks>,
    /// What confidences are worth.
    pub calibration: Calibration,
    /// The same by field.
    pub calibrations: BTreeMap<FieldName, Calibration>,
    /// Each disagreement on a line.
    pub errors: Vec<String>,
}

impl Score {
    /// Nothing scored yet; what counts are the fields of `form`.
    #[must_use]
    pub fn new(form: &Form) -> Self {
        let fields = form.fields.iter();
        Self {
            names: fields.map(|field| (field.name, field.mandatory)).collect(),
            screenshot: form.screenshot_mandatory,
            ..Self::default()
        }
    }

    /// The fields, in the order of the form.
    pub fn names(&self) -> impl Iterator<Item = FieldName> {
        self.names.iter().map(|(name, _)| *name)
    }

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
        }
        let pair = (word(&gold["kind"]), word(&parsed["kind"]));
        *self.kinds.entry(pair).or_default() += 1;
        for field in self.names().collect::<Vec<_>>() {
            let Some(entry) = gold["fields"].get(field.as_str()) else {
                continue;
            };
            let got = &parsed["fields"][field.as_str()];
            let agrees = field_right(field, got, entry);
            self.fields.entry(field).or_default().count(agrees);
            if let ("present", Some(confidence)) =
                (word(&got["state"]).as_str(), got["confidence"].as_f64())
            {
                self.calibration.count(confidence, agrees);
                let of_field = self.calibrations.entry(field).or_default();
                of_field.count(confidence, agrees);
            }
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
            *self.roles.entry((word(role), word(got))).or_default() += 1;
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
        let whole = self
            .names()
            .all(|field| gold["fields"].get(field.as_str()).is_some());
        if matches!(kind, "declaration" | "escalation") && whole {
            let (due, never) = self.due(gold);
            let shown = json!(asked);
            for item in &due {
                let missed = !asked.contains(item.as_str());
                self.missed_asks.count(missed);
                self.asks
                    .entry(item.clone())
                    .or_default()
                    .missed
                    .count(missed);
                if missed {
                    right = false;
                    self.wrong(name, "missed ask", &json!(item), &shown);
                }
            }
            for item in &never {
                let made = asked.contains(item.as_str());
                self.false_asks.count(made);
                self.asks
                    .entry(item.clone())
                    .or_default()
                    .false_asks
                    .count(made);
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

    /// What must be asked for, and what must not. What the form does not insist on is never due.
    fn due(&self, gold: &Value) -> (Vec<String>, Vec<String>) {
        let (mut due, mut never) = (Vec::new(), Vec::new());
        for (field, is_mandatory) in &self.names {
            let states = states(&gold["fields"][field.as_str()]);
            let open = |state: &&str| matches!(*state, "missing" | "unclear");
            if states.iter().all(open) {
                if *is_mandatory {
                    due.push(field.to_string());
                }
            } else if !states.iter().any(open) {
                never.push(field.to_string());
            }
        }
        let shot = gold["attachments"]
            .as_object()
            .into_iter()
            .flatten()
            .any(|(_, role)| role == "screenshot");
        if self.screenshot {
            if shot { &mut never } else { &mut due }.push("screenshot".to_owned());
        }
        (due, never)
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

    /// One field's.
    #[must_use]
    pub fn of(&self, field: FieldName) -> Rate {
        self.fields.get(&field).copied().unwrap_or_default()
    }
}

fn short(got: &Value) -> Value {
    let kept = ["state", "value", "id", "precision", "source", "confidence"]
        .into_iter()
        .filter(|key| !got[*key].is_null())
        .map(|key| (key.to_owned(), got[key].clone()))
        .collect();
    Value::Object(kept)
}
