//! The page that the program leaves behind: what it printed, with the figures.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ml::plot::Figure;

use super::AnyResult;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:62em;margin:2em auto;padding:0 1em;color:#222}\
pre{background:#f6f6f6;padding:1em;overflow-x:auto}img{max-width:100%}figure{margin:1.5em 0}figcaption{color:#555}";

/// Prints, and remembers what it printed.
pub(crate) struct Page {
    folder: PathBuf,
    body: String,
}

impl Page {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            body: String::new(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn title(&mut self, text: &str) {
        println!("\n== {text}\n");
        self.body += &format!("<h2>{}</h2>", escape(text));
    }

    pub(crate) fn text(&mut self, text: impl std::fmt::Display) {
        let text = text.to_string();
        println!("{text}");
        self.body += &format!("<pre>{}</pre>", escape(text.trim_end()));
    }

    pub(crate) fn figure(&mut self, name: &str, caption: &str, figure: &Figure) -> AnyResult {
        let file = format!("{name}.png");
        figure.save(self.folder.join(&file))?;
        figure.save(self.folder.join(format!("{name}.svg")))?;
        println!("[{}] {caption}", self.folder.join(&file).display());
        let caption = escape(caption);
        self.body += &format!(
            "<figure><img src=\"{file}\" alt=\"{caption}\"><figcaption>{caption}</figcaption></figure>"
        );
        Ok(())
    }

    pub(crate) fn finish(self) -> AnyResult<PathBuf> {
        let file = self.folder.join("index.html");
        let head = format!(
            "<!doctype html><meta charset=utf-8><title>Quickstart</title><style>{STYLE}</style><h1>Quickstart</h1>"
        );
        fs::write(&file, head + &self.body)?;
        Ok(file)
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
