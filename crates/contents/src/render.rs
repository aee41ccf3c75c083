//! One customer's email.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use chrono_tz::Tz;
use liquid_core::{Renderable as _, Runtime as _, Template};
use serde::Serialize;

use crate::compile::{CompiledEmail, CompiledVariant};
use crate::data::Data;
use crate::document::escape_pointer;
use crate::escape::escape_html;
use crate::link::{LinkKind, LinkRef, SystemUrls, explain, replace_links};
use crate::liquid::{Failure, MAX_ITERATIONS, MAX_OUTPUT_BYTES, Scope, Sink, State};
use crate::problem::{Position, Problem, RenderError};
use crate::{UrlUse, text};

/// How to render.
#[derive(Debug, Clone, Copy)]
pub struct RenderOptions<'a> {
    /// The customer's locale; the default locale of the document where absent or unknown.
    pub locale: Option<&'a str>,
    /// The zone that dates are written in.
    pub timezone: Tz,
    /// Whether an email without the legal footer is refused.
    pub footer: FooterCheck,
}

impl Default for RenderOptions<'_> {
    fn default() -> Self {
        Self {
            locale: None,
            timezone: Tz::Asia__Tokyo,
            footer: FooterCheck::Enforced,
        }
    }
}

/// Whether the sender's name and address and the unsubscribe link must be in both parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FooterCheck {
    /// Refuse to render without them: marketing mail.
    Enforced,
    /// Do not look: transactional mail and previews of drafts.
    Skipped,
}

/// A variable that was empty where the template wrote it without a fallback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingVariable {
    /// Such as `customer.first_name`.
    pub variable: String,
    /// JSON pointer to the field.
    pub pointer: String,
    /// Where the field writes it.
    #[serde(flatten)]
    pub position: Position,
}

/// A rendered email whose links can still be replaced.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// The preheader as plain text; it stands in the HTML already.
    pub preheader: String,
    /// The locale that was rendered.
    pub locale: String,
    /// Variables that were empty.
    pub warnings: Vec<MissingVariable>,
    html: String,
    text: String,
    urls: SystemUrls,
}

/// A finished email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The subject, one line.
    pub subject: String,
    /// The preheader as plain text.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The plain-text part.
    pub text: String,
}

impl CompiledEmail {
    /// Renders the email for one customer.
    ///
    /// # Errors
    /// The first thing that stopped it, with its place in the author's source.
    pub fn render(
        &self,
        data: &Data,
        options: &RenderOptions<'_>,
    ) -> Result<Rendered, RenderError> {
        let locale = self.locale_for(options.locale);
        let Some(variant) = self.variants.get(locale) else {
            return Err(RenderError(simple(
                "locale_missing",
                "",
                "この言語の内容がありません。",
                "there is no variant for this locale",
            )));
        };
        // The budget stops runaway templates; this stops a panic in the template library from
        // taking a whole send with it.
        let result = catch_unwind(AssertUnwindSafe(|| variant.render(data, options)));
        result.unwrap_or_else(|_| {
            let problem = simple(
                "render_panicked",
                "",
                "テンプレートを処理できませんでした。",
                "the template engine failed on this template",
            );
            Err(RenderError(problem))
        })
    }
}

impl CompiledVariant {
    fn render(&self, data: &Data, options: &RenderOptions<'_>) -> Result<Rendered, RenderError> {
        let scope = Scope::new(&data.own, &data.shared);
        scope.registers().get_mut::<State>().timezone = options.timezone;
        let subject = self.part("subject", &self.subject, &scope, 128)?;
        self.check_header("subject", &subject)?;
        let preheader = self.part("preheader", &self.preheader, &scope, 128)?;
        self.check_header("preheader", &preheader)?;
        let html = self.part("mjml", &self.html, &scope, 32 * 1024)?;
        let text = self.part("text", &self.text, &scope, 8 * 1024)?;
        let urls = SystemUrls {
            unsubscribe: data.text(&["unsubscribe_url"]),
            preferences: data.text(&["preferences_url"]),
            web: data.text(&["web_url"]),
        };
        let rendered = Rendered {
            subject: subject.trim().to_owned(),
            preheader: preheader.trim().to_owned(),
            locale: self.locale.clone(),
            warnings: self.warnings(&scope),
            html,
            text: text::tidy(&text),
            urls,
        };
        if options.footer == FooterCheck::Enforced {
            rendered.check_footer(data, &self.pointer("mjml"))?;
        }
        Ok(rendered)
    }

