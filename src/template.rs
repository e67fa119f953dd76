//! One strict template engine for mails and pages: embedded templates, and a folder whose files
//! replace them by name.
//!
//! Strict means that a name which the context lacks is an error, not a silence; templates are
//! parsed when they are loaded, and their user renders all of them once with sample data before
//! anything depends on them.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};

/// A template by its name: `E1.txt`. The ending decides the escaping: `.html` escapes.
pub type Source = (&'static str, &'static str);

/// More than this is no template of a mail or page.
const MOST_BYTES: u64 = 256 * 1024;

/// A template that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder or one of its files can't be read.
    #[error("templates: cannot read {}", path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file of the folder replaces nothing: its name is mistyped.
    #[error("templates: {} replaces none of the templates", .0.display())]
    Unknown(PathBuf),
    /// Not a template.
    #[error("template {name} cannot be read, line {line}")]
    Syntax {
        /// Which.
        name: String,
        /// Where, from 1; 0 where it is not known.
        line: usize,
        /// Why.
        #[source]
        source: Box<minijinja::Error>,
    },
    /// It names something that its context lacks.
    #[error("template {name} cannot be rendered, line {line}")]
    Render {
        /// Which.
        name: String,
        /// Where, from 1; 0 where it is not known.
        line: usize,
        /// Why.
        #[source]
        source: Box<minijinja::Error>,
    },
}

/// The templates, parsed.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Parses the embedded templates and those of `folder` that replace them. Files of the folder
    /// that end otherwise than the embedded ones (notes, editors' copies) are left alone.
    ///
    /// # Errors
    /// An unreadable folder or file, a name that replaces nothing, a syntax error.
    pub fn load(embedded: &[Source], folder: Option<&Path>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Errors must not carry values of a declarant into the log.
        environment.set_debug(false);
        environment.set_syntax(whitespace().map_err(|source| syntax("", source))?);
        for (name, source) in embedded {
            environment
                .add_template(name, source)
                .map_err(|source| syntax(name, source))?;
        }
        for (name, source) in folder.map(replacements).transpose()?.unwrap_or_default() {
            if !embedded.iter().any(|(known, _)| *known == name) {
                let folder = folder.unwrap_or(Path::new(""));
                return Err(TemplateError::Unknown(folder.join(name)));
            }
            environment
                .add_template_owned(name.clone(), source)
                .map_err(|source| syntax(&name, source))?;
        }
        Ok(Self { environment })
    }

    /// Renders one.
    ///
    /// # Errors
    /// [`TemplateError::Render`] where it names something that the context lacks.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, TemplateError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(Serde(context)))
            .map_err(|source| TemplateError::Render {
                name: name.to_owned(),
                line: source.line().unwrap_or_default(),
                source: Box::new(source),
            })
    }
}

/// Lines that hold only a block leave no trace in the text.
fn whitespace() -> Result<SyntaxConfig, minijinja::Error> {
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
}

fn syntax(name: &str, source: minijinja::Error) -> TemplateError {
    TemplateError::Syntax {
        name: name.to_owned(),
        line: source.line().unwrap_or_default(),
        source: Box::new(source),
    }
}

/// The templates in `folder`, by file name.
fn replacements(folder: &Path) -> Result<Vec<(String, String)>, TemplateError> {
    let read = |path: &Path| {
        let path = path.to_path_buf();
        move |source| TemplateError::Read { path, source }
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read(folder))? {
        let path = entry.map_err(read(folder))?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let name = path.file_name().and_then(|name| name.to_str());
        let (Some(name), Some("txt" | "html")) = (name, ending) else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let size = std::fs::metadata(&path).map_err(read(&path))?.len();
        if size > MOST_BYTES {
            return Err(read(&path)(io::Error::other("larger than 256 kB")));
        }
        let source = std::fs::read_to_string(&path).map_err(read(&path))?;
        found.push((name.to_owned(), source));
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMBEDDED: &[Source] = &[
        ("a.txt", "Bonjour {{ name }}\n"),
        ("a.html", "<p>{{ name }}</p>"),
    ];

    #[derive(Serialize)]
    struct Name {
        name: &'static str,
    }

    #[test]
    fn html_is_escaped_and_text_is_not() {
        let templates = Templates::load(EMBEDDED, None).unwrap();
        let name = Name { name: "<b>\"'&" };
        assert_eq!(
            templates.render("a.txt", &name).unwrap(),
            "Bonjour <b>\"'&\n"
        );
        let html = templates.render("a.html", &name).unwrap();
        assert!(html.starts_with("<p>&lt;b&gt;"), "{html}");
        assert!(!html.contains(['"', '\'']), "{html}");
    }

    #[test]
    fn a_name_that_the_context_lacks_is_an_error_with_its_line() {
        let templates = Templates::load(&[("a.txt", "x\n{{ nam }}\n")], None).unwrap();
        let error = templates.render("a.txt", &Name { name: "x" }).unwrap_err();
        assert!(
            matches!(&error, TemplateError::Render { line: 2, .. }),
            "{error}"
        );
    }

    #[test]
    fn a_file_of_the_folder_replaces_an_embedded_template() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "Bonsoir {{ name }}").unwrap();
        std::fs::write(folder.path().join("a.txt~"), "{{").unwrap();
        let templates = Templates::load(EMBEDDED, Some(folder.path())).unwrap();
        let text = templates.render("a.txt", &Name { name: "Zoé" }).unwrap();
        assert_eq!(text, "Bonsoir Zoé");
    }

    #[test]
    fn a_folder_that_would_change_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("b.txt");
        std::fs::write(&file, "x").unwrap();
        let error = Templates::load(EMBEDDED, Some(folder.path())).unwrap_err();
        assert!(matches!(error, TemplateError::Unknown(path) if path == file));
        std::fs::remove_file(&file).unwrap();
        std::fs::write(folder.path().join("a.txt"), "{{ name").unwrap();
        let error = Templates::load(EMBEDDED, Some(folder.path())).unwrap_err();
        assert!(matches!(error, TemplateError::Syntax { .. }), "{error}");
        let gone = folder.path().join("gone");
        let error = Templates::load(EMBEDDED, Some(&gone)).unwrap_err();
        assert!(matches!(error, TemplateError::Read { .. }), "{error}");
    }
}
