//! Telephone numbers as the world writes them (ITU-T E.164).

/// A number: `+`, the country, and up to fifteen digits in all.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// What cannot be a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// It is not `+` and eight to fifteen digits.
    #[error("a number is + and 8 to 15 digits, beginning with the country, such as +819012345678")]
    NotE164,
    /// It is a number of Japan that no mobile telephone has.
    #[error(
        "only numbers of mobile telephones take messages: +8160, +8170, +8180 or +8190 and eight digits"
    )]
    NotMobile,
}

impl PhoneNumber {
    /// Reads a number as it is stored: E.164, without blanks or hyphens.
    ///
    /// # Errors
    /// [`BadNumber`].
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let digits = text.strip_prefix('+').ok_or(BadNumber::NotE164)?;
        let is_number = (8..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if !is_number {
            return Err(BadNumber::NotE164);
        }
        if let Some(national) = digits.strip_prefix("81") {
            let is_mobile = national.len() == 10
                && ["60", "70", "80", "90"]
                    .iter()
                    .any(|p| national.starts_with(p));
            if !is_mobile {
                return Err(BadNumber::NotMobile);
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns it, with its plus.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PhoneNumber(<{} digits>)", self.0.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_get_a_message_is_a_number() {
        for good in [
            "+819012345678",
            "+817012345678",
            "+816012345678",
            "+14155552671",
            "+4915112345678",
        ] {
            assert_eq!(PhoneNumber::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "+",
            "09012345678",
            "+81 90 1234 5678",
            "+８１９０１２３４５６７８",
            "+0123456789",
            "+1234567",
            "+1234567890123456",
            "819012345678",
            "+81901234567\n8",
            "+8190123456７8",
        ] {
            assert_eq!(PhoneNumber::parse(bad), Err(BadNumber::NotE164), "{bad:?}");
        }
        for landline in [
            "+81312345678",
            "+81120123456",
            "+8190123456789",
            "+81901234567",
        ] {
            assert_eq!(
                PhoneNumber::parse(landline),
                Err(BadNumber::NotMobile),
                "{landline:?}"
            );
        }
        assert_eq!(
            format!("{:?}", PhoneNumber::parse("+819012345678").unwrap()),
            "PhoneNumber(<12 digits>)"
        );
    }
}