    fn part(
        &self,
        field: &'static str,
        template: &Template,
        scope: &Scope<'_>,
        capacity: usize,
    ) -> Result<String, RenderError> {
        write(template, scope, capacity).map_err(|stopped| {
            let (pointer, position) = self.place(stopped.at, field);
            RenderError(stopped.at_place(pointer, position))
        })
    }

    fn pointer(&self, field: &str) -> String {
        format!("/variants/{}/{field}", escape_pointer(&self.locale))
    }

    fn check_header(&self, field: &'static str, value: &str) -> Result<(), RenderError> {
        if !value
            .trim()
            .contains(['\r', '\n', '\0', '\u{85}', '\u{2028}', '\u{2029}'])
        {
            return Ok(());
        }
        Err(RenderError(simple(
            "line_break_in_header",
            &self.pointer(field),
            "件名またはプリヘッダーに改行が入りました。データに含まれる改行を取り除いてください。",
            "the subject or preheader came out with a line break; remove it from the data it shows",
        )))
    }

    fn place(&self, id: usize, field: &'static str) -> (String, Position) {
        match self.places.get(id) {
            Some(place) => (self.pointer(place.field), place.position),
            None => (self.pointer(field), Position { line: 1, column: 1 }),
        }
    }

    fn warnings(&self, scope: &Scope<'_>) -> Vec<MissingVariable> {
        let missing = std::mem::take(&mut scope.registers().get_mut::<State>().missing);
        let mut warnings: Vec<_> = missing
            .into_iter()
            .map(|(id, variable)| {
                let (pointer, position) = self.place(id, "mjml");
                MissingVariable {
                    variable,
                    pointer,
                    position,
                }
            })
            .collect();
        // A preheader is rendered twice, once into the HTML.
        warnings.dedup();
        let mut seen = std::collections::BTreeSet::new();
        warnings.retain(|w| {
            seen.insert((
                w.variable.clone(),
                w.pointer.clone(),
                w.position.line,
                w.position.column,
            ))
        });
        warnings
    }
}

/// What stopped a template: which tag, and why in both languages.
pub(crate) struct Stopped {
    pub(crate) at: usize,
    code: &'static str,
    ja: String,
    en: String,
}

impl Stopped {
    /// Names the place of the tag.
    pub(crate) fn at_place(self, pointer: String, position: Position) -> Problem {
        Problem {
            code: self.code,
            message_ja: self.ja,
            message_en: self.en,
            pointer,
            line: position.line,
            column: position.column,
        }
    }
}

/// Writes a template; what it reports is left in the scope.
pub(crate) fn write(
    template: &Template,
    scope: &Scope<'_>,
    capacity: usize,
) -> Result<String, Stopped> {
    scope.reset();
    let spent = {
        let mut state = scope.registers().get_mut::<State>();
        state.captured.clear();
        Rc::clone(&state.spent)
    };
    let mut sink = Sink::new(spent, capacity);
    match template.render_to(&mut sink, scope) {
        Ok(()) => Ok(sink.into_string()),
        Err(error) => Err(explain_stop(scope, &error)),
    }
}

fn explain_stop(scope: &Scope<'_>, error: &liquid_core::Error) -> Stopped {
    let (at, failure, spent) = {
        let mut state = scope.registers().get_mut::<State>();
        (state.at, state.failure.take(), state.spent.get())
    };
    let (at, failure) = match failure {
        Some((id, failure)) => (id, Some(failure)),
        None if spent > MAX_OUTPUT_BYTES => (at, Some(Failure::Output)),
        None => (at, None),
    };
    let (code, ja, en) = failure.map_or_else(|| describe_error(error), describe);
    Stopped { at, code, ja, en }
}

