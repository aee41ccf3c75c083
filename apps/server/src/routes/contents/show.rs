//! Rendered HTML as a frame shows it: in the light or in the dark, behind a ticket.

use access::ticket::{self, Ticket};

use crate::{
    http::{auth::Caller, problem::ApiError},
    state::App,
};

/// Puts rendered HTML behind tickets and returns their addresses; the frame has no token of its own.
pub(super) async fn behind_tickets(
    app: &App,
    caller: &Caller,
    pages: Vec<String>,
) -> Result<Vec<String>, ApiError> {
    let tx = app.db.begin().await?;
    let mut addresses = Vec::with_capacity(pages.len());
    for html in pages {
        let ticket = Ticket {
            workspace: caller.workspace,
            user: caller.user(),
            purpose: "preview".to_owned(),
            payload: serde_json::json!({ "html": html }),
        };
        let token = ticket::create(&tx, &ticket, app.now()).await?;
        addresses.push(format!("/preview/{token}"));
    }
    tx.commit().await?;
    Ok(addresses)
}

/// Decides the colour scheme that the email believes in, whatever the person's own screen is set to.
pub(super) fn in_scheme(html: &str, dark: bool) -> String {
    let (own, other) = if dark {
        ("(min-width:0px)", "(max-width:0px)")
    } else {
        ("(max-width:0px)", "(min-width:0px)")
    };
    let scheme = if dark { "dark" } else { "light" };
    html.replace("(prefers-color-scheme: dark)", own)
        .replace("(prefers-color-scheme:dark)", own)
        .replace("(prefers-color-scheme: light)", other)
        .replace("(prefers-color-scheme:light)", other)
        .replacen(
            "<head>",
            &format!("<head><meta name=\"color-scheme\" content=\"only {scheme}\">"),
            1,
        )
}

#[cfg(test)]
mod tests {
    use super::in_scheme;

    #[test]
    fn dark_rules_hold_in_the_dark_only() {
        let html =
            "<head></head><style>@media (prefers-color-scheme: dark) { a { color: red } }</style>";
        assert!(in_scheme(html, true).contains("@media (min-width:0px)"));
        assert!(in_scheme(html, false).contains("@media (max-width:0px)"));
        assert!(in_scheme(html, false).starts_with("<head><meta name=\"color-scheme\""));
    }
}
