//! One customer's messages.

use std::panic::{AssertUnwindSafe, catch_unwind};

use liquid_core::{Runtime as _, Template};
use serde_json::Value as Json;

use super::{
    compile::{CompiledLine, CompiledVariant},
    tree::{ENTRY, Node, Write},
};
use crate::{
    Data, MissingVariable, RenderOptions, UrlUse,
    link::{LinkKind, LinkRef, is_allowed},
    liquid::{Failure, MAX_OUTPUT_BYTES, Scope, State},
    problem::RenderError,
    render::{self, simple},
};

/// A page that opens inside LINE is told from the others by the address's beginning.
const SCHEMES: [&str; 2] = ["https://", "http://"];
/// Room for addresses of one text, so that the numbers of links stay apart.
const LINKS_OF_A_TEXT: usize = 16;
/// What an item of a list counts for against the bound of a render, beside its texts.
const SIZE_OF_AN_ITEM: usize = 256;
/// What ends an address in running words: spaces, and what Japanese writes around them.
const STOPS: &[char] = &[
    '<', '>', '"', '「', '」', '『', '』', '（', '）', '【', '】', '、', '。', '　',
];

/// Messages for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedLine {
    /// One to five message objects.
    pub messages: Vec<Json>,
    /// The locale that was rendered.
    pub locale: String,
    /// Variables that were empty.
    pub warnings: Vec<MissingVariable>,
}

/// Returns what is written in place of an address.
pub(crate) type Rewrite<'a> = &'a mut dyn FnMut(LinkRef<'_>) -> String;

impl CompiledLine {
    /// Renders the messages for one customer; each address that leads to a page becomes what `rewrite` returns.
    ///
    /// # Errors
    /// The first thing that stopped it, with its place in the author's source; also when nothing is left to say.
    pub fn render(
        &self,
        data: Data,
        options: &RenderOptions<'_>,
        rewrite: Rewrite<'_>,
    ) -> Result<RenderedLine, RenderError> {
        let locale = self.locale_for(options.locale);
        let Some(variant) = self.variants.get(locale) else {
            return Err(RenderError(simple(
                "locale_missing",
                "",
                "この言語の内容がありません。",
                "there is no variant for this locale",
            )));
        };
        let (messages, warnings) = safely(|| variant.render(data, options, rewrite))?;
        if messages.is_empty() {
            return Err(RenderError(simple(
                "nothing_to_say",
                &format!("/variants/{locale}/messages"),
                "このお客様にはどのメッセージも空になりました。条件の外にも本文を用意してください。",
                "for this customer every message came out empty; write something outside the conditions",
            )));
        }
        Ok(RenderedLine {
            messages,
            locale: locale.to_owned(),
            warnings,
        })
    }
}

/// As with an email: a panic in the template library must not take a whole send with it.
pub(crate) fn safely<T>(render: impl FnOnce() -> Result<T, RenderError>) -> Result<T, RenderError> {
    catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| {
        Err(RenderError(simple(
            "render_panicked",
            "",
            "テンプレートを処理できませんでした。",
            "the template engine failed on this template",
        )))
    })
}

impl CompiledVariant {
    /// Writes each part for one customer; a part of which nothing is left is not there.
    pub(crate) fn render(
        &self,
        data: Data,
        options: &RenderOptions<'_>,
        rewrite: Rewrite<'_>,
    ) -> Result<(Vec<Json>, Vec<MissingVariable>), RenderError> {
        let mut writer = Writer {
            variant: self,
            data,
            options,
            rewrite,
            warnings: Vec::new(),
            spent: 0,
        };
        let mut messages = Vec::with_capacity(self.messages.len());
        for node in &self.messages {
            messages.extend(node.write("", &mut writer)?);
        }
        let mut warnings = writer.warnings;
        warnings.dedup();
        Ok((messages, warnings))
    }
}