impl Rendered {
    /// Lists the links of the HTML part and then of the text part, in order.
    pub fn links(&self) -> Vec<LinkRef<'_>> {
        let mut links = Vec::new();
        for (part, is_text) in [(&self.html, false), (&self.text, true)] {
            replace_links(part, is_text, &self.urls, |link, _, _| links.push(link));
        }
        links
    }

    /// Finishes the email without tracking.
    pub fn into_message(&self) -> Message {
        self.into_tracked(|link| link.url, None)
    }

    /// Finishes the email: each [`LinkKind::Web`] link becomes what `rewrite` returns, and the
    /// open pixel is put before `</body>`.
    pub fn into_tracked<'r>(
        &'r self,
        mut rewrite: impl FnMut(LinkRef<'r>) -> Cow<'r, str>,
        pixel_url: Option<&str>,
    ) -> Message {
        let mut finish = |part: &'r str, is_text: bool| {
            replace_links(part, is_text, &self.urls, |link, written, out| {
                if link.kind != LinkKind::Web {
                    out.push_str(written);
                } else if is_text {
                    out.push_str(&rewrite(link));
                } else {
                    out.push_str(&escape_html(&rewrite(link)));
                }
            })
        };
        let mut html = finish(&self.html, false);
        let text = finish(&self.text, true);
        if let Some(url) = pixel_url {
            let pixel = format!(
                "<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">",
                escape_html(url)
            );
            let at = html.rfind("</body>").unwrap_or(html.len());
            html.insert_str(at, &pixel);
        }
        Message {
            subject: self.subject.clone(),
            preheader: self.preheader.clone(),
            html,
            text,
        }
    }

    fn check_footer(&self, data: &Data, pointer: &str) -> Result<(), RenderError> {
        let name = data.text(&["workspace", "name"]);
        let address = data.text(&["workspace", "postal_address"]);
        let required = [
            ("workspace.name", "差出人の名前", name),
            ("workspace.postal_address", "差出人の住所", address),
            (
                "unsubscribe_url",
                "配信停止のリンク",
                self.urls.unsubscribe.clone(),
            ),
        ];
        for (variable, ja, value) in required {
            let is_there = !value.trim().is_empty()
                && self.html.contains(&*escape_html(value.trim()))
                && holds(&self.text, value.trim());
            if !is_there {
                return Err(RenderError(simple(
                    "footer_missing",
                    pointer,
                    &format!(
                        "{ja}（{{{{ {variable} }}}}）が HTML とテキストの両方に必要です。フッターに加えるか、設定で入力してください。"
                    ),
                    &format!(
                        "{{{{ {variable} }}}} must appear in both the HTML and the text; add it to the footer, or fill it in under settings"
                    ),
                )));
            }
        }
        Ok(())
    }
}

/// Tells whether a text holds a value; its lines may have been broken or trimmed differently.
fn holds(text: &str, value: &str) -> bool {
    text.contains(value) || value.lines().all(|line| text.contains(line.trim()))
}

pub(crate) fn simple(code: &'static str, pointer: &str, ja: &str, en: &str) -> Problem {
    Problem {
        code,
        message_ja: ja.to_owned(),
        message_en: en.to_owned(),
        pointer: pointer.to_owned(),
        line: 0,
        column: 0,
    }
}

/// Says what stopped a render and how to go on.
pub(crate) fn describe(failure: Failure) -> (&'static str, String, String) {
    match failure {
        Failure::Iterations => (
            "budget_iterations",
            format!(
                "繰り返しが {MAX_ITERATIONS} 回を超えたので止めました。範囲か limit を小さくしてください。"
            ),
            format!(
                "stopped after {MAX_ITERATIONS} loop rounds; make the range smaller or add a limit"
            ),
        ),
        Failure::Output => (
            "budget_output",
            format!(
                "出力が {} KB を超えたので止めました。内容を減らしてください。",
                MAX_OUTPUT_BYTES / 1024
            ),
            format!(
                "stopped because the output grew over {} KB; write less",
                MAX_OUTPUT_BYTES / 1024
            ),
        ),
        Failure::NotAList(kind) => (
            "not_a_list",
            format!(
                "for で繰り返せるのは一覧だけです（{kind} が渡されました）。変数名を確認してください。"
            ),
            format!("`for` needs a list, but this is a {kind}; check the variable"),
        ),
        Failure::Url { url, is_image } => {
            let used = if is_image {
                UrlUse::Resource
            } else {
                UrlUse::Link
            };
            let (ja, en) = explain(&url, used);
            ("url_refused", ja, en)
        }
    }
}

/// Says what the template library did not like.
fn describe_error(error: &liquid_core::Error) -> (&'static str, String, String) {
    let message = error.to_string();
    let detail = message
        .lines()
        .next()
        .unwrap_or("")
        .trim_start_matches("liquid: ");
    (
        "render_failed",
        format!("このタグを処理できません（{detail}）。渡される値を確認してください。"),
        format!("this tag failed ({detail}); check the values it gets"),
    )
}
