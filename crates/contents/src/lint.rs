//! Advice before a send: what would look wrong, be clipped, or break the law.

mod charset;
mod contact;
mod sensitive;
mod variable;
mod wording;

use serde::Serialize;

use crate::document::{EmailDocument, EmailVariant, escape_pointer};
use crate::liquid::{Kind, scan};
use crate::problem::{CompileError, Position, Problem};
use crate::{CompiledEmail, Data, Footer, FooterCheck, LinkKind, Message, RenderOptions};

/// Gmail cuts an HTML part off after this many bytes, and the footer with it.
pub const CLIPPED_BYTES: usize = 102 * 1024;
/// A subject longer than this (a Japanese character counts as two) is cut off on a phone.
const SUBJECT_WIDTH: usize = 60;
/// A text part shorter than this says that nobody cared for it.
const SHORT_TEXT_CHARS: usize = 40;

pub use sensitive::{AttributeUse, Sensitive, attributes_used};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The email cannot be sent like this.
    Error,
    /// It can be sent, but will disappoint someone.
    Warning,
    /// Good to know.
    Info,
}

/// One piece of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, where it is, and how to mend it.
    #[serde(flatten)]
    pub problem: Problem,
}

/// What the linter knows beside the document.
#[derive(Debug, Clone, Default)]
pub struct LintOptions<'a> {
    /// The variables that exist, such as `customer.name`; `customer.attributes.*` allows any name
    /// below. Without any, unknown variables are not looked for.
    pub known_variables: &'a [&'a str],
    /// A sample customer for the checks that need a rendered email.
    pub sample: Option<&'a Data>,
    /// Attributes that may be used only with a consent of their own.
    pub sensitive: &'a [Sensitive],
    /// Which characters can be written, where the letter is wanted in a character set that has not all of them.
    pub can_write: Option<fn(char) -> bool>,
}

/// Lists what is wrong or could be better, errors first.
pub fn lint(document: &EmailDocument, options: &LintOptions<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (locale, variant) in &document.variants {
        let mut linter = Linter {
            pointer: format!("/variants/{}", escape_pointer(locale)),
            findings: &mut findings,
        };
        linter.headers(variant);
        linter.body(variant);
        if !options.known_variables.is_empty() {
            variable::check(&mut linter, variant, options.known_variables);
        }
        wording::check(&mut linter, variant);
        sensitive::check(&mut linter, variant, options.sensitive);
        if let Some(can_write) = options.can_write {
            charset::check(&mut linter, variant, can_write);
        }
    }
    match CompiledEmail::compile(document, Footer::Ensure) {
        Ok(email) => rendered(&email, options, &mut findings),
        Err(CompileError(problems)) => {
            findings.extend(problems.into_iter().map(|problem| Finding {
                severity: Severity::Error,
                problem,
            }));
        }
    }
    findings.sort_by(|a, b| {
        (
            a.severity,
            &a.problem.pointer,
            a.problem.line,
            a.problem.column,
        )
            .cmp(&(
                b.severity,
                &b.problem.pointer,
                b.problem.line,
                b.problem.column,
            ))
    });
    findings
}

struct Linter<'f> {
    pointer: String,
    findings: &'f mut Vec<Finding>,
}

impl Linter<'_> {
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: (&str, &str, Option<usize>),
        ja: &str,
        en: &str,
    ) {
        let (field, source, offset) = place;
        let position = offset.map(|offset| Position::of(source, offset));
        self.findings.push(Finding {
            severity,
            problem: Problem {
                code,
                message_ja: ja.to_owned(),
                message_en: en.to_owned(),
                pointer: format!("{}/{field}", self.pointer),
                line: position.map_or(0, |p| p.line),
                column: position.map_or(0, |p| p.column),
            },
        });
    }

    fn headers(&mut self, variant: &EmailVariant) {
        let subject = variant.subject.trim();
        if subject.is_empty() {
            self.add(
                Severity::Error,
                "subject_missing",
                ("subject", "", None),
                "件名がありません。入力してください。",
                "the subject is missing; write one",
            );
        } else if width(subject) > SUBJECT_WIDTH {
            self.add(
                Severity::Warning,
                "subject_long",
                ("subject", "", None),
                "件名が長く、スマートフォンでは途中で切れます。全角30文字以内がおすすめです。",
                "the subject is cut off on a phone; keep it to about 60 characters",
            );
        }
        if variant.preheader.trim().is_empty() && !variant.mjml.contains("<mj-preview") {
            self.add(
                Severity::Warning,
                "preheader_missing",
                ("preheader", "", None),
                "プリヘッダーがありません。件名の次に表示される一文を入れましょう。",
                "there is no preheader; write the line that inboxes show after the subject",
            );
        }
    }

    fn body(&mut self, variant: &EmailVariant) {
        let mjml = variant.mjml.as_str();
        if !mjml.contains("unsubscribe_url") {
            self.add(
                Severity::Info,
                "unsubscribe_missing",
                ("mjml", mjml, None),
                "配信停止のリンクがないため、標準のフッターを自動で加えます。",
                "there is no unsubscribe link, so the standard footer is added",
            );
        }
        for (offset, tag) in tags(mjml) {
            let is_image = tag.starts_with("<mj-image") || tag.starts_with("<img");
            if is_image && !tag.contains("alt=") {
                self.add(
                    Severity::Warning,
                    "image_without_alt",
                    ("mjml", mjml, Some(offset)),
                    "画像に代替テキスト（alt）がありません。画像が表示されない人のために入れましょう。",
                    "this image has no alt text; add one for readers who block images",
                );
            }
            if let Some(at) = tag.find("href=\"http://") {
                self.add(
                    Severity::Warning,
                    "link_insecure",
                    ("mjml", mjml, Some(offset + at)),
                    "リンクが http:// です。https:// にしましょう。",
                    "this link is http://; use https://",
                );
            }
            if let Some(at) = tag.find("//example.com").filter(|_| tag.contains("href=")) {
                self.add(
                    Severity::Warning,
                    "link_placeholder",
                    ("mjml", mjml, Some(offset + at)),
                    "リンク先が見本（example.com）のままです。自社のページに変えてください。",
                    "this link still leads to example.com; put in your own page",
                );
            }
        }
    }
}

