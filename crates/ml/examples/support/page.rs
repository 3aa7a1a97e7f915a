//! A chapter's report as a page.

use super::Chapter;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}\
table{border-collapse:collapse;width:100%}td,th{padding:.3em .6em;border-bottom:1px solid #ddd;text-align:left;\
vertical-align:top}.bad{background:#fdd}.good td:last-child{color:#070}figure{margin:2em 0}img{max-width:100%}\
figcaption{color:#555}";

/// The whole page: numbers first, then figures.
pub(crate) fn chapter(chapter: &Chapter) -> String {
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>{0}</title><style>{STYLE}</style><h1>{0}: {1}</h1>",
        escape(&chapter.name),
        escape(&chapter.title)
    );
    for line in &chapter.not_run {
        page += &format!("<p class=bad>Not run: {}</p>", escape(line));
    }
    page += "<table><tr><th>id<th>number<th>book<th>ours<th>tolerance<th>verdict";
    for number in &chapter.numbers {
        let (class, verdict) = if number.passed() {
            ("good", "agrees")
        } else {
            ("bad", "DIFFERS")
        };
        page += &format!("<tr class={class}>");
        for cell in number.cells() {
            page += &format!("<td>{}", escape(cell));
        }
        page += &format!("<td>{verdict}");
    }
    page += "</table>";
    for picture in &chapter.pictures {
        let [figure, caption, file] = picture.parts().map(escape);
        page += &format!(
            "<figure><img src=\"{file}\" alt=\"{caption}\"><figcaption>Figure {figure}: {caption}</figcaption></figure>"
        );
    }
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
