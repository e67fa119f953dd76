//! The shape of a form definition in TOML; unknown keys are refused with their line.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawForm {
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) label_tails: Vec<String>,
    #[serde(default)]
    pub(super) other_labels: Vec<String>,
    #[serde(default)]
    pub(super) placeholders: Vec<String>,
    #[serde(default)]
    pub(super) former_marks: Vec<RawMark>,
    pub(super) screenshot: RawScreenshot,
    pub(super) field: Vec<RawField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMark {
    pub(super) subject: Option<String>,
    pub(super) message_id: Option<String>,
    pub(super) address: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawScreenshot {
    #[serde(default)]
    pub(super) mandatory: bool,
    #[serde(default)]
    pub(super) question: String,
    #[serde(default)]
    pub(super) purpose: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawField {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<RawType>,
    pub(super) line: u8,
    pub(super) ask: u8,
    #[serde(default = "yes")]
    pub(super) mandatory: bool,
    pub(super) label: String,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) weak: Vec<String>,
    #[serde(default)]
    pub(super) surname: Vec<String>,
    #[serde(default)]
    pub(super) given: Vec<String>,
    #[serde(default)]
    pub(super) prompts: Vec<String>,
    #[serde(default)]
    pub(super) placeholders: Vec<String>,
    pub(super) question: String,
    pub(super) short: Option<String>,
    pub(super) alone: Option<String>,
    pub(super) purpose: String,
    pub(super) summary: String,
    pub(super) heading: Option<String>,
    #[serde(default)]
    pub(super) choice: Vec<RawChoice>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawType {
    Text,
    Choice,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChoice {
    pub(super) value: String,
    #[serde(default)]
    pub(super) words: Vec<String>,
}

fn yes() -> bool {
    true
}
