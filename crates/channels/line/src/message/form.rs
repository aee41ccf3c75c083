//! Forms of texts: colours, sizes, names.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::schema::Form;

pub(crate) const USER_ID: Form = Form {
    fits: |text| crate::UserId::parse(text).is_ok(),
    en: "a LINE user id (U and 32 hexadecimal digits)",
    ja: "LINEユーザーID（Uに続く32桁の16進数）",
};

pub(crate) const ALIAS: Form = Form {
    fits: |text| {
        (1..=32).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
    },
    en: "1 to 32 small letters, digits, hyphens or underscores",
    ja: "1〜32文字の英小文字・数字・ハイフン・アンダースコア",
};

pub(super) const KEY: Form = Form {
    fits: |text| {
        (1..=20).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    },
    en: "a name of 1 to 20 letters, digits or underscores",
    ja: "1〜20文字の半角英数字・アンダースコア",
};

pub(super) const DIGITS: Form = Form {
    fits: |text| (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()),
    en: "a number",
    ja: "数字",
};

pub(super) const TRACKING: Form = Form {
    fits: |text| {
        (1..=100).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-.=,+*()%$&;:@{}!?<>[]".contains(&b))
    },
    en: "1 to 100 letters, digits or signs",
    ja: "1〜100文字の半角英数字・記号",
};

/// `#RRGGBB`.
pub(super) const COLOUR: Form = Form {
    fits: |text| is_colour(text, &[6]),
    en: "a colour such as #1DB446",
    ja: "#1DB446のような色コード",
};

/// `#RRGGBB` or `#RRGGBBAA`.
pub(super) const CLEAR_COLOUR: Form = Form {
    fits: |text| is_colour(text, &[6, 8]),
    en: "a colour such as #1DB446 or #1DB44680",
    ja: "#1DB446や#1DB44680のような色コード",
};

fn is_colour(text: &str, digits: &[usize]) -> bool {
    text.strip_prefix('#').is_some_and(|hex| {
        digits.contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// `width:height`, neither above 100,000, no more than three times as high as wide.
pub(super) const RATIO: Form = Form {
    fits: |text| {
        let side = |part: &str| {
            part.parse::<u32>()
                .ok()
                .filter(|n| (1..=100_000).contains(n))
        };
        text.split_once(':')
            .and_then(|(width, height)| Some((side(width)?, side(height)?)))
            .is_some_and(|(width, height)| height <= 3 * width)
    },
    en: "a ratio such as 20:13, not higher than three times its width",
    ja: "20:13のような比率（高さは幅の3倍まで）",
};

const STEPS: &[&str] = &["xs", "sm", "md", "lg", "xl", "xxl"];
const FONT_STEPS: &[&str] = &[
    "xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl",
];

pub(super) const MARGIN: Form = Form {
    fits: |text| text == "none" || STEPS.contains(&text) || has_unit(text, "px"),
    en: "none, xs to xxl, or pixels such as 10px",
    ja: "none・xs〜xxl、または10pxのようなピクセル数",
};

pub(super) const OFFSET: Form = Form {
    fits: |text| {
        let bare = text.strip_prefix('-').unwrap_or(text);
        text == "none" || STEPS.contains(&text) || has_unit(bare, "px") || has_unit(bare, "%")
    },
    en: "none, xs to xxl, or a length such as 10px or 5%",
    ja: "none・xs〜xxl、または10pxや5%のような長さ",
};

pub(super) const BORDER: Form = Form {
    fits: |text| {
        ["none", "light", "normal", "medium", "semi-bold", "bold"].contains(&text)
            || has_unit(text, "px")
    },
    en: "none, light, normal, medium, semi-bold, bold, or pixels such as 2px",
    ja: "none・light・normal・medium・semi-bold・bold、または2pxのようなピクセル数",
};

pub(super) const LENGTH: Form = Form {
    fits: |text| has_unit(text, "px") || has_unit(text, "%"),
    en: "a length such as 100px or 50%",
    ja: "100pxや50%のような長さ",
};

pub(super) const PIXELS: Form = Form {
    fits: |text| has_unit(text, "px"),
    en: "pixels such as 10px",
    ja: "10pxのようなピクセル数",
};

pub(super) const PERCENT: Form = Form {
    fits: |text| {
        text.strip_suffix('%')
            .and_then(|number| number.parse::<f32>().ok())
            .is_some_and(|number| (0.0..=100.0).contains(&number))
    },
    en: "0% to 100%",
    ja: "0%〜100%",
};

pub(super) const ANGLE: Form = Form {
    fits: |text| {
        text.strip_suffix("deg")
            .filter(|number| is_number(number))
            .and_then(|number| number.parse::<f32>().ok())
            .is_some_and(|angle| (0.0..360.0).contains(&angle))
    },
    en: "an angle such as 90deg",
    ja: "90degのような角度",
};

pub(super) const FONT: Form = Form {
    fits: |text| FONT_STEPS.contains(&text) || has_unit(text, "px"),
    en: "xxs to 5xl, or pixels such as 14px",
    ja: "xxs〜5xl、または14pxのようなピクセル数",
};

pub(super) const IMAGE_SIZE: Form = Form {
    fits: |text| {
        text == "full" || FONT_STEPS.contains(&text) || has_unit(text, "px") || has_unit(text, "%")
    },
    en: "xxs to 5xl, full, or a length such as 100px or 50%",
    ja: "xxs〜5xl・full、または100pxや50%のような長さ",
};

fn has_unit(text: &str, unit: &str) -> bool {
    text.strip_suffix(unit).is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    [whole, part]
        .iter()
        .all(|digits| (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a text is what the date picker of a mode takes and gives.
pub(super) fn is_moment(mode: &str, text: &str) -> bool {
    match mode {
        "date" => text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok(),
        "time" => text.len() == 5 && NaiveTime::parse_from_str(text, "%H:%M").is_ok(),
        _ => {
            let text = text.replace('t', "T");
            text.len() == 16 && NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M").is_ok()
        }
    }
}
