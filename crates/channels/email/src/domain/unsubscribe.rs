//! Whether receivers can offer to unsubscribe by one press (RFC 8058).

use super::{Check, Question, Standing, Subject, way_back::own_host};

pub(super) fn check(question: &Question) -> Check {
    let (standing, why) = if !question.base_url.starts_with("https://") {
        (Standing::Bad, "one_click_http")
    } else if own_host(&question.base_url).is_none() {
        (Standing::Bad, "one_click_private")
    } else if question.key.is_some() {
        (Standing::Good, "one_click_ok")
    } else if question.provider.is_some() {
        // It counts when a signature covers its headers, and the provider signs.
        (Standing::Unknown, "one_click_by_provider")
    } else {
        (Standing::Bad, "one_click_unsigned")
    };
    Check::new(Subject::OneClick, standing, why).found([question.base_url.clone()])
}
