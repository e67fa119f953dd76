//! `vigie config`: what holds, and why.

use super::{Exit, Global, Output};
use crate::config::SAMPLE;

pub(super) const EXAMPLE: &str = "Example: vigie config --default > vigie.toml\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the annotated sample instead
    #[arg(long)]
    default: bool,
    /// Print JSON: one object a value
    #[arg(long, conflicts_with = "default")]
    json: bool,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    if args.default {
        output.data(SAMPLE)?;
        return Ok(Exit::Done);
    }
    let typed = global.typed(Vec::new())?;
    let settings = typed.settings();
    let width = settings
        .iter()
        .map(|setting| setting.key.len() + setting.value.chars().count() + 3)
        .max()
        .unwrap_or(0)
        .min(60);
    for setting in settings {
        let secret = if setting.is_secret { "(set)" } else { "" };
        if args.json {
            let object = serde_json::json!({
                "key": setting.key,
                "value": setting.value,
                "origin": setting.place.to_string(),
                "secret": setting.is_secret,
            });
            output.line(&object.to_string())?;
        } else {
            let text = format!("{} = {}", setting.key, setting.value);
            let origin = output.paint("2", &format!("# {}", setting.place));
            output.line(format!("{text:<width$}  {origin}  {secret}").trim_end())?;
        }
    }
    // What is shown may still be wrong: say so, with the code of a wrong configuration.
    typed.check()?;
    Ok(Exit::Done)
}
