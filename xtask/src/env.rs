//! The caller's environment.

/// Returns the variable when it is set to something.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's config structs are not for xtask"
)]
pub(crate) fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
