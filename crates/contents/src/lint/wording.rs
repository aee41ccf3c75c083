//! Words that tell the reader that she is being watched.
//!
//! To know what somebody looked at and to say so are two things. Recommending what fits her is welcome; "you looked at this
//! yesterday" makes people uneasy and costs trust, so the linter asks for other words. A rule sees explicit wording only.

use std::sync::LazyLock;

use regex::Regex;

use super::{Linter, Severity, sources};
use crate::document::EmailVariant;

/// What stands between two words of one sentence: anything but its end, tags of Liquid and MJML included.
const WATCHING: [&str; 13] = [
    // 先日ご覧になった, 昨日チェックされた, 前回お調べの
    r"(?:先日|先ほど|さきほど|さっき|昨日|昨晩|今朝|本日|このあいだ|この間|以前|前回|最近|先週|数日前)[^。！？!?\n]{0,60}?(?:ご覧(?:になっ|いただ|くださ|の)|閲覧(?:され|いただ|し|の)|見て(?:い|くださ|いただ)|チェック(?:され|いただ|し)|検索(?:され|いただ|し)|お調べ(?:に|いただ|の)|(?:訪問|アクセス|来店|来訪)(?:され|いただ))",
    // 〜をご覧いただいていましたね, 閲覧されていたようです
    r"(?:ご覧(?:いただいて|になって)|閲覧(?:されて|して)|チェック(?:されて|して)|検索(?:されて|して)|お調べになって)(?:い(?:ました|らっしゃいました|た)|おられました)(?:ね|よね|ようです|商品|ページ|アイテム|もの|こちら)",
    r"(?:何度も|繰り返し|[0-9０-９一二三四五六七八九十]+(?:回|度|分間|秒間)も?)[^。！？!?\n]{0,20}?(?:ご覧|見て|閲覧|アクセス|検索)",
    r"(?:閲覧|検索|行動|位置|移動|アクセス)(?:の)?(?:履歴|情報|データ|記録)(?:から|を(?:もと|元|基|分析|拝見|確認|見)|に基づ|にもとづ|によ)",
    r"(?:お客様|あなた)の(?:閲覧|検索|行動|位置|現在地|端末)(?:を|の)",
    r"(?:お近く|近く|店内|店舗付近)に(?:いらっしゃ|お越しに|来て)[^。！？!?\n]{0,12}?(?:よう|ですね|ので)",
    r"まだ(?:ご?購入|お買い上げ|ご?注文|ご?予約|開封)(?:されて|して|いただいて|になって)い(?:ない|ません|らっしゃらない)(?:よう|ね|の)",
    // English
    r"(?i)\bwe(?:'ve| have)?\s+(?:saw|seen|noticed?|know|see|spotted|detected)\b[^.!?\n]{0,40}?\byou(?:r|'ve|'re|\s+have|\s+were|\s+are)?\b[^.!?\n]{0,40}?\b(?:look|brows|view|visit|search|check|click|open|read|watch|abandon|left)",
    r"(?i)\byou(?:\s+were|\s+have\s+been|'ve\s+been)\s+(?:recently\s+)?(?:looking|browsing|viewing|searching|checking|eyeing)\b",
    r"(?i)\byou\s+(?:recently|just|yesterday)\s+(?:viewed|looked\s+at|browsed|searched|visited|checked)\b",
    r"(?i)\byou\s+(?:viewed|looked\s+at|browsed|visited|searched\s+for)\b[^.!?\n]{0,40}?\b(?:recently|yesterday|last\s+(?:week|night|time)|the\s+other\s+day|earlier|today)\b",
    r"(?i)\bbased\s+on\s+your\s+(?:browsing|search|location|recent\s+activity|viewing|device)\b",
    r"(?i)\bwe(?:'ve|\s+have|\s+are|'re)?\s+(?:been\s+)?(?:watch|track|monitor|follow)(?:ed|ing)\s+(?:you|your)\b",
];

static RULES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    WATCHING
        .iter()
        .filter_map(|rule| Regex::new(rule).ok())
        .collect()
});

pub(super) fn check(linter: &mut Linter<'_>, variant: &EmailVariant) {
    for (field, source) in sources(variant) {
        for (offset, words) in found(source) {
            linter.add(
                Severity::Warning,
                "wording_surveillance",
                (field, source, Some(offset)),
                &format!(
                    "「{words}」は、見られていると感じさせます。「おすすめ」「人気の品」のように、行動に触れない言葉にしましょう。"
                ),
                &format!(
                    "\"{words}\" tells readers that they are watched; recommend without saying what they did"
                ),
            );
        }
    }
}

/// Returns where such words begin, and the words, each place once.
fn found(source: &str) -> Vec<(usize, String)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for rule in &*RULES {
        for hit in rule.find_iter(source) {
            let overlaps = |span: &(usize, usize)| span.0 < hit.end() && hit.start() < span.1;
            if !spans.iter().any(overlaps) {
                spans.push((hit.start(), hit.end()));
            }
        }
    }
    spans.sort_unstable();
    let words = |(start, end): (usize, usize)| {
        let text = source.get(start..end).unwrap_or_default();
        (start, plain(text))
    };
    spans.into_iter().map(words).collect()
}

/// Returns words as a person would quote them: without tags, shortened in the middle.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_u32;
    for char in text.chars() {
        match char {
            '<' | '{' => depth += 1,
            '>' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(char),
            _ => {}
        }
    }
    let chars: Vec<char> = out.trim().chars().collect();
    if chars.len() <= 40 {
        return chars.into_iter().collect();
    }
    let (head, tail) = (chars.get(..20), chars.get(chars.len() - 16..));
    let text = |part: Option<&[char]>| part.unwrap_or_default().iter().collect::<String>();
    format!("{}…{}", text(head), text(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_read() {
        assert_eq!(RULES.len(), WATCHING.len());
    }

    #[test]
    fn words_that_watch_are_found() {
        for text in [
            "山田様、先日ご覧になった商品が値下げです",
            "昨日{{ products[0].name }}をチェックされた方へ",
            "<mj-text>こちらの靴をご覧いただいていましたね</mj-text>",
            "3回もご覧いただいた、このバッグ",
            "閲覧履歴をもとにお選びしました",
            "お客様の位置情報から、お近くの店をご案内します",
            "お近くにいらっしゃるようですので",
            "まだご購入されていないようですが",
            "We saw you looking at these boots",
            "We noticed that you've viewed this bag",
            "You were looking at this yesterday",
            "You recently viewed",
            "The bag you looked at last week",
            "Picked based on your browsing",
            "We've been tracking your visits",
        ] {
            assert_eq!(found(text).len(), 1, "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn ordinary_words_are_left_alone() {
        for text in [
            "先日はお買い上げありがとうございました",
            "新作をぜひご覧ください",
            "前回のお買い物から30日が経ちました",
            "先日発売した新作です。ぜひご覧ください",
            "お近くの店舗でもご覧いただけます",
            "みんなが見ている人気の品",
            "ご覧いただきありがとうございます",
            "カートに商品が残っています",
            "検索はこちらから",
            "See what is new",
            "We know you love tea",
            "You can look at our new shoes in every shop",
            "Thank you for visiting us last week",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn words_are_quoted_without_tags() {
        assert_eq!(
            plain("先日<b>{{ p.name }}</b>をご覧になっ"),
            "先日をご覧になっ"
        );
        assert!(plain(&"あ".repeat(80)).contains('…'));
    }
}
