//! `target/book/index.html`: all chapters that were run on one page.

use super::Report;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:75em;margin:2em auto;padding:0 1em;color:#222}\
table{border-collapse:collapse;width:100%}td,th{padding:.3em .6em;border-bottom:1px solid #ddd;text-align:left;\
vertical-align:top}.bad{background:#fdd}.good td:last-child{color:#070}.grid{display:grid;gap:1em;\
grid-template-columns:repeat(auto-fill,minmax(22em,1fr))}figure{margin:0}img{max-width:100%}figcaption{color:#555}";

pub(super) fn page(reports: &[Report]) -> String {
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>The book's numbers and ours</title><style>{STYLE}</style>\
         <h1>The book's numbers and ours</h1>"
    );
    for report in reports {
        page += &chapter(report);
    }
    page
}

fn chapter(report: &Report) -> String {
    let (name, agree) = (
        escape(&report.name),
        report.numbers.iter().filter(|n| n.passed).count(),
    );
    let mut out = format!(
        "<h2><a href=\"{name}/index.html\">{name}: {}</a></h2><p>{agree} of {} numbers agree.",
        escape(&report.title),
        report.numbers.len()
    );
    for line in &report.not_run {
        out += &format!("<p class=bad>Not run: {}", escape(line));
    }
    out += "<table><tr><th>id<th>number<th>book<th>ours<th>tolerance<th>verdict";
    for n in &report.numbers {
        let (class, verdict) = if n.passed {
            ("good", "agrees")
        } else {
            ("bad", "DIFFERS")
        };
        let cells = [&n.id, &n.label, &n.book, &n.ours, &n.tolerance].map(|c| format!("<td>{}", escape(c)));
        out += &format!("<tr class={class}>{}<td>{verdict}", cells.concat());
    }
    out += "</table><div class=grid>";
    for p in &report.pictures {
        let (figure, caption, file) = (escape(&p.figure), escape(&p.caption), escape(&p.file));
        out += &format!(
            "<figure><a href=\"{name}/{file}\"><img src=\"{name}/{file}\" alt=\"{caption}\"></a>\
             <figcaption>Figure {figure}: {caption}</figcaption></figure>"
        );
    }
    out + "</div>"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
