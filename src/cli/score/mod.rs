//! `vigie score`: what is understood of labelled messages, beside what stands in them. The figures
//! are those of `spec/declaration.md`, Scoring.

use super::messages::find;
use super::parse::Reader;
use super::{Exit, Global, Output};
use anyhow::Context as _;
use serde_json::Value;
use std::path::{Path, PathBuf};

mod agree;
mod calibration;
mod figures;
mod shown;

pub use agree::field_right;
pub use calibration::Calibration;
pub use figures::{ItemAsks, Rate, Score};

pub(super) const EXAMPLE: &str = "Example: vigie score fixtures/mail\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A folder of NAME.eml beside NAME.gold.json, or a tree of them
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// End with 7 if fewer of the fields are right (0.95 is 95 %)
    #[arg(long, value_name = "SHARE")]
    min: Option<f64>,
    /// Read with this form definition instead of the configured one
    #[arg(long, value_name = "FILE")]
    form: Option<PathBuf>,
    /// Print each disagreement too
    #[arg(long)]
    errors: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let reader = Reader::new(global, None, args.form.as_deref(), output)?;
    let score = folder(&args.folder, &reader)?;
    anyhow::ensure!(
        score.messages > 0,
        "no .gold.json in {}",
        args.folder.display()
    );
    if args.errors {
        for error in &score.errors {
            output.line(error)?;
        }
    }
    if args.json {
        output.line(&score.to_json().to_string())?;
    } else {
        output.data(&score.to_text())?;
    }
    let share = score.all_fields().share().unwrap_or(1.0);
    Ok(match args.min {
        Some(min) if share < min => Exit::Below,
        _ => Exit::Done,
    })
}

fn folder(folder: &Path, reader: &Reader) -> anyhow::Result<Score> {
    let mut score = Score::new(reader.form());
    for message in find(&[folder.to_owned()])? {
        let gold = Path::new(&message.name).with_extension("gold.json");
        if !gold.exists() {
            continue;
        }
        let text = std::fs::read_to_string(&gold)
            .with_context(|| format!("cannot read {}", gold.display()))?;
        let gold: Value =
            serde_json::from_str(&text).with_context(|| format!("in {}", gold.display()))?;
        let parsed = reader.value(&message.name, &message.read()?)?;
        score.add(&message.name, &gold, Some(&parsed));
    }
    Ok(score)
}