fn rendered(email: &CompiledEmail, options: &LintOptions<'_>, findings: &mut Vec<Finding>) {
    let Some(sample) = options.sample else { return };
    for locale in email.variants.keys() {
        let mut linter = Linter {
            pointer: format!("/variants/{}", escape_pointer(locale)),
            findings,
        };
        let options = RenderOptions {
            locale: Some(locale),
            footer: FooterCheck::Enforced,
            ..RenderOptions::default()
        };
        let rendered = match email.render(sample, &options) {
            Ok(rendered) => rendered,
            Err(error) => {
                linter.findings.push(Finding {
                    severity: Severity::Error,
                    problem: error.0,
                });
                continue;
            }
        };
        if !rendered
            .links()
            .iter()
            .any(|link| link.kind == LinkKind::Web)
        {
            linter.add(
                Severity::Info,
                "link_none",
                ("mjml", "", None),
                "リンクが一つもありません。",
                "there is no link to click",
            );
        }
        let message = rendered.into_message();
        contact::check(&mut linter, locale, &message);
        weigh(&mut linter, &message);
    }
}

/// Looks at how much there is of both parts.
fn weigh(linter: &mut Linter<'_>, message: &Message) {
    if message.html.len() > CLIPPED_BYTES {
        linter.add(
            Severity::Warning,
            "html_clipped",
            ("mjml", "", None),
            &format!(
                "HTML が {} KB あり、Gmail では102 KBで切られます。内容を減らしましょう。",
                message.html.len() / 1024
            ),
            &format!(
                "the HTML has {} KB and Gmail cuts it off at 102 KB; write less",
                message.html.len() / 1024
            ),
        );
    }
    if message.text.chars().count() < SHORT_TEXT_CHARS {
        linter.add(
            Severity::Warning,
            "text_short",
            ("text", "", None),
            "テキスト版がとても短いです。本文を入れましょう。",
            "the plain-text part is very short; give it the content of the email",
        );
    }
}

/// Lists the fields of a variant that hold words, with what they hold.
fn sources(variant: &EmailVariant) -> [(&'static str, &str); 4] {
    [
        ("subject", variant.subject.as_str()),
        ("preheader", variant.preheader.as_str()),
        ("mjml", variant.mjml.as_str()),
        ("text", variant.text.as_deref().unwrap_or("")),
    ]
}

/// Counts columns as a phone shows them: Liquid as 8, wide characters as 2.
fn width(subject: &str) -> usize {
    let Ok(pieces) = scan(subject) else { return 0 };
    let in_tag = |at: usize| {
        pieces
            .iter()
            .any(|piece| (piece.start..piece.end).contains(&at))
    };
    let text: usize = subject
        .char_indices()
        .filter(|(at, _)| !in_tag(*at))
        .map(|(_, c)| if u32::from(c) >= 0x1100 { 2 } else { 1 })
        .sum();
    text + 8 * pieces
        .iter()
        .filter(|piece| piece.kind == Kind::Output)
        .count()
}

/// Lists the tags of an MJML source as (offset, text).
fn tags(mjml: &str) -> Vec<(usize, &str)> {
    mjml.match_indices('<')
        .filter_map(|(at, _)| {
            let rest = &mjml[at..];
            rest[1..]
                .starts_with(|c: char| c.is_ascii_alphabetic())
                .then(|| (at, &rest[..rest.find('>').unwrap_or(rest.len())]))
        })
        .collect()
}
