//! Where a command writes: data on stdout, talk on stderr, colour only where it is wanted.

use std::io::{self, BufWriter, IsTerminal as _, Stderr, Stdout, Write};

/// The two streams.
#[derive(Debug)]
pub struct Output {
    out: BufWriter<Stdout>,
    err: Stderr,
    colour: bool,
    quiet: bool,
}

impl Output {
    /// The process's streams. Colour only on a terminal, never with `--no-color`, `NO_COLOR` or
    /// `TERM=dumb`.
    #[must_use]
    pub fn new(no_color: bool, quiet: bool) -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            out: BufWriter::new(io::stdout()),
            err: io::stderr(),
            colour: !no_color && !is_set("NO_COLOR") && !is_dumb && io::stdout().is_terminal(),
            quiet,
        }
    }

    /// Whether stdout is a person's terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether colour may be written on stdout.
    #[must_use]
    pub fn has_colour(&self) -> bool {
        self.colour
    }

    /// Writes data.
    ///
    /// # Errors
    /// Stdout can't be written; a closed pipe too.
    pub fn data(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Writes one line of data.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn line(&mut self, text: &str) -> anyhow::Result<()> {
        self.data(text)?;
        self.data("\n")
    }

    /// The data stream, for those who write bytes.
    pub fn writer(&mut self) -> &mut impl Write {
        &mut self.out
    }

    /// Hands all data over.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.out.flush()?)
    }

    /// Says something in passing, unless `-q`. Nobody listening is no failure.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            let _ = writeln!(self.err, "{text}");
        }
    }

    /// Says what deserves a look, unless `-q`.
    pub fn warn(&mut self, text: &str) {
        self.say(&format!("warning: {text}"));
    }

    /// Says why the command failed: the chain of causes on one line.
    pub fn error(&mut self, error: &anyhow::Error) {
        let _ = writeln!(self.err, "vigie: {error:#}");
    }

    /// `text` in a colour (an SGR parameter such as `32`), where colour is wanted.
    #[must_use]
    pub fn paint(&self, sgr: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{sgr}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