struct Writer<'a> {
    variant: &'a CompiledVariant,
    data: Data,
    options: &'a RenderOptions<'a>,
    rewrite: Rewrite<'a>,
    warnings: Vec<MissingVariable>,
    spent: usize,
}

impl Writer<'_> {
    fn place(&self, id: usize, text: usize) -> (String, crate::problem::Position) {
        let start = crate::problem::Position { line: 1, column: 1 };
        self.variant.places.get(id).cloned().unwrap_or_else(|| {
            (
                self.variant.texts.get(text).cloned().unwrap_or_default(),
                start,
            )
        })
    }

    fn address(&mut self, url: &str, ordinal: usize) -> String {
        (self.rewrite)(LinkRef {
            url: url.into(),
            kind: LinkKind::Web,
            ordinal,
            is_text: true,
        })
    }

    /// Replaces each address of running words.
    fn words(&mut self, text: &str, place: usize) -> String {
        let (mut out, mut rest, mut n) = (String::with_capacity(text.len()), text, 0);
        while let Some(at) = SCHEMES.iter().filter_map(|scheme| rest.find(scheme)).min() {
            let (before, address) = rest.split_at(at);
            out.push_str(before);
            let end = address
                .find(|c: char| c.is_whitespace() || STOPS.contains(&c))
                .unwrap_or(address.len());
            // A full stop ends a sentence more often than an address.
            let url = address
                .get(..end)
                .unwrap_or_default()
                .trim_end_matches(['.', ',', '!', '?', ')', ']']);
            if is_allowed(url, UrlUse::TextLink) {
                let ordinal = place * LINKS_OF_A_TEXT + n.min(LINKS_OF_A_TEXT - 1);
                out.push_str(&self.address(url, ordinal));
                n += 1;
            } else {
                out.push_str(url);
            }
            rest = address.get(url.len()..).unwrap_or_default();
            if url.is_empty() {
                break;
            }
        }
        out.push_str(rest);
        out
    }
}

impl Write for Writer<'_> {
    type Error = RenderError;

    /// Lists may stand in lists: what is written in all is bounded, as in an email.
    fn spend(&mut self, bytes: usize) -> Result<(), RenderError> {
        self.spent += bytes;
        if self.spent <= MAX_OUTPUT_BYTES {
            return Ok(());
        }
        let (code, ja, en) = render::describe(Failure::Output);
        Err(RenderError(simple(code, "", &ja, &en)))
    }

    fn template(&mut self, template: &Template, place: usize) -> Result<String, RenderError> {
        let scope = Scope::new(&self.data.own, &self.data.shared);
        scope.registers().get_mut::<State>().timezone = self.options.timezone;
        match render::write(template, &scope, 256) {
            Ok(text) => {
                let missing = std::mem::take(&mut scope.registers().get_mut::<State>().missing);
                for (id, variable) in missing {
                    let (pointer, position) = self.place(id, place);
                    self.warnings.push(MissingVariable {
                        variable,
                        pointer,
                        position,
                    });
                }
                self.spend(text.len())?;
                Ok(text)
            }
            Err(stopped) => {
                let (pointer, position) = self.place(stopped.at, place);
                Err(RenderError(stopped.at_place(pointer, position)))
            }
        }
    }

    fn finish(&mut self, key: &str, text: String, place: usize) -> String {
        let is_page = SCHEMES.iter().any(|scheme| text.starts_with(scheme));
        match key {
            "uri" | "linkUri" | "link" if is_page => self.address(&text, place * LINKS_OF_A_TEXT),
            "text" => self.words(&text, place),
            _ => text,
        }
    }

    fn each(&mut self, list: &str, limit: usize, item: &Node) -> Result<Vec<Json>, RenderError> {
        let entries = self.data.list(list, limit);
        let mut made = Vec::with_capacity(entries.len());
        for entry in entries {
            self.spend(SIZE_OF_AN_ITEM)?;
            let before = self.data.put(ENTRY, Some(entry));
            made.extend(item.write("", self)?);
            self.data.put(ENTRY, before);
        }
        Ok(made)
    }
}
