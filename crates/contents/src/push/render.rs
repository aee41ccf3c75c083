//! One customer's push.

use serde_json::Value as Json;

use super::{CompiledPush, limits};
use crate::{
    Data, MissingVariable, Problem, RenderOptions,
    document::escape_pointer,
    line::{Rewrite, safely},
    problem::RenderError,
    render::simple,
    sample_data,
};

/// A push for one customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RenderedPush {
    /// Title; empty when nothing is left of it.
    pub title: String,
    /// Text.
    pub body: String,
    /// An address of a picture.
    pub image: Option<String>,
    /// Where a tap leads.
    pub link: Option<String>,
    /// Buttons.
    pub buttons: Vec<RenderedButton>,
    /// The locale that was rendered.
    pub locale: String,
    /// Variables that were empty.
    pub warnings: Vec<MissingVariable>,
}

/// A button for one customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RenderedButton {
    /// What stands on it.
    pub label: String,
    /// Where it leads, if elsewhere than the push.
    pub link: Option<String>,
}

impl CompiledPush {
    /// Renders the push for one customer; each address that leads to a page becomes what `rewrite` returns.
    ///
    /// # Errors
    /// The first thing that stopped it, with its place in the author's source; also when nothing is left to say.
    pub fn render(
        &self,
        data: Data,
        options: &RenderOptions<'_>,
        rewrite: Rewrite<'_>,
    ) -> Result<RenderedPush, RenderError> {
        let locale = self.locale_for(options.locale);
        let Some(variant) = self.variants.get(locale) else {
            return Err(RenderError(simple(
                "locale_missing",
                "",
                "この言語の内容がありません。",
                "there is no variant for this locale",
            )));
        };
        let (parts, warnings) = safely(|| variant.render(data, options, rewrite))?;
        let push = RenderedPush {
            locale: locale.to_owned(),
            warnings,
            ..read(&parts)
        };
        if push.title.is_empty() && push.body.is_empty() {
            return Err(RenderError(simple(
                "nothing_to_say",
                &format!("/variants/{}/title", escape_pointer(locale)),
                "このお客様にはタイトルも本文も空になりました。条件の外にも文面を用意してください。",
                "for this customer title and text came out empty; write something outside the conditions",
            )));
        }
        Ok(push)
    }

    /// Lists what no device would show of what a made-up customer gets in each language.
    pub(super) fn refused(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for locale in self.variants.keys() {
            let options = RenderOptions {
                locale: Some(locale),
                ..RenderOptions::default()
            };
            let data = Data::from_json(&sample_data(locale));
            match self.render(data, &options, &mut |link| link.url.into_owned()) {
                Ok(push) => problems.extend(limits::faults(&push)),
                Err(error) => problems.push(error.0),
            }
        }
        problems
    }
}

fn read(parts: &[Json]) -> RenderedPush {
    let text = |key: &str| {
        let found = parts.iter().find_map(|part| part.get(key)?.as_str());
        found.unwrap_or_default().trim().to_owned()
    };
    let some = |text: String| (!text.is_empty()).then_some(text);
    let buttons = parts
        .iter()
        .find_map(|part| part.get("buttons")?.as_array());
    let button = |json: &Json| {
        let of = |key: &str| {
            let found = json.get(key).and_then(Json::as_str);
            found.unwrap_or_default().trim().to_owned()
        };
        RenderedButton {
            label: of("label"),
            link: some(of("link")),
        }
    };
    RenderedPush {
        title: text("title"),
        body: text("body"),
        image: some(text("image")),
        link: some(text("link")),
        buttons: buttons
            .into_iter()
            .flatten()
            .map(button)
            .filter(|button| !button.label.is_empty())
            .collect(),
        ..RenderedPush::default()
    }
}
