//! Whether the key that a sender signs with is published.

use super::{Check, Dns, Publish, Question, SigningKey, Standing, Subject};

pub(super) async fn check(question: &Question, dns: &Dns) -> Check {
    let Some(key) = &question.key else {
        return if question.provider.is_some() {
            // Providers sign by a selector of their own, which nobody tells us.
            Check::new(Subject::Dkim, Standing::Unknown, "dkim_by_provider")
        } else {
            Check::new(Subject::Dkim, Standing::Bad, "dkim_unsigned")
        };
    };
    let first = look(key, dns).await;
    match &question.second_key {
        // One good signature is enough for receivers, so that a fault of the second is only a weakness.
        Some(second) if first.standing == Standing::Good => match look(second, dns).await {
            check if check.standing == Standing::Bad => Check {
                standing: Standing::Weak,
                why: "dkim_second",
                ..check
            },
            check if check.standing == Standing::Unknown => check,
            check => first.found(check.found),
        },
        _ => first,
    }
}

async fn look(key: &SigningKey, dns: &Dns) -> Check {
    let name = format!("{}._domainkey.{}", key.selector, key.domain);
    let texts = match dns.texts(&name).await {
        Ok(texts) => texts,
        Err(error) => return Check::unanswered(Subject::Dkim, error),
    };
    let (standing, why) = judge(&texts, &key.record);
    let check = Check::new(Subject::Dkim, standing, why).found(texts);
    if standing == Standing::Bad {
        Check {
            publish: vec![Publish {
                name,
                kind: "TXT",
                value: key.record.clone(),
            }],
            ..check
        }
    } else {
        check
    }
}

fn judge(texts: &[String], own: &str) -> (Standing, &'static str) {
    let text = match texts {
        [] => return (Standing::Bad, "dkim_unpublished"),
        [text] => text,
        _ => return (Standing::Bad, "dkim_several"),
    };
    let key = tag(text, "p").map(without_spaces);
    if key.as_deref() == Some("") {
        return (Standing::Bad, "dkim_revoked");
    }
    if key != tag(own, "p").map(without_spaces) {
        return (Standing::Bad, "dkim_differs");
    }
    let flags = tag(text, "t").unwrap_or_default();
    if flags.split(':').any(|flag| flag.trim() == "y") {
        return (Standing::Weak, "dkim_testing");
    }
    if tag(own, "k") == Some("ed25519") {
        return (Standing::Weak, "dkim_ed25519");
    }
    (Standing::Good, "dkim_ok")
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Returns a tag of a record such as `v=DKIM1; k=rsa; p=…`.
pub(super) fn tag<'a>(record: &'a str, name: &str) -> Option<&'a str> {
    record.split(';').find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_published_whole_and_once() {
        let own = "v=DKIM1; k=rsa; p=AAAA+BBBB/CCC=";
        let of = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
            judge(&texts, own).1
        };
        assert_eq!(of(&[]), "dkim_unpublished");
        assert_eq!(of(&[own]), "dkim_ok");
        assert_eq!(of(&["k=rsa;p=AAAA+BBBB /CCC="]), "dkim_ok");
        assert_eq!(of(&["v=DKIM1; p=AAAA+BBBB/CCC=; t=s:y"]), "dkim_testing");
        assert_eq!(of(&["v=DKIM1; p="]), "dkim_revoked");
        assert_eq!(of(&["v=DKIM1; p=AAAA"]), "dkim_differs");
        assert_eq!(of(&["鍵"]), "dkim_differs");
        assert_eq!(of(&[own, own]), "dkim_several");
        let young = "v=DKIM1; k=ed25519; p=QQ==";
        assert_eq!(judge(&[young.to_owned()], young).1, "dkim_ed25519");
    }
}
