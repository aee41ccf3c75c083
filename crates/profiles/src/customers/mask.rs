//! What of an address is shown to those who may not see it.

/// Hides an email address but for its first character and its domain.
pub fn masked_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => format!(
            "{}***@{domain}",
            local.chars().next().map(String::from).unwrap_or_default()
        ),
        None => "***".to_owned(),
    }
}

/// Hides a telephone number but for its last two digits.
pub fn masked_phone(phone: &str) -> String {
    let n = phone.chars().count();
    let shown: String = phone.chars().skip(n.saturating_sub(2)).collect();
    if n <= 4 {
        "***".to_owned()
    } else {
        format!("***{shown}")
    }
}

/// Hides a user id of LINE's but for its last four digits.
pub fn masked_line(user: &str) -> String {
    let n = user.chars().count();
    let shown: String = user.chars().skip(n.saturating_sub(4)).collect();
    if n <= 8 {
        "***".to_owned()
    } else {
        format!("U***{shown}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_what_tells_them_apart_and_hide_the_person() {
        assert_eq!(masked_email("taro@example.jp"), "t***@example.jp");
        assert_eq!(masked_email("𠮷@例え.jp"), "𠮷***@例え.jp");
        assert_eq!(masked_email("broken"), "***");
        assert_eq!(masked_email("@x.jp"), "***@x.jp");
        assert_eq!(masked_phone("+819012345678"), "***78");
        assert_eq!(masked_phone("110"), "***");
        assert_eq!(masked_line("U0123456789abcdef0123456789abcdef"), "U***cdef");
        assert_eq!(masked_line("U01"), "***");
    }
}
